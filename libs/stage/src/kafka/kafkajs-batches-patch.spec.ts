/** Batches of the patched client as they come in a fetch, and as they go out in a request. */
import { describe, expect, it } from 'vitest'
import { inside } from '../../testing/inside-kafkajs.ts'

interface Message {
  key: string
  value: string
  timestamp: number
}
const encodeRecords = inside<(messages: Message[], delta: (message: Message) => number) => Buffer>(
  'protocol/recordBatch/encodeRecords',
)
const first = 1_700_000_000_000

interface DecodedMessages extends Array<{ offset: string; value: Buffer }> {
  error?: Error & { type?: string }
}
interface FetchDecoder {
  readInt32: () => number
}
const { RecordBatch } = inside<{ RecordBatch: (batch: object) => Promise<{ buffer: Buffer }> }>(
  'protocol/recordBatch/v0',
)
const decodeMessages = inside<(decoder: FetchDecoder) => Promise<DecodedMessages>>(
  'protocol/requests/fetch/v4/decodeMessages',
)
const FetchDecoder = inside<new (buffer: Buffer) => FetchDecoder>('protocol/decoder')

/** A record batch as a broker keeps it. */
async function batchOf(firstOffset: number, values: string[]): Promise<Buffer> {
  const messages = values.map((value) => ({ key: 'k', value, timestamp: first }))
  const { buffer } = await RecordBatch({
    ...{ firstOffset, firstTimestamp: first, maxTimestamp: first, lastOffsetDelta: values.length - 1 },
    ...{ recordCount: values.length, records: encodeRecords(messages, () => 0) },
  })
  return buffer
}

/** The records of a partition in the answer to a fetch. */
function decodeFetched(batches: Buffer[]): Promise<DecodedMessages> {
  const bytes = Buffer.concat(batches)
  const size = Buffer.alloc(4)
  size.writeInt32BE(bytes.length)
  return decodeMessages(new FetchDecoder(Buffer.concat([size, bytes])))
}
const valuesOf = (messages: DecodedMessages) => messages.map(({ value }) => String(value))

describe('the patched fetch of kafkajs', () => {
  it('reads every batch of a partition, and leaves out the last when it is cut off', async () => {
    const [one, two] = [await batchOf(0, ['amount=100', 'b']), await batchOf(2, ['c'])]
    const whole = await decodeFetched([one, two])
    expect([valuesOf(whole), whole.error]).toEqual([['amount=100', 'b', 'c'], undefined])
    const cut = await decodeFetched([one, two.subarray(0, -1)])
    expect([valuesOf(cut), cut.error]).toEqual([['amount=100', 'b'], undefined])
  })

  it('never gives a value out of a batch with a changed bit, wherever it is, and says so', async () => {
    const [good, bad] = [await batchOf(0, ['before']), await batchOf(1, ['amount=100', 'b'])]
    // the first 8 bytes are the offset and bytes 12 to 15 the leader's epoch, which no checksum covers: the broker writes them
    for (let byte = 8; byte < bad.length; byte++) {
      if (byte >= 12 && byte < 16) continue
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(bad)
        flipped[byte]! ^= 1 << bit
        const read = await decodeFetched([good, flipped])
        expect(valuesOf(read)).toEqual(['before'])
        // a length that grew looks like a batch that is cut off, until it is the first of a fetch
        const alone = await decodeFetched([flipped])
        expect([alone.length, alone.error?.type]).toEqual([0, 'CORRUPT_MESSAGE'])
      }
    }
  })

  it('names the offset of a wrong checksum, and both sums', async () => {
    const bad = await batchOf(41, ['amount=100'])
    bad[bad.indexOf('100')] = '9'.charCodeAt(0)
    const { error } = await decodeFetched([bad])
    expect(error?.message).toMatch(
      /^the record batch from offset 41 on has the checksum [0-9a-f]+, not [0-9a-f]+$/,
    )
  })
})

interface Pieces {
  size: () => number
  buffer: Buffer
  pieces: () => Buffer[]
  writeInt32: (value: number) => Pieces
  writeBuffer: (value: Buffer) => Pieces
  writeEncoder: (value: Pieces) => Pieces
}
const Encoder = inside<new () => Pieces>('protocol/encoder')
const produce = inside<(sent: object) => { encode: () => Promise<Pieces> }>(
  'protocol/requests/produce/v3/request',
)
const createRequest = inside<(given: object) => Promise<Pieces>>('protocol/request')

/** A send to a topic, as it goes to the socket: a few records for one partition, and some of a MiB together for another. */
async function requestOf(large: string) {
  const messages = (value: string) => [
    { key: 'k', value },
    { key: null, value: 'end' },
  ]
  const partitions = [
    { partition: 0, firstSequence: 7, messages: messages('few') },
    { partition: 1, firstSequence: 8, messages: messages(large) },
  ]
  const topicData = [{ topic: 't', partitions }]
  const request = produce({ acks: -1, timeout: 1000, transactionalId: 'id', topicData })
  return createRequest({ request, correlationId: 5, clientId: 'c' })
}

describe('a request of the patched kafkajs', () => {
  it('has the length that it says, and in it each partition with its records and their sum', async () => {
    const large = 'x'.repeat(2 ** 20)
    const request = await requestOf(large)
    const bytes = Buffer.concat(request.pieces())
    expect([bytes.equals(request.buffer), bytes.length, bytes.readInt32BE()]).toEqual([
      true,
      request.size(),
      bytes.length - 4,
    ])
    // behind the header: number of the topic's partitions, then of each its number and the length of its batch
    const partitions = bytes.indexOf('\0\x01t') + 3
    expect(bytes.readInt32BE(partitions)).toBe(2)
    const first = partitions + 8
    const second = first + 4 + bytes.readInt32BE(first) + 4
    const read = (at: number) => decodeMessages(new FetchDecoder(bytes.subarray(at)))
    expect([bytes.readInt32BE(first - 4), valuesOf(await read(first))]).toEqual([0, ['few', 'end']])
    expect([bytes.readInt32BE(second - 4), valuesOf(await read(second))]).toEqual([1, [large, 'end']])
  })

  it('does not copy what is large from one encoder into the next', () => {
    const large = Buffer.alloc(2 ** 16, 'x')
    const inner = new Encoder().writeInt32(1).writeBuffer(large).writeInt32(2)
    const outer = new Encoder().writeInt32(0).writeEncoder(inner).writeInt32(3)
    expect(outer.pieces().some((piece) => piece === large)).toBe(true)
    const numbers = [0, 1, 2, 3].map((n) => Buffer.from([0, 0, 0, n]))
    expect(outer.buffer).toEqual(Buffer.concat([...numbers.slice(0, 2), large, ...numbers.slice(2)]))
    expect(outer.size()).toBe(large.length + 16)
  })
})

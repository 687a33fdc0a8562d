/** Records and batches of the patched client, against the code that the patch stands in for, which the package still has. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inside } from '../../testing/inside-kafkajs.ts'

type Headers = Record<string, string | Buffer | string[]>
interface Message {
  key: string | Buffer | null
  value: string | Buffer | null
  headers?: Headers
  timestamp: number
}
type BufferDecoder = { readVarIntBytes: () => Buffer }

const encodeRecords = inside<(messages: Message[], delta: (message: Message) => number) => Buffer>(
  'protocol/recordBatch/encodeRecords',
)
const encodeRecord = inside<(record: object) => { buffer: Buffer }>('protocol/recordBatch/record/v0')
const decodeRecords = inside<(buffer: Buffer, count: number, context: object) => unknown[]>(
  'protocol/recordBatch/decodeRecords',
)
const decodeRecord = inside<(decoder: BufferDecoder, context: object) => unknown>(
  'protocol/recordBatch/record/v0/decoder',
)
const Decoder = inside<new (buffer: Buffer) => BufferDecoder>('protocol/decoder')

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }))
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  fc.constant(null),
)
/** An object that is written `{ __proto__: … }` has no such key, and so no such header. */
const name = text.filter((one) => one !== '__proto__')
const headers = fc.option(
  fc.dictionary(name, fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  { nil: undefined },
)
const first = 1_700_000_000_000
const message = fc.record({
  key: bytes,
  value: bytes,
  headers,
  timestamp: fc.integer({ min: first, max: first + 2 ** 30 }),
})

describe('the patched record codec of kafkajs', () => {
  it('encodes every message to the bytes that kafkajs itself would write', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 40 }), (messages) => {
        const expected = messages.map(
          (one, i) => encodeRecord({ ...one, offsetDelta: i, timestampDelta: one.timestamp - first }).buffer,
        )
        expect(encodeRecords(messages, ({ timestamp }) => timestamp - first)).toEqual(Buffer.concat(expected))
      }),
    )
  })

  it('decodes every record to the object that kafkajs itself would give', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 2 ** 50 }),
        (messages, firstOffset) => {
          const buffer = encodeRecords(messages, ({ timestamp }) => timestamp - first)
          const context = {
            firstOffset: String(firstOffset),
            firstTimestamp: String(first),
            magicByte: 2,
            isControlBatch: false,
          }
          const decoder = new Decoder(buffer)
          const expected = messages.map(() => decodeRecord(new Decoder(decoder.readVarIntBytes()), context))
          expect(decodeRecords(buffer, messages.length, context)).toEqual(expected)
        },
      ),
    )
  })
})

const group = inside<(input: object) => Record<number, unknown[]>>('producer/groupMessagesPerPartition')

describe('the patched grouping of kafkajs', () => {
  it('keeps the order of messages in each partition', () => {
    const messages = [
      { to: 1, n: 1 },
      { to: 0, n: 2 },
      { to: 1, n: 3 },
    ]
    const partitioner = ({ message: { to } }: { message: { to: number } }) => to
    expect(group({ topic: 't', partitionMetadata: [{}], messages, partitioner })).toEqual({
      0: [messages[1]],
      1: [messages[0], messages[2]],
    })
  })
})

const crc32C = inside<(bytes: Buffer, before?: number) => number>('protocol/recordBatch/crc32C')

/** Bit by bit, as the polynomial is written: RFC 3720, appendix B.4. */
function slowCrc32C(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return ~crc >>> 0
}

describe('the patched checksum of kafkajs', () => {
  it('is CRC-32C for bytes of any length', () => {
    expect(crc32C(Buffer.from('123456789'))).toBe(0xe3069283)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(crc32C(Buffer.from(bytes))).toBe(slowCrc32C(bytes))
      }),
    )
  })

  it('goes on behind the sum of what comes before', () => {
    const [before, behind] = [Buffer.from('1234'), Buffer.from('56789')]
    expect(crc32C(behind, crc32C(before))).toBe(0xe3069283)
  })
})

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

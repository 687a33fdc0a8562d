import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** patches/kafkajs+2.2.4.patch against the code that it stands in for, which the package still has. See docs/adr/0004. */
const load = createRequire(import.meta.url)
const inside = <T>(path: string) => load(`kafkajs/src/${path}`) as T

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

interface Filtered {
  offset: string
  key: Buffer | null
  isControlRecord: boolean
  batchContext: { producerId: string; inTransaction: boolean }
}
type Aborted = { producerId: string; firstOffset: string }

const filter = inside<(input: { messages: Filtered[]; abortedTransactions: Aborted[] }) => Filtered[]>(
  'consumer/filterAbortedMessages',
)
const abortKey = Buffer.from([0, 0, 0, 0])
const commitKey = Buffer.from([0, 0, 0, 1])

const entry = (
  offset: number,
  producerId: string,
  key: Buffer | null,
  isControlRecord: boolean,
  inTransaction = true,
): Filtered => ({
  offset: String(offset),
  key,
  isControlRecord,
  batchContext: { producerId, inTransaction },
})
const row = (offset: number, producer: string, key = Buffer.from('key')) =>
  entry(offset, producer, key, false)
const plain = (offset: number) => entry(offset, '-1', Buffer.from('key'), false, false)
const abort = (offset: number, producer: string) => entry(offset, producer, abortKey, true)
const commit = (offset: number, producer: string) => entry(offset, producer, commitKey, true)
const visible = (messages: Filtered[], aborted: [producer: string, first: number][]) => {
  const abortedTransactions = aborted.map(([producerId, firstOffset]) => ({
    producerId,
    firstOffset: String(firstOffset),
  }))
  return filter({ messages, abortedTransactions })
    .filter(({ isControlRecord }) => !isControlRecord)
    .map(({ offset }) => Number(offset))
}

describe('the patched read_committed filter of kafkajs', () => {
  it('hides two aborted transactions of one producer and shows the committed one between them', () => {
    const log = [row(0, 'a'), abort(1, 'a'), row(2, 'a'), commit(3, 'a'), row(4, 'a'), abort(5, 'a')]
    expect(
      visible(log, [
        ['a', 0],
        ['a', 4],
      ]),
    ).toEqual([2])
  })

  it('hides an aborted transaction whose marker lies beyond the fetch', () => {
    expect(visible([row(0, 'a'), row(1, 'a')], [['a', 0]])).toEqual([])
  })

  it('hides interleaved transactions of two producers, although the broker lists them by their markers', () => {
    const log = [row(0, 'long'), row(1, 'short'), abort(2, 'short'), row(3, 'long'), abort(4, 'long')]
    expect(
      visible(log, [
        ['short', 1],
        ['long', 0],
      ]),
    ).toEqual([])
  })

  it('hides two transactions that were open where the fetch starts', () => {
    const log = [row(10, 'a'), row(11, 'b'), abort(12, 'b'), row(13, 'a'), abort(14, 'a')]
    expect(
      visible(log, [
        ['b', 2],
        ['a', 1],
      ]),
    ).toEqual([])
  })

  it('takes no row for a marker, whatever its key is', () => {
    expect(visible([row(0, 'a', abortKey), row(1, 'a'), abort(2, 'a')], [['a', 0]])).toEqual([])
  })

  it('shows what another producer, or no transaction, wrote in between', () => {
    const log = [row(0, 'a'), row(1, 'b'), plain(2), commit(3, 'b'), abort(4, 'a')]
    expect(visible(log, [['a', 0]])).toEqual([1, 2])
  })

  it('goes on behind a marker whose transaction began before the fetch', () => {
    expect(visible([abort(0, 'a'), row(1, 'a'), commit(2, 'a')], [['b', 9]])).toEqual([1])
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

const crc32C = inside<(bytes: Buffer) => number>('protocol/recordBatch/crc32C')

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

const { parse } = inside<{ parse: (answer: object) => Promise<{ responses: any[] }> }>(
  'protocol/requests/fetch/v11/response',
)

describe('an error of one partition in the answer to a fetch', () => {
  const answer = (errorCode: number) => ({
    responses: [
      { topicName: 'bad', partitions: [{ partition: 0, errorCode, messages: [] }] },
      { topicName: 'good', partitions: [{ partition: 0, errorCode: 0, messages: ['row'] }] },
    ],
  })

  it.each([
    [2, 'CORRUPT_MESSAGE'],
    [29, 'TOPIC_AUTHORIZATION_FAILED'],
    [-1, 'UNKNOWN'],
  ])('is told with its partition, and costs no other (code %i)', async (code, type) => {
    const { responses } = await parse(answer(code))
    expect(responses[0].partitions[0].error.type).toBe(type)
    expect(responses[1].partitions[0].messages).toEqual(['row'])
  })

  it('that the consumer group mends by looking for the leader fails the fetch as before', async () => {
    await expect(parse(answer(6))).rejects.toThrow(/not the leader/)
  })
})

describe('a consumer that takes other topics while it runs', () => {
  const ConsumerGroup = inside<new (options: object) => any>('consumer/consumerGroup')

  it('joins again with its next heartbeat, and asks only for those topics from then on', async () => {
    const logger = { namespace: () => logger }
    const cluster = { targetTopics: new Set(['a', 'b']) }
    const group = new ConsumerGroup({ cluster, logger, topics: ['a', 'b'], topicConfigurations: {} })
    await group.heartbeat({ interval: 0 })
    group.resubscribe({ b: { fromBeginning: true }, c: { fromBeginning: true } })
    await expect(group.heartbeat({ interval: 0 })).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' })
    expect(group.topicsSubscribed).toEqual(['a', 'b'])
    group.takeWanted()
    expect([group.topicsSubscribed, [...cluster.targetTopics]]).toEqual([
      ['b', 'c'],
      ['b', 'c'],
    ])
    await group.heartbeat({ interval: 0 })
  })
})

describe('a refusal of the patched client', () => {
  const nameDenied = inside<(error: object, call: object) => void>('network/nameDenied')
  const sasl = { username: 'cleaner' }
  const told = (code: number, call: object) => {
    const error = { code, message: 'Not authorized' }
    nameDenied(error, { sasl, ...call })
    return error.message
  }

  it.each([
    [
      29,
      {
        apiName: 'AddPartitionsToTxn',
        answer: { errors: [{ topic: 'a.clean', partitionErrors: [{ partition: 0, errorCode: 29 }] }] },
      },
      'Kafka does not let cleaner Write the topic a.clean',
    ],
    [
      29,
      {
        apiName: 'Metadata',
        answer: {
          topicMetadata: [
            { topicErrorCode: 0, topic: 'b' },
            { topicErrorCode: 29, topic: 'c' },
          ],
        },
      },
      'Kafka does not let cleaner Describe the topic c',
    ],
    [
      30,
      { apiName: 'JoinGroup', asked: { groupId: 'dsf.cleaner' } },
      'Kafka does not let cleaner Read the group dsf.cleaner',
    ],
    [
      53,
      { apiName: 'InitProducerId', asked: { transactionalId: 'dsf.cleaner.a.0' }, sasl: null },
      'Kafka does not let this client Write the transactional id dsf.cleaner.a.0',
    ],
    [5, { apiName: 'Metadata' }, 'Not authorized'],
  ])('of code %d says what is refused to whom', (code, call, sentence) => {
    expect(told(code, call)).toBe(sentence)
  })

  it('that a fetch tells with a partition does so, too, and of that topic alone', async () => {
    const Encoder = inside<new () => object>('protocol/encoder')
    const Connection = inside<{ prototype: object }>('network/connection')
    const { parse } = inside<{ parse: (answer: object) => Promise<object> }>(
      'protocol/requests/fetch/v11/response',
    )
    const partitions = (errorCode: number) => [{ partition: 0, errorCode, messages: [] }]
    const responses = [
      { topicName: 'a.raw', partitions: partitions(0) },
      { topicName: 'b.raw', partitions: partitions(29) },
      { topicName: 'c.raw', partitions: partitions(29) },
    ]
    const answered = { correlationId: 1, size: 0, payload: Buffer.alloc(0) }
    const connection = Object.assign(Object.create(Connection.prototype) as object, {
      ...{ sasl, clientId: 'x', correlationId: 0, logDebug: () => undefined },
      ...{ isAuthenticated: () => true, failIfNotConnected: () => undefined },
      requestQueue: {
        maybeThrottle: () => undefined,
        push: ({ entry }: { entry: { resolve: (one: object) => void } }) =>
          entry.resolve({ ...answered, entry }),
      },
    }) as unknown as { send: (call: object) => Promise<{ responses: typeof responses }> }
    const request = {
      ...{ apiKey: 1, apiName: 'Fetch', apiVersion: 11 },
      encode: async () => new Encoder(),
    }
    const told = await connection.send({ request, response: { decode: async () => ({ responses }), parse } })
    const errors = told.responses.flatMap((one) =>
      (one.partitions as { error?: Error }[]).map(({ error }) => error?.message),
    )
    expect(errors).toEqual([
      undefined,
      'Kafka does not let cleaner Read the topic b.raw',
      'Kafka does not let cleaner Read the topic c.raw',
    ])
  })
})

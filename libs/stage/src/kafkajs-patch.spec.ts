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
const headers = fc.option(
  fc.dictionary(text, fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })), {
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

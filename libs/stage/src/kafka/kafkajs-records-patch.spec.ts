/** Records of the patched client, against the code that the patch stands in for, which the package still has. */
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

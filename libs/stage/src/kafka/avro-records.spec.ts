import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Decoder, Encoder } from './avro-records.ts'

const row = avsc.Type.forSchema({
  type: 'record',
  name: 'Row',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'mag', type: ['null', 'double'], default: null },
    { name: 'bytes', type: 'bytes' },
  ],
})
const value = (id: string, bytes = 0) => ({ id, mag: null, bytes: Buffer.alloc(bytes, 7) })
const unknown = (id: number) => Promise.reject(new Error(`no schema ${id}`))
const decoder = (reader = row, schemas: Record<number, avsc.Type> = { 1: row }) =>
  new Decoder(reader, async (id) => schemas[id] ?? unknown(id))

async function decode(bytes: Buffer | null, by = decoder()): Promise<Record<string, unknown>> {
  await by.prepare([bytes])
  return { ...by.decode(bytes) }
}

describe('Encoder', () => {
  it('frames a value as Confluent does: a zero byte, the schema id, Avro', () => {
    expect(new Encoder(row, 0x01020304).encode(value('ab')).toString('hex')).toBe(
      '00' + '01020304' + '04616200' + '00',
    )
  })

  it('never writes a byte again that it gave away, however many slabs it takes', () => {
    const record = fc.record({
      id: fc.string({ maxLength: 20 }),
      mag: fc.constant(null),
      bytes: fc.integer({ min: 0, max: 120_000 }).map((length) => Buffer.alloc(length, length % 251)),
    })
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const encoder = new Encoder(row, 9)
        const given = records.map((each) => encoder.encode(each))
        const framed = records.map((each) =>
          Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), row.toBuffer(each)]).toString('hex'),
        )
        expect(given.map((bytes) => bytes.toString('hex'))).toEqual(framed)
      }),
      { numRuns: 20 },
    )
  })

  it('takes a value that is larger than a slab', async () => {
    const large = value('large', 300_000)
    const encoder = new Encoder(row, 1)
    const [before, bytes, after] = [value('before'), large, value('after')].map((each) =>
      encoder.encode(each),
    )
    expect(await decode(bytes!)).toEqual(large)
    expect([(await decode(before!)).id, (await decode(after!)).id]).toEqual(['before', 'after'])
  })

  it('goes on after a value that is none of its type', async () => {
    const encoder = new Encoder(row, 1)
    const before = encoder.encode(value('before'))
    expect(() => encoder.encode({ id: 'x', mag: 'strong' })).toThrow()
    const after = encoder.encode(value('after'))
    expect([(await decode(before)).id, (await decode(after)).id]).toEqual(['before', 'after'])
  })
})

describe('Decoder', () => {
  const whole = new Encoder(row, 1).encode(value('us7000', 3))

  it('reads a record of another schema as ours, or with the columns that it was written with', async () => {
    const fields = [
      { name: 'id', type: 'string' },
      { name: 'magnitude', type: ['null', 'double'], default: null },
    ]
    const reader = avsc.Type.forSchema({ type: 'record', name: 'Row', fields })
    const by = decoder(reader)
    expect(await decode(whole, by)).toEqual({ id: 'us7000', magnitude: null })
    expect(by.decodeAsWritten(whole)).toEqual(value('us7000', 3))
    expect(() => by.decodeAsWritten(whole.subarray(0, -1))).toThrow('is cut short')
  })

  it.each([
    ['a tombstone', null],
    ['an empty value', Buffer.alloc(0)],
    ['a value shorter than its frame', whole.subarray(0, 4)],
    ['a value without a frame', Buffer.from('{"id":"us7000"}')],
  ])('refuses %s as no Confluent Avro', async (_, bytes) => {
    await expect(decode(bytes)).rejects.toThrow('is not in Confluent Avro framing')
  })

  it('refuses a value that is cut short, wherever it was cut', async () => {
    for (let length = 5; length < whole.length; length++)
      await expect(decode(whole.subarray(0, length))).rejects.toThrow('is cut short')
  })

  it('refuses a value with bytes behind it', async () => {
    await expect(decode(Buffer.concat([whole, Buffer.alloc(2)]))).rejects.toThrow('has 2 bytes too many')
  })

  it('refuses a value that its schema does not allow', async () => {
    const third = Buffer.concat([whole.subarray(0, 5), Buffer.from([2, 0x61, 4, 0])])
    await expect(decode(third)).rejects.toThrow()
  })

  it('reads older and newer records as its own schema when a nullable column came or went', async () => {
    const nullable = (name: string) => ({ name, type: ['null', 'double'], default: null })
    const typeOf = (...columns: string[]) =>
      avsc.Type.forSchema({
        type: 'record',
        name: 'Row',
        fields: [{ name: 'id', type: 'string' }, ...columns.map(nullable)],
      })
    const schemas = { 1: typeOf('mag'), 2: typeOf('mag', 'depth'), 3: typeOf('depth') }
    const written = [
      new Encoder(schemas[1], 1).encode({ id: 'old', mag: 1 }),
      new Encoder(schemas[2], 2).encode({ id: 'own', mag: 2, depth: 20 }),
      new Encoder(schemas[3], 3).encode({ id: 'new', depth: 30 }),
    ]
    const reader = decoder(schemas[2], schemas)
    await reader.prepare(written)
    expect(written.map((bytes) => ({ ...reader.decode(bytes) }))).toEqual([
      { id: 'old', mag: 1, depth: null },
      { id: 'own', mag: 2, depth: 20 },
      { id: 'new', mag: null, depth: 30 },
    ])
  })

  it('refuses a record alone whose schema nobody knows or that is another one, and reads those beside it', async () => {
    const other = avsc.Type.forSchema({
      type: 'record',
      name: 'Other',
      fields: [{ name: 'n', type: 'long' }],
    })
    const written = [new Encoder(other, 7).encode({ n: 1 }), new Encoder(row, 8).encode(value('x')), whole]
    const schemas = new Map([
      [1, row],
      [7, other],
    ])
    const reader = new Decoder(row, async (id) => schemas.get(id))
    await reader.prepare(written)
    expect(() => reader.decode(written[0]!)).toThrow('has another schema, Other: ')
    expect(() => reader.decode(written[1]!)).toThrow('has the schema id 8, which the registry does not know')
    expect(reader.decode(whole).id).toBe('us7000')
  })

  it('refuses what Avro can read and its reader cannot use, with the reason, and reads records beside it', async () => {
    const older = avsc.Type.forSchema({
      type: 'record',
      name: 'Row',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'bytes', type: 'bytes' },
      ],
    })
    const written = new Encoder(older, 7).encode({ id: 'x', bytes: Buffer.alloc(0) })
    const find = async (id: number) => (id === 7 ? older : row)
    const reader = new Decoder(row, find, (writer) => (writer === older ? 'is of another time' : undefined))
    await reader.prepare([written, whole])
    expect(() => reader.decode(written)).toThrow('is of another time')
    expect(reader.decode(whole).id).toBe('us7000')
  })

  it('asks for a schema once, and for none of what has no frame', async () => {
    const find = vi.fn(async () => row)
    const reader = new Decoder(row, find)
    await reader.prepare([whole, null, Buffer.from('{}'), Buffer.from([0, 1]), whole])
    await reader.prepare([whole])
    expect(find.mock.calls).toEqual([[1]])
  })

  it('rejects while the registry is away, and is ready once it is back', async () => {
    const find = vi.fn(async () => row).mockRejectedValueOnce(new Error('registry away'))
    const reader = new Decoder(row, find)
    await expect(reader.prepare([whole])).rejects.toThrow('registry away')
    await reader.prepare([whole])
    expect(reader.decode(whole).id).toBe('us7000')
  })
})

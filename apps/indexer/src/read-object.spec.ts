import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { loadDataset, type Dataset, type Field } from '@dsf/dataset'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { ObjectMismatch, readObject } from './read-object.ts'

const earthquakes = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
const field = (column: string, type: Field['type']) => ({ column, type }) as Field
const dataset: Dataset = {
  ...earthquakes,
  fields: [field('id', 'string'), field('time', 'datetime'), field('day', 'date'), field('mag', 'number')],
}

const rows = [
  { id: 'a', time: 1_795_471_200_123, day: 20_780, mag: 1.5, nst: 7, simulated: false },
  { id: '', time: -1, day: null, mag: null, nst: null, simulated: true },
]

type Codec = 'ZSTD' | 'SNAPPY'
type Cells = (typeof rows)[number]
const long = (value: number | null) => (value === null ? null : BigInt(value))
function parquet(codec: Codec, content = rows): Uint8Array {
  const column = <N extends keyof Cells>(name: N, to: (cell: Cells[N]) => unknown = (cell) => cell) => ({
    name,
    data: content.map((row) => to(row[name])),
  })
  const columnData = [
    ...[column('id'), column('time', long), column('day')],
    ...[column('mag'), column('nst', long), column('simulated')],
  ]
  const schema = [
    { name: 'schema', num_children: 6 },
    { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    { name: 'time', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
    { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
    { name: 'mag', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    { name: 'nst', type: 'INT64', repetition_type: 'OPTIONAL' },
    { name: 'simulated', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
  ] as const
  return new Uint8Array(
    parquetWriteBuffer({ columnData, schema: [...schema], codec, compressors: { ZSTD: zstdCompressSync } }),
  )
}

const jsonl = Buffer.from(
  '{"id":"a","time":"2026-11-23T22:00:00.123Z","day":"2026-11-23","mag":1.5,"nst":7,"simulated":false}\n' +
    '{"id":"","time":"1969-12-31T23:59:59.999Z","day":null,"mag":null,"nst":null,"simulated":true}\n',
)

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const object = (format: string, bytes: Uint8Array, records = 2) => ({
  key: 'lake/x',
  format,
  sha256: sha256(bytes),
  records,
})
const read = (format: string, bytes: Uint8Array, records?: number) =>
  readObject(dataset, object(format, bytes, records), bytes)

describe('readObject', () => {
  it.each(['ZSTD', 'SNAPPY'] as const)(
    'reads Parquet in %s as the values that the sink was given',
    async (codec) => {
      expect(await read('parquet', parquet(codec))).toEqual(rows)
    },
  )

  it('reads JSON Lines as the same values', async () => {
    expect(await read('jsonl', jsonl)).toEqual(rows)
  })

  it('reads rows of many row groups in order', async () => {
    const many = Array.from({ length: 2500 }, (_, i) => ({ ...rows[i % 2]!, id: `q${i}` }))
    expect(await read('parquet', parquet('ZSTD', many), 2500)).toEqual(many)
  })

  it('reads bytes that are a window into a larger buffer', async () => {
    for (const [format, bytes] of [
      ['parquet', parquet('ZSTD')],
      ['jsonl', jsonl],
    ] as const)
      expect(
        await read(
          format,
          Buffer.concat([Buffer.alloc(13), bytes, Buffer.alloc(5)]).subarray(13, 13 + bytes.length),
        ),
      ).toEqual(rows)
  })

  it('refuses bytes with another sha256 than announced, before reading them', async () => {
    const bytes = parquet('ZSTD')
    const announced = object('parquet', bytes)
    bytes[100]! ^= 1
    const refused = readObject(dataset, announced, bytes)
    await expect(refused).rejects.toThrow(ObjectMismatch)
    await expect(refused).rejects.toThrow(
      `lake/x: sha256 is ${sha256(bytes)}, its record says ${announced.sha256}`,
    )
  })

  it('refuses an object with more or fewer rows than announced', async () => {
    await expect(read('parquet', parquet('ZSTD'), 3)).rejects.toThrow(
      'lake/x: holds 2 rows, its record says 3',
    )
  })

  it('names the key when the bytes are not what the format says', async () => {
    await expect(read('parquet', jsonl)).rejects.toThrow(/^lake\/x: is no readable parquet: /)
    await expect(read('jsonl', Buffer.from('{"id":\n'))).rejects.toThrow(/^lake\/x: is no readable jsonl: /)
    await expect(read('csv', jsonl)).rejects.toThrow(
      'lake/x: has the format "csv", known are parquet and jsonl',
    )
  })
})

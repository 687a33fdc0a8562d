import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import {
  enrichedColumns,
  loadDataset,
  topicSchemas,
  type Dataset,
  type Field,
  type FieldType,
  type Row,
  type Value,
} from '@dsf/dataset'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { parquetEncoder } from './encode-parquet.ts'

const earthquakes = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
const types = ['string', 'integer', 'number', 'boolean', 'date', 'datetime'] as const

/** A dataset with a required and a nullable column of each type. */
const everyType: Dataset = {
  ...earthquakes,
  computed: [{ name: 'computed', type: 'number', expression: '1.0' }],
  fields: types.flatMap((type) => [
    { column: `${type}_required`, type, required: true, constraints: {} } as Field,
    { column: `${type}_nullable`, type, required: false, constraints: {} } as Field,
  ]),
}

const bytesOf = (buffer: Buffer) =>
  buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer

async function read(parquet: Buffer): Promise<Row[]> {
  const numbers = { timestampFromMilliseconds: Number, dateFromDays: (days: number) => days }
  const compressors = { ZSTD: (page: Uint8Array) => zstdDecompressSync(page) }
  const rows = await parquetReadObjects({ file: bytesOf(parquet), compressors, parsers: numbers })
  const value = (v: unknown) => (typeof v === 'bigint' ? Number(v) : (v ?? null))
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, v]) => [name, value(v)])),
  ) as Row[]
}

const provenance = { dsf_run: 'r1', dsf_row: 1, dsf_version: 7, simulated: false }
const full: Row = {
  ...provenance,
  string_required: 'é, "x"\n',
  string_nullable: '',
  integer_required: -1,
  integer_nullable: Number.MAX_SAFE_INTEGER,
  number_required: 0.1,
  number_nullable: 1e300,
  boolean_required: true,
  boolean_nullable: false,
  date_required: -1,
  date_nullable: 20_780,
  datetime_required: -1,
  datetime_nullable: 1_795_471_200_123,
  computed: 2.5,
}
const nulls: Row = Object.fromEntries(
  Object.entries(full).map(([name, v]) => [name, /nullable|computed/.test(name) ? null : v]),
)

describe('parquetEncoder', () => {
  const encode = parquetEncoder(everyType)

  it('keeps the values of every type, and tells null from empty text', async () => {
    expect(await read(await encode([full, nulls, full]))).toEqual([full, nulls, full])
  })

  it('keeps columns that are null, or the same, in all rows', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ ...nulls, dsf_row: i + 1 }))
    expect(await read(await encode(rows))).toEqual(rows)
  })

  it('keeps a single row', async () => {
    expect(await read(await encode([nulls]))).toEqual([nulls])
  })

  it('gives the columns the types, names and order of the enriched schema', async () => {
    const { schema } = parquetMetadata(bytesOf(await encode([full])))
    const described = schema
      .slice(1)
      .map(({ name, type, converted_type, logical_type, repetition_type }) =>
        [name, type, converted_type, logical_type, repetition_type].filter((part) => part !== undefined),
      )
    const utc = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' }
    const text = ['BYTE_ARRAY', 'UTF8', { type: 'STRING' }]
    expect(schema.slice(1).map(({ name }) => name)).toEqual(
      topicSchemas.enriched(everyType).fields.map(({ name }) => name),
    )
    expect(described).toEqual([
      ['dsf_run', ...text, 'REQUIRED'],
      ['dsf_row', 'INT64', 'REQUIRED'],
      ['dsf_version', 'INT64', 'REQUIRED'],
      ['string_required', ...text, 'REQUIRED'],
      ['string_nullable', ...text, 'OPTIONAL'],
      ['integer_required', 'INT64', 'REQUIRED'],
      ['integer_nullable', 'INT64', 'OPTIONAL'],
      ['number_required', 'DOUBLE', 'REQUIRED'],
      ['number_nullable', 'DOUBLE', 'OPTIONAL'],
      ['boolean_required', 'BOOLEAN', 'REQUIRED'],
      ['boolean_nullable', 'BOOLEAN', 'OPTIONAL'],
      ['date_required', 'INT32', 'DATE', { type: 'DATE' }, 'REQUIRED'],
      ['date_nullable', 'INT32', 'DATE', { type: 'DATE' }, 'OPTIONAL'],
      ['datetime_required', 'INT64', 'TIMESTAMP_MILLIS', utc, 'REQUIRED'],
      ['datetime_nullable', 'INT64', 'TIMESTAMP_MILLIS', utc, 'OPTIONAL'],
      ['simulated', 'BOOLEAN', 'REQUIRED'],
      ['computed', 'DOUBLE', 'OPTIONAL'],
    ])
  })

  it('says which dataset and definition it is of, in row groups behind which others have a turn', async () => {
    const rows = Array.from({ length: 12_000 }, () => full)
    const { key_value_metadata, row_groups, num_rows } = parquetMetadata(bytesOf(await encode(rows)))
    expect(key_value_metadata).toEqual([
      { key: 'dsf.dataset', value: 'earthquakes' },
      { key: 'dsf.version', value: '1.0.0' },
    ])
    expect([row_groups.length, num_rows]).toEqual([2, 12_000n])
  })

  it('compresses as the definition says', async () => {
    const lake = { ...everyType.sinks.lake, compression: 'snappy' as const }
    const snappy = await parquetEncoder({ ...everyType, sinks: { ...everyType.sinks, lake } })([full, nulls])
    const codecs = (file: Buffer) =>
      parquetMetadata(bytesOf(file)).row_groups[0]!.columns.map(({ meta_data }) => meta_data!.codec)
    expect(new Set(codecs(snappy))).toEqual(new Set(['SNAPPY']))
    expect(new Set(codecs(await encode([full, nulls])))).toEqual(new Set(['ZSTD']))
    expect(await read(snappy)).toEqual([full, nulls])
  })

  it('refuses a record without a required value, by the name of the column', async () => {
    await expect(encode([{ ...full, date_required: null }])).rejects.toThrow(
      'column date_required is required, and null',
    )
  })

  it('writes the same bytes for the same records, and reads back what was written', async () => {
    const values: Record<FieldType, fc.Arbitrary<Value>> = {
      string: fc.string({ unit: 'grapheme' }),
      integer: fc.maxSafeInteger(),
      // the dictionary of a column takes -0 for 0
      number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0),
      boolean: fc.boolean(),
      date: fc.integer({ min: -700_000, max: 3_000_000 }),
      datetime: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
    }
    const columns = enrichedColumns(everyType)
    const cells = columns.map(({ name, type, required }) => [
      name,
      required ? values[type] : fc.option(values[type]),
    ])
    const row = fc.record(Object.fromEntries(cells) as Record<string, fc.Arbitrary<Value>>)
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const file = await encode(rows)
        expect(await parquetEncoder(everyType)(structuredClone(rows))).toEqual(file)
        expect(await read(file)).toEqual(rows)
      }),
      { numRuns: 60 },
    )
  })
})

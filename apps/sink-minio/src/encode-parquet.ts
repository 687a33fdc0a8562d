import { constants, zstdCompressSync } from 'node:zlib'
import {
  enrichedColumns,
  type Column,
  type Dataset,
  type FieldType,
  type Row,
  type Value,
} from '@dsf/dataset'
import { nextTurn } from '@dsf/stage'
import { ByteWriter, parquetWrite, type ColumnSource } from 'hyparquet-writer'

type ParquetElement = NonNullable<Parameters<typeof parquetWrite>[0]['schema']>[number]

/** Rows of a row group: a fifth of a second of work, behind which others have their turn. */
const rowGroupSize = 10_000

/**
 * Compiles the Parquet form of a dataset's records of one kind, by default the enriched ones. The bytes are a function
 * of definition and records alone, so writing a chunk again writes the same object.
 */
export function parquetEncoder(
  dataset: Dataset,
  columns: readonly Column[] = enrichedColumns(dataset),
): (records: Row[]) => Promise<Buffer> {
  const options = {
    schema: [{ name: 'schema', num_children: columns.length }, ...columns.map(element)],
    codec: dataset.sinks.lake.compression === 'zstd' ? ('ZSTD' as const) : ('SNAPPY' as const),
    compressors: { ZSTD: zstd },
    kvMetadata: [
      { key: 'dsf.dataset', value: dataset.name },
      { key: 'dsf.version', value: dataset.version },
    ],
    createdBy: 'data-stream-flow version 1 (build hyparquet-writer)',
  }
  return async (records) => {
    const columnData = columns.map((column) => ({ name: column.name, data: readColumn(column, records) }))
    const flush = records.length > rowGroupSize ? nextTurn : undefined
    const writer = Object.assign(new ByteWriter(), { flush })
    await parquetWrite({ ...options, writer, columnData, rowGroupSize })
    return Buffer.from(writer.getBuffer())
  }
}

/** The older annotation beside the newer one: each reader takes the one it knows, and both say the same. */
const parquetTypes: Record<FieldType, Omit<ParquetElement, 'name'>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  datetime: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
}

const element = ({ name, type, required }: Column): ParquetElement => ({
  ...parquetTypes[type],
  name,
  repetition_type: required ? 'REQUIRED' : 'OPTIONAL',
})

function readColumn({ name, type, required }: Column, records: Row[]): ColumnSource['data'] {
  const isLong = type === 'integer' || type === 'datetime'
  const values = new Array<Value | bigint>(records.length)
  for (let i = 0; i < records.length; i++) {
    const value = records[i]![name] ?? null
    if (value === null && required) throw new Error(`column ${name} is required, and null in a record`)
    values[i] = isLong && value !== null ? BigInt(value) : value
  }
  return values
}

const zstd = (page: Uint8Array) =>
  zstdCompressSync(page, { params: { [constants.ZSTD_c_compressionLevel]: 3 } })

import { createHash } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import type { Dataset, FieldType, Row, Value } from '@dsf/dataset'
import { DatasetError, sliced } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { parquetMetadata, parquetRead, type ColumnData } from 'hyparquet'

/** What the objects topic says of an object, as far as reading it needs. */
export interface StoredObject {
  key: string
  format: string
  sha256: string
  records: number
}

/** The object is not what its record says. Reading it again would give the same: a person has to look. */
export class ObjectMismatch extends DatasetError {
  readonly key: string

  constructor(key: string, what: string, cause?: unknown) {
    super(`${key}: ${what}`, { cause })
    this.name = 'ObjectMismatch'
    this.key = key
  }
}

/**
 * The rows of an object with the logical values that the sink was given: numbers, milliseconds for datetimes, days for
 * dates, null when missing. The bytes are checked against the object's record before anything reads them, the row
 * count after.
 * @throws ObjectMismatch
 */
export async function readObject(dataset: Dataset, object: StoredObject, bytes: Uint8Array): Promise<Row[]> {
  const { key, format, sha256, records } = object
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== sha256) throw new ObjectMismatch(key, `sha256 is ${found}, its record says ${sha256}`)
  const rows = await readRows(dataset, key, bytes, format)
  if (rows.length === records) return rows
  throw new ObjectMismatch(key, `holds ${rows.length} rows, its record says ${records}`)
}

/** Fetches and reads objects that were announced, in slices. @throws ObjectMismatch */
export function objectReader(dataset: Dataset, store: Pick<ObjectStore, 'get'>) {
  const turn = sliced()
  return async (object: StoredObject): Promise<Row[]> => {
    const bytes = await store.get(object.key)
    await turn(object.records)
    return readObject(dataset, object, bytes)
  }
}

const downloadsAtOnce = 4

/** Reads objects a few at a time, and gives each few with their rows to `use` before the next are read. */
export async function readInParts<O>(
  objects: O[],
  read: (object: O) => Promise<Row[]>,
  use: (part: O[], rows: Row[][]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < objects.length; at += downloadsAtOnce) {
    const part = objects.slice(at, at + downloadsAtOnce)
    await use(part, await Promise.all(part.map(read)))
  }
}

/** The rows of an object that nothing is known of but its name. @throws ObjectMismatch when it is not in its format */
export async function readRows(
  dataset: Dataset,
  key: string,
  bytes: Uint8Array,
  format = key.slice(key.lastIndexOf('.') + 1),
): Promise<Row[]> {
  const reader = readers[format]
  if (!reader)
    throw new ObjectMismatch(
      key,
      `has the format "${format}", known are ${Object.keys(readers).join(' and ')}`,
    )
  try {
    return await reader(bytes, dataset)
  } catch (error) {
    throw new ObjectMismatch(key, `is no readable ${format}: ${(error as Error).message}`, error)
  }
}

type Reader = (bytes: Uint8Array, dataset: Dataset) => Row[] | Promise<Row[]>

const readers: Record<string, Reader> = { parquet: readParquet, jsonl: readJsonl }

/** By column, because hyparquet's own rows are slow objects: this and what reads them later takes half the time. */
async function readParquet(bytes: Uint8Array): Promise<Row[]> {
  const { buffer, byteOffset, byteLength } = bytes
  const slice = (start: number, end = byteLength) =>
    buffer.slice(byteOffset + start, byteOffset + end) as ArrayBuffer
  const metadata = parquetMetadata(slice(0))
  const columns: ColumnData[] = []
  const onChunk = (column: ColumnData) => void columns.push(column)
  await parquetRead({
    file: { byteLength, slice },
    metadata,
    compressors: { ZSTD: unzstd },
    parsers,
    onChunk,
  })
  const rows = emptyRows(
    Number(metadata.num_rows),
    metadata.schema.slice(1).map(({ name }) => name),
  )
  for (const column of columns) fill(rows, column)
  return rows
}

/** Copies of one parsed object share its layout, which an object that grows property by property loses. */
function emptyRows(count: number, names: string[]): Row[] {
  const empty = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))) as Row
  return Array.from({ length: count }, () => ({ ...empty }))
}

function fill(rows: Row[], { columnName, columnData, rowStart }: ColumnData): void {
  for (let i = 0; i < columnData.length; i++) {
    const value = columnData[i] as Value | bigint | undefined
    rows[rowStart + i]![columnName] = typeof value === 'bigint' ? Number(value) : (value ?? null)
  }
}

/** The page header says how long a page is. Anything longer is refused before it fills the memory. */
const unzstd = (page: Uint8Array, length: number) =>
  zstdDecompressSync(page, { maxOutputLength: Math.max(1, length) })

/** Times stay numbers, in the unit of the stream, whatever unit the file has them in. */
const parsers = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros: bigint) => Number(micros / 1000n),
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos / 1_000_000n),
  dateFromDays: (days: number) => days,
}

function readJsonl(bytes: Uint8Array, dataset: Dataset): Row[] {
  const times = dataset.fields.flatMap(({ column, type }) =>
    timeOf[type] ? [{ column, read: timeOf[type] }] : [],
  )
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const rows = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row)
  for (const row of rows)
    for (const { column, read } of times) if (typeof row[column] === 'string') row[column] = read(row[column])
  return rows
}

const timeOf: Partial<Record<FieldType, (text: string) => Value>> = {
  datetime: (text) => parsed(text, 1),
  date: (text) => parsed(text, 86_400_000),
}

/** What is no time stays as it is: its column was one of texts. */
function parsed(text: string, unit: number): Value {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? text : ms / unit
}

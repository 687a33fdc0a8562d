/** What became of a dataset's runs, read from Elasticsearch and object store with clients that are not the stages'. */
import { parse } from 'csv-parse/sync'
import type { Cell } from '../cases/case.ts'
import { documentsOf, type Document } from './documents.ts'
import { keysOf, objectsOf, queryFolders } from './objects.ts'

export interface QuarantineLine {
  dsf_run: string
  dsf_row: number
  content: string
  /** base64 */
  bytes: string
  reasons: { field: string | null; code: string; message: string }[]
}

export interface LakeRow {
  run: string
  row: number
  /** below the dataset's */
  folder: string
  cells: Record<string, Cell>
}

export interface Remains {
  /** in the order of the lake's files, without those of the pipeline */
  columns: string[]
  documents: Document[]
  lake: LakeRow[]
  processed: Record<string, string>[]
  quarantine: QuarantineLine[]
}

/** Times are texts of ISO 8601, to the millisecond. */
export async function remainsOf(dataset: string): Promise<Remains> {
  const [documents, lake, processed, quarantine] = await Promise.all([
    documentsOf(dataset),
    lakeOf(dataset),
    processedOf(dataset),
    quarantineOf(dataset),
  ])
  const instants = [...lake.types].filter(([, type]) => type.startsWith('TIMESTAMP')).map(([name]) => name)
  for (const { _source } of documents.values())
    for (const name of instants) if (name in _source) _source[name] = isoTime(Number(_source[name]))
  const columns = [...lake.types.keys()].filter((name) => !ours.test(name))
  return { columns, documents: [...documents.values()], lake: lake.rows, processed, quarantine }
}

const ours = /^(dsf_.*|simulated|filename)$/
const isoTime = (ms: number) => new Date(ms).toISOString()

/** As a reader sees it who takes folders for columns: a folder of a column's name hides the row's own value. */
async function lakeOf(dataset: string): Promise<{ types: Map<string, string>; rows: LakeRow[] }> {
  if ((await keysOf('lake', dataset)).length === 0) return { types: new Map(), rows: [] }
  const sql = await queryFolders(dataset)
  const described = await sql('DESCRIBE lake')
  const types = new Map(described.map((one) => [one['column_name'] as string, one['column_type'] as string]))
  const found = await sql(`SELECT ${[...types].map(plainSql).join()} FROM lake ORDER BY dsf_row`)
  const rows = found.map((row) => ({
    ...{ run: row['dsf_run'] as string, row: row['dsf_row'] as number },
    folder: (row['filename'] as string).replace(/^lake\/dataset=[^/]*\//, '').replace(/[^/]*$/, ''),
    cells: Object.fromEntries([...types].map(([name, type]) => [name, plain(row[name] as Cell, type)])),
  }))
  return { types, rows }
}

function plainSql([name, type]: [name: string, type: string]): string {
  const column = `"${name.replaceAll('"', '""')}"`
  if (type === 'BIGINT') return `${column}::DOUBLE AS ${column}`
  const isTime = type === 'DATE' || type.startsWith('TIMESTAMP')
  return isTime ? `epoch_ms(${column}::TIMESTAMP)::DOUBLE AS ${column}` : column
}

function plain(value: Cell, type: string): Cell {
  if (value === null) return null
  if (type === 'DATE') return isoTime(Number(value)).split('T')[0]!
  return type.startsWith('TIMESTAMP') ? isoTime(Number(value)) : value
}

async function processedOf(dataset: string): Promise<Record<string, string>[]> {
  const objects = await objectsOf('processed', dataset)
  const rows = [...objects.values()].flatMap((bytes) =>
    parse<Record<string, string>>(bytes, { columns: true }),
  )
  return rows.toSorted((a, b) => Number(a['dsf_row']) - Number(b['dsf_row']))
}

async function quarantineOf(dataset: string): Promise<QuarantineLine[]> {
  const objects = await objectsOf('quarantine', dataset)
  const lines = [...objects.values()].flatMap((bytes) => bytes.toString().trimEnd().split('\n'))
  return lines.map((line) => JSON.parse(line) as QuarantineLine).toSorted((a, b) => a.dsf_row - b.dsf_row)
}

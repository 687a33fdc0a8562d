/** What `dsf dataset init` makes of a file that a package ships, and whether DuckDB reads the same cells. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { initDataset } from '../../infra/cli/init/init-dataset.ts'
import { scanRows } from '../../infra/cli/init/scan-rows.ts'

/** The right answer of a file stands in answers/, looked at by a person: what is made of it, or why nothing is. */
export type Answer = Made | { noDefinition: string }

export interface Made {
  /** of the sample: the first MiB of the file */
  rows: number
  duplicates: number
  refused: number
  key: string
  eventTime: string
  /** name and type of each field; of a wide file, those of neighbours of one type in one line */
  columns: string[]
  /** what is said of lines that are no rows, where there are any */
  lines?: object
  /** things that init says it could not tell */
  doubts: number
  /** cells in which DuckDB reads another text; none where it cannot read the file */
  otherInDuckDb: number | null
}

interface Definition {
  resources: [
    { dialect?: Partial<Dialect>; schema: { primaryKey?: string | string[]; fields: DefinedField[] } },
  ]
  'x-dsf': { eventTime?: string; reading?: Reading }
}
type Dialect = Parameters<typeof scanRows>[1] & { header: boolean }
type Reading = NonNullable<Parameters<typeof scanRows>[4]>
type DefinedField = { name: string; type: string; format?: string }

export async function answerOf(path: string): Promise<Answer> {
  const into = mkdtempSync(join(tmpdir(), 'dsf-corpus-'))
  return answerIn(into, path)
    .catch((error: unknown) => ({ noDefinition: (error as Error).message }))
    .finally(() => rmSync(into, { recursive: true }))
}

async function answerIn(into: string, path: string): Promise<Made> {
  const { folder, tried, doubts } = await initDataset(path, { into, force: true })
  const definition = JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8')) as Definition
  const [{ dialect = {}, schema }] = definition.resources
  return {
    rows: tried.counts.read,
    duplicates: tried.counts.duplicate,
    refused: tried.counts.refused,
    key: schema.primaryKey === undefined ? 'the whole row' : [schema.primaryKey].flat().join(', '),
    eventTime: definition['x-dsf'].eventTime ?? '',
    columns: columnsOf(schema.fields),
    doubts: doubts.length,
    ...linesOf(dialect, definition['x-dsf'].reading),
    otherInDuckDb: await otherCells(join(folder, 'sample.csv'), dialect, definition['x-dsf'].reading),
  }
}

function linesOf({ headerRows, commentRows, commentChar }: Partial<Dialect>, reading?: Reading) {
  const said = { headerRows, commentRows, commentChar, ...reading }
  return Object.values(said).some((word) => word !== undefined) ? { lines: said } : {}
}

const wide = 60

function columnsOf(fields: DefinedField[]): string[] {
  const told = fields.map(({ name, type, format }) => ({
    name,
    kind: [type, format].filter(Boolean).join(' '),
  }))
  if (fields.length <= wide) return told.map(({ name, kind }) => `${name} ${kind}`)
  const ends = told.flatMap(({ kind }, i) => (told[i + 1]?.kind === kind ? [] : [i]))
  return ends.map((end, i) => {
    const from = i === 0 ? 0 : ends[i - 1]! + 1
    const names = from === end ? told[end]!.name : `${told[from]!.name} to ${told[end]!.name}`
    return `${names} ${told[end]!.kind}`
  })
}

const linesAbove = ({ headerRows = [], commentRows = [] }: Partial<Dialect>) =>
  Math.max(0, ...headerRows, ...commentRows)

function readOurs(
  sample: string,
  dialect: Parameters<typeof scanRows>[1] & Partial<Dialect>,
  reading: Reading,
) {
  const bytes = readFileSync(sample)
  const scanned = scanRows(bytes, dialect, Infinity, true, reading)
  const ours = dialect.header === false ? [scanned.header, ...scanned.rows] : scanned.rows
  if (!reading.footer) return { ours, path: sample }
  const path = `${sample}.rows`
  writeFileSync(path, bytes.subarray(0, scanned.end))
  return { ours, path }
}

/**
 * Of the rows that both read; an empty cell and a missing one are the same to DuckDB. It knows no footers, so it is given the rows
 * above them, and no lines below a header, so it is told where the rows begin.
 */
async function otherCells(
  sample: string,
  said: Partial<Dialect>,
  reading: Reading = {},
): Promise<number | null> {
  const { delimiter = ',', quoteChar = '"', escapeChar: escape = quoteChar, commentChar: comment = '' } = said
  if (reading.tolerate) return null
  const { ours, path } = readOurs(sample, { ...said, delimiter, quoteChar }, reading)
  const skip = linesAbove(said)
  const header = skip === 0 && said.header !== false
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const theirs = await connection.runAndReadAll(
      'select * from read_csv($path, all_varchar=true, delim=$delimiter, quote=$quoteChar, escape=$escape, header=$header, skip=$skip, comment=$comment, auto_detect=true)',
      { path, delimiter, quoteChar, escape, header, skip, comment },
    )
    const rows = theirs.getRowsJson()
    if (rows.length !== ours.length) return null
    // it has no word for white space before a cell
    const written = (cell: unknown) =>
      said.skipInitialSpace && typeof cell === 'string' ? cell.trimStart() : (cell ?? '')
    return rows.flatMap((row, i) => row.filter((cell, j) => written(cell) !== ours[i]![j])).length
  } catch {
    return null
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

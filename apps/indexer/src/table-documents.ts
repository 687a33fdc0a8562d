import {
  pipelineIndex,
  profileColumns,
  trendsColumns,
  trendsIndex,
  without,
  type Column,
  type Dataset,
  type Row,
  type Value,
} from '@dsf/dataset'
import { ObjectMismatch } from './read-object.ts'
import { fittingId } from './to-document.ts'

/** A table that lies beside the rows of the lake, and what its rows become. */
export interface Table {
  /** alias of its documents */
  alias: string
  /** without a version, a document that is written again replaces itself */
  versioned: boolean
  /** an object without one of these is not of this table; others that it may have are passed over */
  columns: string[]
  document: (dataset: Dataset, row: Row) => Row
  id: (dataset: Dataset, row: Row) => string
}

const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => name)

/** Columns that a document has under the same name. */
const ofProfile = namesOf(without(profileColumns, 'dsf_run', 'dsf_version', 'at'))
const ofTrend = namesOf(without(trendsColumns, 'window_start'))

/** By the route that the objects topic names. */
export const tables = {
  profile: {
    alias: pipelineIndex,
    versioned: false,
    columns: namesOf(without(profileColumns, 'dsf_version')),
    document: ({ name }, row) => ({
      kind: 'profile',
      ...{ '@timestamp': row['at']!, dataset: name, run: row['dsf_run']! },
      ...pick(row, ofProfile),
    }),
    id: ({ name }, row) =>
      ['profile', name, ...texts(row, ['dsf_run', 'type', 'window_start', 'at', 'field'])].join('.'),
  },
  trends: {
    alias: trendsIndex,
    versioned: true,
    columns: namesOf(trendsColumns),
    document: ({ name }, row) => ({
      ...{ '@timestamp': row['window_start']!, dataset: name },
      ...pick(row, ofTrend),
    }),
    id: ({ name }, row) => [name, ...texts(row, ['type', 'window_start', 'simulated', 'field'])].join('.'),
  },
} satisfies Record<string, Table>

const pick = (row: Row, names: string[]): Row => Object.fromEntries(names.map((name) => [name, row[name]!]))
const texts = (row: Row, names: string[]): string[] => names.map((name) => idPart(row[name] ?? null))

/** Nothing for what is missing; a text that is empty, or that could be read as another part of an id, stands in quotes. */
const idPart = (value: Value): string =>
  value === null ? '' : value === '' || /^"|\./.test(String(value)) ? JSON.stringify(value) : String(value)

/** Compiles the bulk items of a table's rows: the present columns of a row, which stands for itself however often it comes. */
export function tableItemWriter(table: Table, dataset: Dataset): (row: Row) => string {
  return (row) => {
    const version = table.versioned ? { version_type: 'external_gte', version: row['dsf_version'] } : {}
    const action = { index: { _index: table.alias, _id: fittingId(table.id(dataset, row)), ...version } }
    return `${JSON.stringify(action)}\n${JSON.stringify(table.document(dataset, row), present)}\n`
  }
}

const present = (_: string, value: unknown) => value ?? undefined

/** @throws ObjectMismatch when the rows of an object are not of the table */
export function checkTable({ columns }: Table, key: string, rows: Row[]): void {
  const missing = rows[0] && columns.filter((name) => !(name in rows[0]!))
  if (missing?.length) throw new ObjectMismatch(key, `lacks ${missing.join(', ')}`)
}

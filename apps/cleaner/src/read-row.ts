import { hash } from 'node:crypto'
import {
  isProblem,
  keyRules,
  readRules,
  recordShape,
  type CellReader,
  type Dataset,
  type Problem,
  type Value,
} from '@dsf/dataset'

export type RawRow = { dsf_run: string; dsf_row: number } & Record<string, string | number | null>
export type CleanRow = { dsf_run: string; dsf_row: number; dsf_version: number } & Record<string, Value>

/** Turns one raw row into a clean record, or into all the reasons why it cannot be one. */
export type RowReader = (raw: RawRow) => CleanRow | Problem[]

/** Compiles the definition's rules once for a dataset. */
export function rowReader(dataset: Dataset): RowReader {
  const columns = dataset.fields.map((field) => field.column)
  const readers: CellReader[] = dataset.fields.map((field) =>
    dataset.key.includes(field) ? keyRules(field) : readRules(field),
  )
  const emptyRow = recordShape<CleanRow>(['dsf_run', 'dsf_row', 'dsf_version', ...columns])
  return (raw) => {
    const row = emptyRow()
    row.dsf_run = raw.dsf_run
    row.dsf_row = raw.dsf_row
    let problems: Problem[] | undefined
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      const value = readers[i]!(raw[column] as string | null)
      if (isProblem(value)) (problems ??= []).push(value)
      else row[column] = value
    }
    return problems ?? row
  }
}

/** 48 bits of SHA-1 over all values: equal content has an equal mark, other content practically never. */
export function contentMark(dataset: Dataset): (row: CleanRow) => number {
  const columns = dataset.fields.map((field) => field.column)
  return (row) =>
    hash('sha1', JSON.stringify(columns.map((column) => row[column])), 'buffer').readUIntBE(0, 6)
}

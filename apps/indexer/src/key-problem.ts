import { enrichedColumns, type Dataset, type Field, type Row } from '@dsf/dataset'

/**
 * Compiles why a row has no key, undefined for one that has: its object was written by a definition with another one. Objects stay as they were
 * written, and a definition that changed may want what they do not have.
 */
export function keyProblem(dataset: Dataset): (row: Row) => string | undefined {
  const { key, isRowKey } = dataset
  const isMissing = isRowKey ? missingOfRow(dataset) : missing
  return (row) => {
    for (const field of key) {
      if (isMissing(field, row)) return lacking(field)
      // one value may have been written as many texts, of which only one is the key's
      if (field.type !== 'string' && typeof row[field.column] === 'string') return otherType(field)
    }
    return undefined
  }
}

type IsMissing = (field: Field, row: Row) => boolean

const missing: IsMissing = ({ column }, row) => (row[column] ?? null) === null

/**
 * Where the whole row is the key, a column that was added since may be missing. If another one is gone, it may be the same under its name of
 * before: rows that differ in it alone would become one.
 */
function missingOfRow(dataset: Dataset): IsMissing {
  const known = new Set(enrichedColumns(dataset).map(({ name }) => name))
  return ({ column }, row) => row[column] === undefined && Object.keys(row).some((name) => !known.has(name))
}

const lacking = ({ column }: Field): string =>
  `it has no "${column}", which is of the key now: a field that was renamed keeps the name of its column by x-dsf.column`

const otherType = ({ column, type }: Field): string =>
  `its "${column}" is a text, and is of type ${type} now, in the key`

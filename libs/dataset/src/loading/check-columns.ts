import type { Dataset } from '../definition/dataset.ts'
import type { Refuse } from '../definition/errors.ts'
import { mostColumns } from '../definition/limits.ts'

/** Columns of our own, in any case; and names that Elasticsearch (`_id`, `_source`, …) or the language of the stages keeps. */
const ours = /^(dsf_.*|simulated)$/i
const keptByOthers = /^(_[a-z].*|__proto__)$/

type Places = Pick<Dataset, 'geo' | 'typeField'>

const isReserved = (column: string, { geo }: Places) =>
  ours.test(column) || keptByOthers.test(column) || (geo && column.toLowerCase() === 'location')

/**
 * Objects lie in folders `dataset=`, `table=`, `type=` and `dt=`, and who reads the lake gets the folder's value for a
 * column of that name. Of the field of the role `type` that is a form of its own value, as docs/dataset.md says. A day is
 * never named `dt`: pyarrow takes the folder's for a text and the column's for a date, and then reads none of them.
 */
function isHidden(column: string, { typeField }: Places): boolean {
  const name = column.toLowerCase()
  if (name === 'type') return typeField !== undefined && typeField.column !== column
  return name === 'dataset' || name === 'table' || name === 'dt'
}

/** A column, the path of its name in the definition, and what can be done about it. */
export interface NamedColumn {
  column: string
  path: string
  wayOut: string
  /** the field's, as in the file; none of a computed field */
  header?: { name: string; path: string }
}

/** Columns share a space with our own, with the folders' names, and with each other whatever their case: DuckDB and Spark take `Ab` and `ab` for the same. */
export function checkColumns(columns: NamedColumn[], places: Places, refuse: Refuse): void {
  const seen = new Map<string, string>()
  const names = new Set<string>()
  for (const { column, path, wayOut, header } of columns) {
    const twin = seen.get(column.toLowerCase())
    const problem = columnProblem(column, twin, places)
    if (header && names.has(header.name)) refuse(header.path, sameName(header.name))
    else if (problem) refuse(path, `${problem}; ${wayOut}`)
    if (twin === undefined) seen.set(column.toLowerCase(), column)
    if (header) names.add(header.name)
  }
  if (columns.length > mostColumns)
    refuse(
      '/resources/0/schema/fields',
      `${columns.length} columns with the computed ones, expected at most ${mostColumns}`,
    )
}

function columnProblem(column: string, twin: string | undefined, places: Places): string | undefined {
  if (isReserved(column, places)) return `"${column}" is a name kept for the pipeline`
  if (isHidden(column, places))
    return `"${column}" would be hidden by the folders ${column.toLowerCase()}= of the objects`
  if (twin === column) return `two fields become the column "${column}"`
  if (twin !== undefined)
    return `the columns "${twin}" and "${column}" differ only in case, and readers take them for the same`
  return undefined
}

const sameName = (name: string) =>
  `two fields are named "${name}"; give one another name, and what it is in the file's header with x-dsf.header`

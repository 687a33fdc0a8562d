import type { Dataset } from './dataset.ts'
import type { Refuse } from './errors.ts'
import { mostColumns } from './limits.ts'

/** Columns of our own, in any case; and names that Elasticsearch (`_id`, `_source`, …) or the language of the stages keeps. */
const ours = /^(dsf_.*|simulated)$/i
const keptByOthers = /^(_[a-z].*|__proto__)$/

type Places = Pick<Dataset, 'geo' | 'typeField' | 'eventTime' | 'sinks'>

const isReserved = (column: string, { geo }: Places) =>
  ours.test(column) || keptByOthers.test(column) || (geo && column.toLowerCase() === 'location')

/**
 * Objects lie in folders `dataset=`, `table=`, `type=` and `dt=`, and who reads the lake gets the folder's value for a
 * column of that name. Where both are the same, nothing is hidden.
 */
function isHidden(column: string, { typeField, eventTime, sinks }: Places): boolean {
  const name = column.toLowerCase()
  if (name === 'type') return typeField !== undefined && typeField.column !== column
  if (name !== 'dt') return name === 'dataset' || name === 'table'
  return !(eventTime?.column === column && eventTime.type === 'date' && sinks.lake.period === 'day')
}

/** A column, the path of its name in the definition, and what can be done about it. */
export interface NamedColumn {
  column: string
  path: string
  wayOut: string
}

/** Columns share a space with our own, with the folders' names, and with each other whatever their case: DuckDB and Spark take `Ab` and `ab` for the same. */
export function checkColumns(columns: NamedColumn[], places: Places, refuse: Refuse): void {
  const seen = new Map<string, string>()
  for (const { column, path, wayOut } of columns) {
    const twin = seen.get(column.toLowerCase())
    if (isReserved(column, places)) refuse(path, `"${column}" is a name kept for the pipeline; ${wayOut}`)
    else if (isHidden(column, places))
      refuse(
        path,
        `"${column}" would be hidden by the folders ${column.toLowerCase()}= of the objects; ${wayOut}`,
      )
    else if (twin === column) refuse(path, `two fields become the column "${column}"; ${wayOut}`)
    else if (twin !== undefined)
      refuse(
        path,
        `the columns "${twin}" and "${column}" differ only in case, and readers take them for the same; ${wayOut}`,
      )
    if (twin === undefined) seen.set(column.toLowerCase(), column)
  }
  if (columns.length > mostColumns)
    refuse(
      '/resources/0/schema/fields',
      `${columns.length} columns with the computed ones, expected at most ${mostColumns}`,
    )
}

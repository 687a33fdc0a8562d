import type { Dataset } from './dataset.ts'
import type { Refuse } from './errors.ts'
import { mostColumns } from './limits.ts'

/**
 * A field's name as one that Avro, Parquet, Elasticsearch and CEL take: what is no ASCII letter, digit or `_` becomes
 * `_`. Nothing would be left of a name in another script, so that is spelled by its code points: `名前` is `u540d_u524d`.
 */
export function columnOf(name: string): string {
  if (isOfAnotherScript(name))
    return Array.from(name, (letter) => `u${letter.codePointAt(0)!.toString(16)}`).join('_')
  return name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=[0-9])/, '_')
}

/** Letters behind the Latin ones and their marks, and no ASCII letter or digit. Signs such as `%` and `€` are no letters. */
const isOfAnotherScript = (name: string) =>
  !/[A-Za-z0-9]/.test(name) &&
  /[\u{250}-\u{1dff}\u{1f00}-\u{1fff}\u{2c00}-\u{d7ff}\u{f900}-\u{fdff}\u{fe70}-\u{fefe}\u{ff10}-\u{ffdc}\u{10000}-\u{1efff}\u{20000}-\u{3ffff}]/u.test(
    name,
  )

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

/** What a case is: a small file, and what is right of it, written by hand. Nothing here asks the stages' own code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Cell = string | number | boolean | null

/** A row that must lie in quarantine: by its number, with one reason for each `code` or `code field`. */
export interface Refused {
  row: number
  reasons: string[]
  /** all that must be kept of the row; left out where cells are kept instead */
  bytes?: string | Buffer
  /** what the messages must say */
  why?: RegExp
}

export interface Case {
  /** number of the kind, and what is special about the file */
  name: string
  dataset: string
  file: string | Buffer
  /** sends the file over HTTP with these headers, instead of from a folder */
  headers?: Record<string, string>
  /** values of the dataset's columns (or of `columns`) that lake and processed CSV must have, in the order of the file */
  rows?: Cell[][]
  columns?: string[]
  /** the documents that bear this run's id in the end, when not one for each row */
  documents?: Cell[][]
  duplicates?: number
  refused?: Refused[]
  /** folder of each row below the dataset's; or `apart` when no two rows may share one */
  folders?: string[] | 'apart'
  /** the run fails, for this reason */
  fails?: RegExp
  /** what Pandas makes of the run must be what the stages made */
  audit?: true
  /** something that once stopped or hid other datasets: tried again beside a healthy one */
  hostile?: true
}

/** The file of a folder beside this one, as the table of cases gave it. */
export const given = (folder: string): Buffer => readFileSync(join(import.meta.dirname, folder, 'input.csv'))

type FieldJson = { name: string; type?: string } & Record<string, unknown>

export interface Definition {
  name: string
  /** `name` or `name type` of a field of nothing special; the first one is the key */
  fields: (string | FieldJson)[]
  schema?: object
  dialect?: object
  resource?: object
  extension?: object
}

/** A definition as its author would write it. */
export function packageOf({ name, fields, schema, dialect, resource, extension }: Definition) {
  const all = fields.map(fieldOf)
  const whole = { primaryKey: all[0]!.name, fields: all, ...schema }
  const file = { name, path: 'sample.csv', ...(dialect ? { dialect } : {}), schema: whole, ...resource }
  return { name, resources: [file], 'x-dsf': { lanes: 1, ...extension } }
}

function fieldOf(field: string | FieldJson): FieldJson {
  if (typeof field !== 'string') return field
  const [name, type = 'string'] = field.split(' ')
  return { name: name!, type }
}

import { boundOf } from '../cells/bounds.ts'
import type { ComputedField } from '../definition/definition.ts'
import type { Dataset, Field, FieldType } from '../definition/dataset.ts'

/**
 * A column of a kind of record, said once. Avro's field, Parquet's type, the mapping of an index, the field of a dashboard and
 * Spark's DDL are maps of it, each with one table of types; none of them is read from another. Kinds with a single form,
 * such as receipts and objects, are said in Avro.
 */
export interface Column<Type = FieldType> {
  name: string
  type: Type
  /** never null */
  required: boolean
  /** who adds it */
  by: 'pipeline' | 'file' | 'computed'
  /** what people call it; its name when left out */
  title?: string
  /** what a schema says of it */
  doc?: string
  /** UCUM code, or a word of ours */
  unit?: string
  /** of a text that is also found by its words */
  search?: 'text'
  /** what no value goes beyond */
  minimum?: number
  maximum?: number
}

/** A column of a document: beside those of its record, one may be a place. */
export type DocumentColumn = Column<FieldType | 'geo_point'>

/** A column of ours that is never null. */
export const own = (name: string, type: FieldType, more: Partial<Column> = {}): Column => ({
  ...{ name, type, required: true, by: 'pipeline', ...more },
})

/** A column of ours that may be null. */
export const ownOrNull = (name: string, type: FieldType, more: Partial<Column> = {}): Column =>
  own(name, type, { required: false, ...more })

/** Columns without those of some names, in their order. */
export const without = (columns: readonly Column[], ...names: string[]): Column[] =>
  columns.filter(({ name }) => !names.includes(name))

/** Where a record came from. Part of every record of a row, so that any one of them can be traced to it. */
export const provenance: readonly Column[] = [
  own('dsf_run', 'string', { doc: 'run that brought the row' }),
  own('dsf_row', 'integer', { doc: 'data row in the landing file, from 1' }),
]
const version = own('dsf_version', 'integer', { doc: 'greater for a newer state of the same key' })
const simulated = own('simulated', 'boolean', {
  doc: 'true for a record that no source row stands behind',
})

/** A row as read: text cells. */
export const rawColumns = ({ fields }: Dataset): Column[] => [
  ...provenance,
  ...fields.map(({ column }): Column => ({ name: column, type: 'string', required: false, by: 'file' })),
]

/** A row that passed. */
export const cleanColumns = ({ fields }: Dataset): Column[] => [
  ...provenance,
  version,
  ...fields.map(ofField),
]

/** A clean row with its computed fields, or a simulated one. */
export const enrichedColumns = (dataset: Dataset): Column[] => [
  ...cleanColumns(dataset),
  simulated,
  ...dataset.computed.map(ofComputed),
]

/** The document of an enriched row: first what dashboards expect under a fixed name, then what is ours. */
export function rowDocumentColumns(dataset: Dataset): DocumentColumn[] {
  const columns = enrichedColumns(dataset)
  const isOurs = ({ by }: Column) => by === 'pipeline'
  return [
    ...(dataset.eventTime ? [ownOrNull('@timestamp', 'datetime')] : []),
    ...(dataset.geo ? [{ ...ownOrNull('location', 'string'), type: 'geo_point' as const }] : []),
    ...columns.filter(isOurs),
    ...columns.filter((column) => !isOurs(column)),
  ]
}

const ofField = (field: Field): Column => ({
  name: field.column,
  type: field.type,
  required: field.required,
  by: 'file',
  // without a title it is called as in its file, whatever its column
  title: field.title ?? field.name,
  doc: field.title,
  unit: field.unit,
  search: field.search === 'text' ? 'text' : undefined,
  ...boundsOf(field),
})

const ofComputed = ({ name, type, title, unit, expression }: ComputedField): Column => ({
  ...{ name, type, required: false, by: 'computed', title, unit },
  doc: title ?? expression,
})

/** Of a number. A row beyond them is refused. */
function boundsOf(field: Field): Pick<Column, 'minimum' | 'maximum'> {
  if (field.type !== 'number' && field.type !== 'integer') return {}
  return {
    minimum: boundOf(field, 'minimum') ?? boundOf(field, 'exclusiveMinimum'),
    maximum: boundOf(field, 'maximum') ?? boundOf(field, 'exclusiveMaximum'),
  }
}

import type { Anomalies } from './anomalies.ts'
import type { ComputedField, DefinedField, Definition } from './definition.ts'
import type { Dialect } from './dialect.ts'
import type { Reading } from './reading.ts'
import type { Trends } from './trends.ts'

export type FieldType = DefinedField['type']

/** One column of the CSV, with everything that cleaning, encoding and indexing need to know about it. */
export interface Field {
  /** of the definition; also that of the file's header, unless that is said */
  name: string
  /** as in the file's header */
  header: string
  /** the same, as a name that Avro, Parquet and Elasticsearch take */
  column: string
  type: FieldType
  format: string
  unit?: string
  title?: string
  /** never null in a clean record */
  required: boolean
  /** no column of the file: the number of the row in it */
  rowNumber?: true
  constraints: DefinedField['constraints']
  missingValues: string[]
  decimalChar: string
  /** between three digits and three */
  groupChar?: string
  /** `false` where something may stand beside a number */
  bareNumber?: false
  trueValues: string[]
  falseValues: string[]
  trim: boolean
  case: 'keep' | 'lower' | 'upper'
  default?: string | number | boolean
  search: 'keyword' | 'text'
  /** of a time: whose names it has, and which zone it is of where it does not say one */
  locale?: string
  zone?: string
  oddHours?: 'earlier' | 'later'
}

/** Those that a file has columns of. */
export const fieldsInFile = ({ fields }: Pick<Dataset, 'fields'>): Field[] =>
  fields.filter(({ rowNumber }) => !rowNumber)

/** A checked definition, with names resolved. Everything else (schemas, mappings, keys) is derived from this. */
export interface Dataset {
  name: string
  /** definition's version, for people */
  version: string
  title: string
  folder: string
  lanes: number
  fields: Field[]
  fieldsMatch: 'exact' | 'equal' | 'subset' | 'superset' | 'partial'
  /** all fields where the whole row is the key */
  key: Field[]
  /** a part of the key may be missing then, and its text is a hash */
  isRowKey: boolean
  versionField?: Field
  eventTime?: Field
  typeField?: Field
  geo?: { latitude: Field; longitude: Field }
  computed: ComputedField[]
  /** by its name, of files that have no byte order mark */
  encoding: string
  /** as the definition has it: of files that do not say it themselves */
  compression?: string
  /** which member of a zip archive is the file */
  innerpath?: string
  /** without a header the fields are the file's columns, in their order */
  dialect: Dialect
  reading?: Reading
  source: Definition['x-dsf']['source']
  sinks: Definition['x-dsf']['sinks']
  simulate?: NonNullable<Definition['x-dsf']['simulate']>
  retentionDays: number
  dashboard?: Definition['x-dsf']['dashboard']
  /** of a dataset with an event time */
  trends?: Trends
  anomalies: Anomalies
}

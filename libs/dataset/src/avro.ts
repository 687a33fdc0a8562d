import type { ComputedField } from './definition.ts'
import { nullable, record, type AvroField, type AvroSchema } from './avro-record.ts'
import { receiptSchema, requestSchema, runSchema } from './avro-runs.ts'
import type { Dataset, Field, FieldType } from './dataset.ts'
import type { TopicKind } from './topics.ts'

const columnTypes: Record<FieldType, unknown> = {
  string: 'string',
  integer: 'long',
  number: 'double',
  boolean: 'boolean',
  date: { type: 'int', logicalType: 'date' },
  datetime: { type: 'long', logicalType: 'timestamp-millis' },
}

/** Where a record came from. Part of every record, so that any one of them can be traced to its row. */
const provenance: AvroField[] = [
  { name: 'dsf_run', type: 'string', doc: 'run that brought the row' },
  { name: 'dsf_row', type: 'long', doc: 'data row in the landing file, from 1' },
]

export function rawSchema(dataset: Dataset): AvroSchema {
  const cells = dataset.fields.map((field) => nullable(field.column, 'string'))
  return record(dataset, 'Raw', 'A row as read: text cells, null for a column that the file does not have.', [
    ...provenance,
    ...cells,
  ])
}

export function cleanSchema(dataset: Dataset): AvroSchema {
  return record(
    dataset,
    'Clean',
    'A row that passed: typed, deduplicated, with its version.',
    cleanFields(dataset),
  )
}

export function enrichedSchema(dataset: Dataset): AvroSchema {
  return record(dataset, 'Enriched', 'A clean row with its computed fields, or a simulated one.', [
    ...cleanFields(dataset),
    { name: 'simulated', type: 'boolean', doc: 'true for a record that no source row stands behind' },
    ...dataset.computed.map(computedColumn),
  ])
}

function cleanFields(dataset: Dataset): AvroField[] {
  return [
    ...provenance,
    { name: 'dsf_version', type: 'long', doc: 'greater for a newer state of the same key' },
    ...dataset.fields.map(cleanColumn),
  ]
}

function cleanColumn(field: Field): AvroField {
  const type = columnTypes[field.type]
  return field.required
    ? { name: field.column, type, doc: field.title }
    : nullable(field.column, type, field.title)
}

const computedColumn = (field: ComputedField) =>
  nullable(field.name, columnTypes[field.type], field.title ?? field.expression)

/**
 * Key to the newest version seen, or to the fingerprint of the content in a dataset without versions. A mark that was written
 * before there were `finer` and `ahead` is one of a version that needs neither.
 */
export function seenSchema(dataset: Dataset): AvroSchema {
  return record(dataset, 'Seen', 'State of the cleaner: what was last let through for a key.', [
    { name: 'mark', type: 'long' },
    { name: 'finer', type: 'int', default: 0, doc: 'nanoseconds of the version beyond its millisecond' },
    { name: 'ahead', type: 'long', default: 0, doc: 'how far dsf_version is beyond the mark' },
  ])
}

export function quarantineSchema(dataset: Dataset): AvroSchema {
  const reason = {
    type: 'record',
    name: 'Reason',
    fields: [
      nullable('field', 'string'),
      { name: 'code', type: 'string' },
      { name: 'message', type: 'string' },
    ],
  }
  return record(dataset, 'Quarantined', 'A row that a stage refused, with all its reasons.', [
    ...provenance,
    { name: 'stage', type: 'string' },
    { name: 'reasons', type: { type: 'array', items: reason } },
    {
      name: 'content',
      type: 'string',
      doc: 'what bytes hold: csv (row of the file), avro (framed record), json (document)',
    },
    { name: 'bytes', type: 'bytes', doc: 'exactly what the stage received' },
    nullable('object', 'string', 'key of the object that holds the row, where it is in one'),
  ])
}

/** What a micro-batch of processed rows looks like in a field: one record for each run, type, window and field of it. */
export function profileSchema(dataset: Dataset): AvroSchema {
  const long = (name: string, doc?: string): AvroField => ({ name, type: 'long', doc })
  const number = (name: string): AvroField => nullable(name, 'double')
  return record(dataset, 'Profile', 'Quality of the rows of a run that arrived together, by field.', [
    { name: 'dsf_run', type: 'string', doc: 'run that brought the rows' },
    long('dsf_version', 'ms since 1970 of the micro-batch: greater for a newer profile'),
    { name: 'at', type: columnTypes.datetime, doc: 'of the micro-batch, the same when it is repeated' },
    nullable('type', 'string'),
    nullable('window_start', columnTypes.datetime, 'the period of the lake that the event time lies in'),
    nullable('window_end', columnTypes.datetime),
    { name: 'field', type: 'string', doc: 'column of the clean record' },
    long('rows', 'of the run, type and window'),
    long('keys', 'distinct primary keys among them'),
    long('nulls', 'rows without a value of the field'),
    long('distinct', 'different values of the field'),
    ...['minimum', 'maximum', 'mean', 'p05', 'p25', 'p50', 'p75', 'p95'].map(number),
  ])
}

export function objectSchema(dataset: Dataset): AvroSchema {
  const text = (name: string, doc?: string) => ({ name, type: 'string', doc })
  const long = (name: string, doc?: string) => ({ name, type: 'long', doc })
  return record(dataset, 'ObjectWritten', 'An object that is completely in the store.', [
    text('dsf_run'),
    text(
      'route',
      'processed, lake, quarantine, profile or trends; replay for an object of the lake that is announced again',
    ),
    text('key'),
    text('format', 'csv, parquet or jsonl'),
    nullable('type', 'string'),
    nullable('dt', 'string'),
    { name: 'lane', type: 'int' },
    long('first_offset', 'of the chunk, in the topic that it came from'),
    long('last_offset'),
    long('records'),
    long('bytes'),
    text('sha256'),
  ])
}

/** The schema of a topic's records, by the topic's kind. */
export const topicSchemas: Record<TopicKind, (dataset: Dataset) => AvroSchema> = {
  requests: requestSchema,
  runs: runSchema,
  raw: rawSchema,
  clean: cleanSchema,
  seen: seenSchema,
  enriched: enrichedSchema,
  profile: profileSchema,
  objects: objectSchema,
  receipts: () => receiptSchema,
  quarantine: quarantineSchema,
}

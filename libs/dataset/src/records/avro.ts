import { nullable, record, type AvroField, type AvroSchema } from './avro-record.ts'
import { receiptSchema, requestSchema, runSchema } from './avro-runs.ts'
import { cleanColumns, enrichedColumns, provenance, rawColumns, type Column } from './columns.ts'
import type { Dataset, FieldType } from '../definition/dataset.ts'
import { profileColumns } from './tables.ts'
import type { TopicKind } from './topics.ts'

const types: Record<FieldType, unknown> = {
  string: 'string',
  integer: 'long',
  number: 'double',
  boolean: 'boolean',
  date: { type: 'int', logicalType: 'date' },
  datetime: { type: 'long', logicalType: 'timestamp-millis' },
}

const avroField = ({ name, type, required, doc }: Column): AvroField =>
  required ? { name, type: types[type], doc } : nullable(name, types[type], doc)

/** Of a kind of record that has columns and nothing else. */
const ofColumns =
  (name: string, doc: string, columnsOf: (dataset: Dataset) => readonly Column[]) =>
  (dataset: Dataset): AvroSchema =>
    record(dataset, name, doc, columnsOf(dataset).map(avroField))

/**
 * Key to the newest version seen, or to the fingerprint of the content in a dataset without versions. A mark that was written
 * before there were `finer` and `ahead` is one of a version that needs neither.
 */
function seenSchema(dataset: Dataset): AvroSchema {
  return record(dataset, 'Seen', 'State of the cleaner: what was last let through for a key.', [
    { name: 'mark', type: 'long' },
    { name: 'finer', type: 'int', default: 0, doc: 'nanoseconds of the version beyond its millisecond' },
    { name: 'ahead', type: 'long', default: 0, doc: 'how far dsf_version is beyond the mark' },
  ])
}

function quarantineSchema(dataset: Dataset): AvroSchema {
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
    ...provenance.map(avroField),
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

function objectSchema(dataset: Dataset): AvroSchema {
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
  raw: ofColumns(
    'Raw',
    'A row as read: text cells, null for a column that the file does not have.',
    rawColumns,
  ),
  clean: ofColumns('Clean', 'A row that passed: typed, deduplicated, with its version.', cleanColumns),
  seen: seenSchema,
  enriched: ofColumns(
    'Enriched',
    'A clean row with its computed fields, or a simulated one.',
    enrichedColumns,
  ),
  profile: ofColumns(
    'Profile',
    'Quality of the rows of a run that arrived together, by field.',
    () => profileColumns,
  ),
  objects: objectSchema,
  receipts: () => receiptSchema,
  quarantine: quarantineSchema,
}

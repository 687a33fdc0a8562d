import { nullable, record, type AvroField, type AvroSchema } from './avro-record.ts'
import type { Dataset } from '../definition/dataset.ts'

const timestamp = { type: 'long', logicalType: 'timestamp-millis' }

/** A record in a field of another one. */
const part = (name: string, fields: AvroField[]) => ({ type: 'record', name, fields })
const array = (items: unknown) => ({ type: 'array', items })
const mapOfLongs = { type: 'map', values: 'long' }

const selection = part('Selection', [
  nullable('stage', 'string'),
  nullable('code', 'string'),
  nullable('run', 'string'),
])

/** Which refused rows a replay takes, and up to where. */
const replay = part('Replay', [
  { name: 'selection', type: selection },
  { name: 'until', type: array('long'), doc: 'offsets of the quarantine topic, by lane' },
])

/** A file as it was read. */
const file = part('FileRead', [
  nullable('etag', 'string'),
  nullable('modified', 'string', "when it was modified, in its server's own form"),
  { name: 'bytes', type: 'long' },
  { name: 'sha256', type: 'string' },
  { name: 'definition', type: 'string', doc: 'SHA-256 of what it was read by' },
  nullable('redirected', 'string', 'SHA-256 of the address that etag and modified are of, if not the source'),
])

const readFile = part('ReadFile', [
  { name: 'path', type: 'string' },
  nullable('modified', 'long', 'ms since 1970, where its server told'),
  { name: 'version', type: 'string', doc: 'what else tells one version of it from another' },
])

/** What was read of a source that is a pattern. */
const files = part('FilesRead', [
  { name: 'pattern', type: 'string' },
  { name: 'order', type: 'string', doc: 'time or name' },
  { name: 'since', type: 'string', doc: 'the run that read the last one' },
  nullable('upTo', readFile, 'in order: what comes before it counts as read'),
  nullable('upToOther', 'ReadFile', 'the same in the other order'),
  { name: 'seen', type: array('ReadFile'), doc: 'those that are remembered' },
])

const unchanged = part('Unchanged', [
  { name: 'since', type: 'string', doc: 'the run that brought the rows' },
  { name: 'by', type: 'string', doc: 'etag, last-modified, size and time, or content, or no new file' },
])

const seenHeader = part('SeenHeader', [
  { name: 'names', type: array('string') },
  { name: 'since', type: 'string', doc: 'the run that first had it' },
])

const renamed = part('Renamed', [
  { name: 'from', type: 'string' },
  { name: 'to', type: 'string' },
])

/** How a header differs from the one that was taken before. */
const drift = part('Drift', [
  { name: 'since', type: 'string', doc: 'the run that first had the header before' },
  { name: 'added', type: array('string') },
  { name: 'gone', type: array('string') },
  { name: 'renamed', type: array(renamed) },
  { name: 'reordered', type: 'boolean' },
  { name: 'done', type: 'string', doc: 'taken or refused' },
])

const force = {
  name: 'force',
  type: 'boolean',
  default: false,
  doc: 'reads a file again that did not change',
}

/** What a run is asked to do. */
const order: AvroField[] = [
  { name: 'run', type: 'string' },
  nullable('source', 'string', 'of an import'),
  nullable('replay', replay, 'of a replay'),
  { name: 'requested_at', type: timestamp },
]

/** What somebody asked of a run. */
export function requestSchema(dataset: Dataset): AvroSchema {
  return record(dataset, 'Request', 'A run that somebody asked for, or asked to be cancelled.', [
    { name: 'type', type: 'string', default: 'import', doc: 'import, replay or cancel' },
    ...order,
    force,
  ])
}

/** A run. The newest record of a key is what is known of it, and the state from which it goes on after a crash. */
export function runSchema(dataset: Dataset): AvroSchema {
  const long = (name: string, doc?: string) => ({ name, type: 'long', default: 0, doc })
  const list = (name: string, items: string, doc: string) => ({
    ...{ name, type: array(items), default: [], doc },
  })
  const longs = (name: string, doc: string) => ({
    ...{ name, type: mapOfLongs, default: {}, doc },
  })
  const time = (name: string, doc?: string) => nullable(name, timestamp, doc)
  return record(dataset, 'Run', 'A run: what was asked, how far it has come, and how it ended.', [
    { name: 'type', type: 'string', default: 'import', doc: 'import or replay' },
    ...order,
    force,
    {
      name: 'state',
      type: 'string',
      doc: 'queued, fetching, publishing, processing, succeeded, failed or cancelled',
    },
    nullable('reason', 'string'),
    time('fetching_at'),
    time('publishing_at'),
    time('processing_at'),
    time('asked_at', 'when somebody asked for it last'),
    time('cancel_at', 'when somebody asked for its end'),
    time('ended_at'),
    nullable('landing', 'string', 'key of the landing object, once it is complete'),
    long('landing_bytes'),
    long('bytes_per_second', 'of the source, while it is fetched'),
    nullable('landing_sha256', 'string'),
    long('byte', 'decompressed position of the next unread row'),
    long('row', 'rows already published'),
    list('read', 'long', 'rows sent to each lane'),
    list('quarantined', 'long', 'unreadable rows by lane'),
    list('closed', 'string', 'lane and route of each receipt that arrived'),
    longs('counters', 'of those receipts'),
    longs('durations', 'ms that each stage took, in its slowest lane'),
    long('turn', 'number of its fetch among those of the dataset'),
    nullable('file', file, 'that the rows are of'),
    nullable('encoding', 'string', 'of the file, as it was read'),
    nullable('unchanged', unchanged, 'of an import whose file was the one of a run before'),
    nullable('address', 'string', 'what a source with a date or a pattern in it became'),
    nullable(
      'files',
      files,
      'what was read of its pattern; one run has it once all its rows are on their way',
    ),
    long('waiting', 'new files of its pattern behind this one'),
    nullable('next', 'string', 'the run that was asked for to read them'),
    nullable('cut_by', 'string', 'SHA-256 of what its file is cut into rows by'),
    nullable('header', seenHeader, 'as it was taken; kept with the last run that took one'),
    nullable('drift', drift),
    longs('tolerated', 'rows and lines that the definition lets pass, by what it lets pass'),
  ])
}

/** Closes a run in a lane. One schema for all datasets, registered under its own name. */
export const receiptSchema: AvroSchema = {
  type: 'record',
  name: 'Receipt',
  namespace: 'dsf',
  doc: 'Control record behind the last row of a run in a lane. Every stage adds its counters.',
  fields: [
    { name: 'run', type: 'string' },
    { name: 'dataset', type: 'string' },
    { name: 'lane', type: 'int' },
    { name: 'lanes', type: 'int' },
    { name: 'route', type: 'string', default: '', doc: 'processed or lake, once a sink wrote it' },
    { name: 'counters', type: mapOfLongs },
    {
      name: 'times',
      type: mapOfLongs,
      default: {},
      doc: 'ms since 1970 at which the run was requested, and closed by each stage',
    },
  ],
}

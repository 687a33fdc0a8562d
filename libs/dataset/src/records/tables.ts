/** Tables that Spark computes beside the rows of a dataset. */
import { own, ownOrNull, type Column } from './columns.ts'

const range = ['minimum', 'maximum'] as const
const titles: Record<string, string> = { minimum: 'Least', maximum: 'Greatest' }
const numbers = (names: readonly string[]) =>
  names.map((name) => ownOrNull(name, 'number', { title: titles[name] }))

/** What a micro-batch of processed rows looks like in a field: a record for each run, type, window and field of it. */
export const profileColumns: readonly Column[] = [
  own('dsf_run', 'string', { doc: 'run that brought the rows' }),
  own('dsf_version', 'integer', { doc: 'ms since 1970 of the micro-batch: greater for a newer profile' }),
  own('at', 'datetime', { doc: 'of the micro-batch, the same when it is repeated' }),
  ownOrNull('type', 'string', { title: 'Type' }),
  ownOrNull('window_start', 'datetime', {
    ...{ title: 'From', doc: 'the period of the lake that the event time lies in' },
  }),
  ownOrNull('window_end', 'datetime', { title: 'To' }),
  own('field', 'string', { title: 'Field', doc: 'column of the clean record' }),
  own('rows', 'integer', { title: 'Rows', doc: 'of the run, type and window' }),
  own('keys', 'integer', { title: 'Keys', doc: 'distinct primary keys among them' }),
  own('nulls', 'integer', { title: 'Missing', doc: 'rows without a value of the field' }),
  own('distinct', 'integer', { title: 'Different values', doc: 'different values of the field' }),
  ...numbers([...range, 'mean', 'p05', 'p25', 'p50', 'p75', 'p95']),
]

/** Events of a window of event time: a record for each window, type, simulated or not, and field. */
export const trendsColumns: readonly Column[] = [
  own('dsf_version', 'integer', { title: 'Version' }),
  ownOrNull('type', 'string', { title: 'Type' }),
  own('simulated', 'boolean', { title: 'Simulated' }),
  own('window_start', 'datetime', { title: 'Window' }),
  own('window_end', 'datetime', { title: 'End' }),
  own('field', 'string', { title: 'Field' }),
  own('events', 'integer', { title: 'Events' }),
  own('values', 'integer', { title: 'Values' }),
  ownOrNull('mean', 'number', { title: 'Mean' }),
  ...numbers(range),
]

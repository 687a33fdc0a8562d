import { createHash } from 'node:crypto'
import {
  enrichedColumns,
  isLikeTwin,
  isoDate,
  recordKey,
  type Dataset,
  type Row,
  type Value,
} from '@dsf/dataset'

/**
 * Compiles the document of a row, as JSON text: its columns under their own names without the missing ones, and what
 * dashboards expect under a fixed name, `@timestamp` and `location`. A column that the definition has no more is left out: an
 * index that is made now does not know it.
 */
export function documentWriter(dataset: Dataset): (row: Row) => string {
  const columns = enrichedColumns(dataset).map(({ name, type }) => ({
    ...{ name, start: `,${JSON.stringify(name)}:`, write: type === 'date' ? jsonDate : json },
  }))
  const writeTimestamp = timestampWriter(dataset)
  const writeLocation = locationWriter(dataset)
  return (row) => {
    let document = ''
    for (const { name, start, write } of columns) {
      const value = row[name] ?? null
      if (value !== null) document += start + write(value)
    }
    return `{${document.slice(1)}${writeTimestamp(row)}${writeLocation(row)}}`
  }
}

const json = (value: Value): string =>
  typeof value === 'boolean' || Number.isFinite(value) ? String(value) : JSON.stringify(value)

/** A text in its place is of a column that had another type: the index says what it thinks of it. */
const jsonDate = (value: Value): string =>
  Number.isFinite(value) ? `"${isoDate(value as number)}"` : JSON.stringify(value)

const dayMs = 86_400_000

function timestampWriter({ eventTime }: Dataset): (row: Row) => string {
  if (!eventTime) return () => ''
  const unit = eventTime.type === 'date' ? dayMs : 1
  return (row) => {
    const time = row[eventTime.column] ?? null
    if (time === null) return ''
    return `,"@timestamp":${Number.isFinite(time) ? (time as number) * unit : JSON.stringify(time)}`
  }
}

function locationWriter({ geo }: Dataset): (row: Row) => string {
  if (!geo) return () => ''
  return (row) => {
    const lat = row[geo.latitude.column] ?? null
    const lon = row[geo.longitude.column] ?? null
    return !Number.isFinite(lat) || !Number.isFinite(lon) ? '' : `,"location":{"lat":${lat},"lon":${lon}}`
  }
}

/** Bytes. Elasticsearch refuses a whole bulk request for one longer id. */
const longestId = 512
const hashed = 'sha256:'

/** Compiles the `_id` of a row, in which `keyProblem` finds none: its primary key as text. */
export function documentId(dataset: Dataset): (row: Row) => string {
  const keyOf = recordKey(dataset)
  if (!dataset.simulate) return (row) => fittingId(keyOf(row))
  const texts = dataset.key.filter(({ type }) => type === 'string').map(({ column }) => column)
  const isMistakable = (row: Row) =>
    row['simulated'] !== true && texts.some((column) => isLikeTwin(String(row[column])))
  // a measured row may have the key of another one's twin
  return (row) => (isMistakable(row) ? hashOf(`measured ${keyOf(row)}`) : fittingId(keyOf(row)))
}

/**
 * A key as an `_id`. One that Elasticsearch would not take (empty, or too long) becomes the key's hash, so that it cannot
 * stop a lane; one that looks like a hash, too.
 */
export function fittingId(key: string): string {
  // at most 3 bytes per UTF-16 unit: most keys need no counting
  const fits = key !== '' && (key.length * 3 <= longestId || Buffer.byteLength(key) <= longestId)
  return fits && !key.startsWith(hashed) ? key : hashOf(key)
}

const hashOf = (key: string) => hashed + createHash('sha256').update(key).digest('hex')

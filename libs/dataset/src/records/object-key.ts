const longestSegment = 180

/**
 * The segment of a value that is missing: Hive's own marker, which Spark, DuckDB and pyarrow read as null. Another word
 * would turn `dt` of the whole lake from a date into a text.
 */
export const noValue = '__HIVE_DEFAULT_PARTITION__'

/**
 * A partition value as a path segment: percent-encoded outside `[A-Za-z0-9._-]`, so that no value of the data can
 * leave its prefix. Empty, `.` and `..` would be read as path steps and get a form of their own, and so does a text that is
 * spelled like one of ours, or like `null` in any case, which DuckDB takes for a missing value. Decodes back to the value, but for one that encodes to more than 180 characters: object
 * stores take 255 bytes of a step, so it is cut.
 */
export function pathSegment(value: string | null): string {
  if (value === null) return noValue
  if (value === '') return '_empty'
  if (value === '_empty' || value === noValue || isNull.test(value)) return escapeFirst(value)
  if (value === '.' || value === '..') return value.replaceAll('.', '%2E')
  const encoded = encode(value)
  return encoded.length <= longestSegment ? encoded : encodeBeginning(value)
}

const isNull = /^null$/i
const escapeFirst = (text: string) => `%${text.charCodeAt(0).toString(16).toUpperCase()}${text.slice(1)}`

function encode(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed())
  return encoded.replace(/[!'()*~]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase())
}

function encodeBeginning(text: string): string {
  let beginning = ''
  for (const character of text) {
    const encoded = encode(character)
    if (beginning.length + encoded.length > longestSegment) break
    beginning += encoded
  }
  return beginning
}

/** Where what a run fetched is kept, exactly as it came. `file` is the end of its name, as in `1f0c92ab.csv.gz`. */
export function landingKey(dataset: string, run: string, file: string): string {
  return `landing/dataset=${pathSegment(dataset)}/${pathSegment(run)}.${file}`
}

export interface ObjectName {
  dataset: string
  /** values of the partition columns in path order, as `[name, value]` */
  partitions: [name: string, value: string | null][]
  lane: number
  /** number of the chunk's first record in its lane, from 0: its offset would depend on what was aborted before it */
  firstRecord: number
  extension: string
}

/** `processed/dataset=…/<lane>-<first record, 16 digits>.csv`: a function of the records alone, so a replay overwrites. */
export function objectKey(root: 'processed' | 'lake' | 'quarantine', name: ObjectName): string {
  const folders = name.partitions.map(([column, value]) => `${column}=${pathSegment(value)}/`).join('')
  const file = `${String(name.lane).padStart(2, '0')}-${String(name.firstRecord).padStart(16, '0')}.${name.extension}`
  return `${root}/dataset=${pathSegment(name.dataset)}/${folders}${file}`
}

import { pathSegment, type Dataset } from '@dsf/dataset'
import type { Row } from './row.ts'

/** The rows of a chunk that share an object. */
export interface Partition<R> {
  /** in path order, as `objectKey` takes them; the values are not yet encoded */
  partitions: [name: string, value: string][]
  records: R[]
}

/**
 * The value of a missing type or time: Hive's own marker, which Spark, DuckDB and pyarrow read as null. Another word
 * would turn `dt` of the whole lake from a date into a text.
 */
export const noValue = '__HIVE_DEFAULT_PARTITION__'

/**
 * Groups a chunk of the lake by type and day (UTC) of the event, or the first day of its month or year: groups in order of first appearance, rows in offset
 * order. A dataset without a type or event time leaves that level out. Values that share a path segment (long ones
 * are cut there) share a group: as two objects, the second would overwrite the first.
 */
export function partitionRows<R extends Row>(dataset: Dataset, records: R[]): Partition<R>[] {
  const groups = new Map<string, Partition<R>>()
  const seen = new Map<string, Partition<R>>()
  for (const record of records) {
    const [type, day] = levels(dataset, record)
    const value = `${day} ${type}`
    let group = seen.get(value)
    if (!group) seen.set(value, (group = groupOf(groups, nameLevels(type, day))))
    group.records.push(record)
  }
  return [...groups.values()]
}

/** Groups profiles by the first day of their window: a table of the lake beside the rows that it describes. */
export function partitionProfile(records: Row[]): Partition<Row>[] {
  const groups = new Map<string, Partition<Row>>()
  for (const record of records) {
    const start = record['window_start'] as number | null
    const day = start === null ? null : Math.floor(start / dayMs)
    groupOf(groups, [['table', 'profile'], ...nameLevels(undefined, day)]).records.push(record)
  }
  return [...groups.values()]
}

/** Routes that are not partitioned keep a chunk in one object. */
export const unpartitioned = <R>(records: R[]): Partition<R>[] =>
  records.length === 0 ? [] : [{ partitions: [], records }]

type Level = string | number | null | undefined

/** Type and day since 1970; undefined for a level that the dataset has not. */
function levels({ typeField, eventTime, sinks }: Dataset, record: Row): [type: Level, day: Level] {
  const type = typeField && (record[typeField.column] as string | null)
  if (!eventTime) return [type, undefined]
  const time = record[eventTime.column] as number | null
  if (time === null) return [type, null]
  return [type, firstDay(sinks.lake.period, eventTime.type === 'date' ? time : Math.floor(time / dayMs))]
}

const dayMs = 86_400_000

/** The first day of the period that a day lies in, both as days since 1970. */
function firstDay(period: 'day' | 'month' | 'year', day: number): number {
  if (period === 'day') return day
  const date = new Date(day * dayMs)
  return Date.UTC(date.getUTCFullYear(), period === 'year' ? 0 : date.getUTCMonth()) / dayMs
}

function nameLevels(type: Level, day: Level): [string, string][] {
  const named: [string, string][] = []
  if (type !== undefined) named.push(['type', type === null ? noValue : String(type)])
  if (day !== undefined) named.push(['dt', day === null ? noValue : isoDay(Number(day))])
  return named
}

const isoDay = (day: number) => new Date(day * dayMs).toISOString().split('T')[0]!

function groupOf<R>(groups: Map<string, Partition<R>>, partitions: [string, string][]): Partition<R> {
  const path = partitions.map(([, value]) => pathSegment(value)).join('/')
  let group = groups.get(path)
  if (!group) groups.set(path, (group = { partitions, records: [] }))
  return group
}

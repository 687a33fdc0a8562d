import { isoDate, pathSegment, type Dataset, type Row } from '@dsf/dataset'

/** The rows of a chunk that share an object. */
export interface Partition<R> {
  /** in path order, as `objectKey` takes them; the values are not yet encoded */
  partitions: [name: string, value: string | null][]
  records: R[]
}

/**
 * Groups a chunk of the lake by type and day (UTC) of the event, or the first day of its month or year: groups in order of first appearance, rows in offset
 * order. A dataset without a type or event time leaves that level out. Values that share a path segment (long ones
 * are cut there) share a group: as two objects, the second would overwrite the first.
 */
export function partitionRows<R extends Row>(dataset: Dataset, records: R[]): Partition<R>[] {
  const groups = new Map<string, Partition<R>>()
  const seen = new Map<Level, Map<Level, Partition<R>>>()
  for (const record of records) {
    const [type, day] = levels(dataset, record)
    let ofDay = seen.get(day)
    if (!ofDay) seen.set(day, (ofDay = new Map<Level, Partition<R>>()))
    let group = ofDay.get(type)
    if (!group) ofDay.set(type, (group = groupOf(groups, nameLevels(type, day))))
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
  // not Date.UTC, which takes the years 0 to 99 for those of the twentieth century
  return date.setUTCMonth(period === 'year' ? 0 : date.getUTCMonth(), 1) / dayMs
}

function nameLevels(type: Level, day: Level): Partition<Row>['partitions'] {
  const named: Partition<Row>['partitions'] = []
  if (type !== undefined) named.push(['type', type === null ? null : String(type)])
  if (day !== undefined) named.push(['dt', day === null ? null : isoDate(Number(day))])
  return named
}

function groupOf<R>(groups: Map<string, Partition<R>>, partitions: Partition<R>['partitions']): Partition<R> {
  const path = partitions.map(([, value]) => pathSegment(value)).join('/')
  let group = groups.get(path)
  if (!group) groups.set(path, (group = { partitions, records: [] }))
  return group
}

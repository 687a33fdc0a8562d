/**
 * What a panel asks Elasticsearch, and the answer as rows. A row's columns are `value` (and `value2`, …) for the panel's
 * metrics, `time` in ms, `key` of a group, `x` and `y` as the low ends of intervals; documents keep their own fields.
 */
import type { Condition, Dashboard, Metric, Panel } from './panel.ts'
import { rangesOf } from './ranges.ts'

export type ResultRow = Record<string, string | number | boolean | null>
type Json = Record<string, unknown>

/** Values of a split that get a line of their own. */
export const splitSize = 6
const day = 24 * 3600 * 1000
const intervals = { '1h': day / 24, '1d': day, '7d': 7 * day, '30d': 30 * day }

/** Body of `POST <index>/_search`. All documents of the dashboard, whatever their time. */
export function queryOf(dashboard: Dashboard, panel: Panel): Json {
  const ask = asks[panel.kind] as (dashboard: Dashboard, panel: Panel) => Json
  const filter = conditionsOf(dashboard, panel).map(({ field, is }: Condition) => ({
    term: { [nameOf(dashboard, field)]: is },
  }))
  const { query = [], ...rest } = ask(dashboard, panel)
  return {
    size: 0,
    track_total_hits: true,
    query: { bool: { filter: [...filter, ...(query as Json[])] } },
    ...rest,
  }
}

/** What a document of a panel is like. */
export const conditionsOf = (dashboard: Dashboard, panel: Panel): Condition[] => [
  ...dashboard.where,
  ...(panel.where ?? []),
]

const nameOf = ({ fields }: Dashboard, field: string): string => fields[field]?.aggregatable ?? field

/** None for a count, which every bucket has by itself; two for a ratio. */
function aggregationsOf(dashboard: Dashboard, metric: Metric, name: string): [string, Json][] {
  const { of, field, over } = metric
  if (of === 'count') return []
  if (of !== 'ratio') return [[name, aggregationOf(dashboard, of, field)]]
  const parts = { [name]: field, [`${name}of`]: over }
  return Object.entries(parts).map(([part, summed]) => [part, aggregationOf(dashboard, 'sum', summed)])
}

function aggregationOf(
  dashboard: Dashboard,
  of: Exclude<Metric['of'], 'count' | 'ratio'>,
  field: Metric['field'],
): Json {
  const on = { field: nameOf(dashboard, field!) }
  if (of === 'median') return { percentiles: { ...on, percents: [50], keyed: false } }
  const names = { sum: 'sum', average: 'avg', min: 'min', max: 'max', distinct: 'cardinality' } as const
  return { [names[of]]: on }
}

function metricsOf(dashboard: Dashboard, metrics: Metric[]): { aggs?: Json } {
  const asked = metrics.flatMap((metric, i) => aggregationsOf(dashboard, metric, `m${i}`))
  return asked.length > 0 ? { aggs: Object.fromEntries(asked) } : {}
}

/** One by one where they can be told, as Kibana is told them: Elasticsearch's own division finds 0.3 below three times 0.1. */
function intervalsOf(dashboard: Dashboard, field: string, interval: number): Json {
  const ranges = rangesOf(dashboard.fields[field]!, interval)
  const on = { field: nameOf(dashboard, field) }
  return ranges.length > 0
    ? { range: { ...on, ranges } }
    : { histogram: { ...on, interval, min_doc_count: 1 } }
}

type Of<K extends Panel['kind']> = Extract<Panel, { kind: K }>
type Asks = { [K in Panel['kind']]: (dashboard: Dashboard, panel: Of<K>) => Json & { query?: Json[] } }

const asks: Asks = {
  metric: (dashboard, { metric }) => metricsOf(dashboard, [metric]),
  trend: (dashboard, { metric, interval, split }) => {
    const inner = metricsOf(dashboard, [metric])
    const histogram = {
      date_histogram: { field: dashboard.timeField, fixed_interval: interval, min_doc_count: 1 },
      ...inner,
    }
    if (!split) return { aggs: { time: histogram } }
    const terms = { terms: { field: nameOf(dashboard, split), size: splitSize }, aggs: { time: histogram } }
    return { aggs: { group: terms } }
  },
  histogram: (dashboard, { field, interval }) => ({
    aggs: { x: intervalsOf(dashboard, field, interval) },
  }),
  grid: (dashboard, { x, y }) => ({
    aggs: {
      x: {
        ...intervalsOf(dashboard, x.field, x.interval),
        aggs: { y: intervalsOf(dashboard, y.field, y.interval) },
      },
    },
  }),
  top: (dashboard, { field, size, metrics }) => ({
    aggs: {
      group: {
        // equal counts in the order of their keys, so that the last one is no matter of luck
        terms: { field: nameOf(dashboard, field), size, order: [{ _count: 'desc' }, { _key: 'asc' }] },
        ...metricsOf(dashboard, metrics),
      },
    },
  }),
  map: (_, { location, size, color, show, limit }) => ({
    size: limit,
    query: [{ exists: { field: location } }],
    _source: [location, size, color, ...show].filter(Boolean),
    sort: size ? [{ [size]: { order: 'desc', missing: '_last' } }] : ['_doc'],
  }),
  table: (dashboard, { columns, sort, rows }) => ({
    size: rows,
    _source: columns,
    sort: [{ [nameOf(dashboard, sort)]: { order: 'desc', missing: '_last' } }],
  }),
}

interface Bucket {
  key: string | number
  key_as_string?: string
  /** of a range */
  from?: number
  doc_count: number
  [aggregation: string]: unknown
}
interface Answer {
  hits: { total: { value: number }; hits: { _source: Json }[] }
  aggregations?: Record<string, { buckets?: Bucket[] }>
}

/** @throws TypeError when the answer is not one to this panel */
export function rowsOf(panel: Panel, answer: Answer): ResultRow[] {
  const { hits, aggregations } = answer
  const buckets = (name: string) => aggregations![name]!.buckets!
  switch (panel.kind) {
    case 'metric':
      return [{ value: valueOf(panel.metric, { doc_count: hits.total.value, ...aggregations }, 0) }]
    case 'trend':
      return panel.split
        ? buckets('group').flatMap((group) => trendRows(panel.metric, group['time'], { key: keyOf(group) }))
        : trendRows(panel.metric, aggregations!['time'], {})
    case 'histogram':
      return filled(buckets('x')).map((bucket) => ({ x: lowEnd(bucket), value: bucket.doc_count }))
    case 'grid':
      return buckets('x').flatMap((column) =>
        filled((column['y'] as { buckets: Bucket[] }).buckets).map((cell) => ({
          ...{ x: lowEnd(column), y: lowEnd(cell), value: cell.doc_count },
        })),
      )
    case 'top':
      return buckets('group').map((bucket) => ({
        key: keyOf(bucket),
        value: bucket.doc_count,
        ...Object.fromEntries(
          panel.metrics.map((metric, i) => [`value${i + 2}`, valueOf(metric, bucket, i)]),
        ),
      }))
    case 'map':
    case 'table':
      return hits.hits.map(({ _source }) => flat(_source))
  }
}

const filled = (buckets: Bucket[]): Bucket[] => buckets.filter(({ doc_count: count }) => count > 0)
const lowEnd = ({ from, key }: Bucket): number => from ?? Number(key)
const keyOf = ({ key, key_as_string: text }: Bucket): string => text ?? String(key)

function trendRows(metric: Metric, histogram: unknown, group: ResultRow): ResultRow[] {
  const { buckets } = histogram as { buckets: Bucket[] }
  return buckets.map((bucket) => ({ ...group, time: Number(bucket.key), value: valueOf(metric, bucket, 0) }))
}

function valueOf(
  metric: Metric,
  bucket: { doc_count: number; [name: string]: unknown },
  i: number,
): number | null {
  if (metric.of === 'count') return bucket.doc_count
  const found = bucket[`m${i}`] as { value?: number | null; values?: { value: number | null }[] }
  if (metric.of !== 'ratio') return found.values ? found.values[0]!.value : found.value!
  const whole = (bucket[`m${i}of`] as { value: number }).value
  return whole === 0 ? null : found.value! / whole
}

function flat(source: Json): ResultRow {
  const { location, ...rest } = source as Json & { location?: { lat: number; lon: number } }
  return { ...(rest as ResultRow), ...(location ? { lat: location.lat, lon: location.lon } : {}) }
}

export const intervalMs = (interval: keyof typeof intervals): number => intervals[interval]

/**
 * Plays Kibana's Lens: reads a panel of a saved dashboard as Kibana reads it, sends the request that Lens would build of it, and reads the
 * answer as a table with the panel's columns. Written after Kibana's source (the operations of `form_based`, the aggregations of the plugin
 * `data`), without a look at our own queries.
 */
import { search } from './documents.ts'

type Json = Record<string, any>

interface Column {
  operationType: string
  sourceField: string
  isBucketed: boolean
  dataType: string
  params: Json
  filter?: { query: string }
  references?: string[]
}

interface Layer {
  columns: Record<string, Column>
  columnOrder: string[]
}

/** What somebody chose as the range of times, in ms. */
export interface TimeRange {
  from: number
  to: number
}

export interface ReadPanel {
  id: string
  title: string
  description: string
  layer: Layer
  query: string
}

export type LensRow = Record<string, string | number | boolean | null>

/** The Lens panels of a dashboard's saved object. */
export function lensPanels(dashboard: { attributes: Json }): ReadPanel[] {
  return JSON.parse(dashboard.attributes['panelsJSON'])
    .filter(({ type }: Json) => type === 'lens')
    .map(({ panelIndex: id, embeddableConfig: { title, description, attributes } }: Json) => ({
      ...{ id, title, description, query: attributes.state.query.query },
      layer: attributes.state.datasourceStates.formBased.layers.layer,
    }))
}

/** Asks for a panel, with everything within the range of times where the data view has a time. */
export async function askLens(
  index: string,
  panel: ReadPanel,
  time?: { field: string; range: TimeRange },
): Promise<LensRow[]> {
  const iso = (ms: number) => new Date(ms).toISOString()
  const within = time && {
    [time.field]: {
      gte: iso(time.range.from),
      lte: iso(time.range.to),
      format: 'strict_date_optional_time',
    },
  }
  const filter = [...kuery(panel.query), ...(within ? [{ range: within }] : [])]
  const query = { bool: { filter } }
  const { layer } = panel
  const intervals = await foundIntervals(index, query, layer)
  const groups = layer.columnOrder.filter((id) => layer.columns[id]!.isBucketed)
  const aggs = aggregations(layer, groups, { time: time?.range, intervals })
  const answer = await search(index, { size: 0, track_total_hits: true, query, aggs })
  return readRows(layer, groups, { ...answer.aggregations, doc_count: answer.hits.total.value })
}

/** `a: "b" and c: true`, and `a: *`: what our panels and Lens' own filters are made of. */
function kuery(text: string): Json[] {
  return text
    .split(' and ')
    .filter(Boolean)
    .map((part) => {
      const [, field, value] = /^(\S+): (.*)$/.exec(part)!
      const clause = value === '*' ? { exists: { field } } : { match: { [field!]: JSON.parse(value!) } }
      return { bool: { should: [clause], minimum_should_match: 1 } }
    })
}

interface Asked {
  time: TimeRange | undefined
  intervals: Record<string, number>
}

function aggregations(layer: Layer, [bucket, ...inner]: string[], asked: Asked): Json {
  if (bucket === undefined)
    return Object.assign({}, ...Object.entries(layer.columns).map(([id, column]) => metric(id, column)))
  const own = bucketOf(bucket, layer.columns[bucket]!, layer, asked)
  // an order by a metric needs the metric beside the inner buckets
  const orderedBy = layer.columns[bucket]!.params['orderBy']?.columnId as string | undefined
  const order = inner.length > 0 && orderedBy ? metric(orderedBy, layer.columns[orderedBy]!) : {}
  return { [bucket]: { ...own, aggs: { ...aggregations(layer, inner, asked), ...order } } }
}

const bucketOf = (id: string, column: Column, layer: Layer, asked: Asked): Json =>
  buckets[column.operationType]!(column, layer, asked, id)

const buckets: Record<string, (column: Column, layer: Layer, asked: Asked, id: string) => Json> = {
  terms({ sourceField: field, params }, { columns }) {
    const { columnId } = params['orderBy']
    const by = columns[columnId]!.operationType === 'count' ? '_count' : columnId
    return { terms: { field, size: params['size'], order: { [by]: params['orderDirection'] } } }
  },
  range({ sourceField: field, params }, _, { intervals }, id) {
    const ranges = params['ranges'].map(({ from, to }: Json) => ({ from, to }))
    const min_doc_count = params['includeEmptyRows'] ? 0 : 1
    return params['type'] === 'range'
      ? { range: { field, ranges, keyed: true } }
      : { histogram: { field, interval: intervals[id], min_doc_count } }
  },
  date_histogram({ sourceField: field, params }, _, { time }) {
    const { interval, includeEmptyRows } = params
    const name = /^1[mhdwMqy]$/.test(interval) ? 'calendar_interval' : 'fixed_interval'
    const bounds = time && { extended_bounds: { min: time.from, max: time.to } }
    const all = includeEmptyRows ? { min_doc_count: 0, ...bounds } : { min_doc_count: 1 }
    return { date_histogram: { field, [name]: interval, time_zone: 'UTC', ...all } }
  },
}

/** A formula's column and its arithmetic are Kibana's own; their parts are columns like others. */
function metric(id: string, { operationType, sourceField: field, isBucketed, params, filter }: Column): Json {
  if (isBucketed || ['count', 'formula', 'math'].includes(operationType)) return {}
  const body = bodies[operationType]!(field, params)
  return { [id]: filter ? { filter: kuery(filter.query)[0], aggs: { [id]: body } } : body }
}

const plain = (name: string) => (field: string) => ({ [name]: { field } })
const bodies: Record<string, (field: string, params: Json) => Json> = {
  ...{ sum: plain('sum'), average: plain('avg'), min: plain('min'), max: plain('max') },
  unique_count: plain('cardinality'),
  median: (field) => ({ percentiles: { field, percents: [50], keyed: false } }),
  // Lens sends `top_metrics`, which the Elasticsearch of Maven Central does not have; both give a value in its mapping's format
  last_value: (field, { sortField }) => ({
    top_hits: { size: 1, _source: false, docvalue_fields: [field], sort: [{ [sortField]: 'desc' }] },
  }),
}

/** Kibana looks at the least and greatest value before it asks for a histogram whose interval it chooses. */
async function foundIntervals(
  index: string,
  query: Json,
  { columns }: Layer,
): Promise<Record<string, number>> {
  const found = Object.entries(columns).filter(
    ([, { operationType, params }]) => operationType === 'range' && params['type'] === 'histogram',
  )
  const intervals: Record<string, number> = {}
  for (const [id, { sourceField: field, params }] of found) {
    const aggs = { least: { min: { field } }, greatest: { max: { field } } }
    const { least, greatest } = (await search(index, { size: 0, query, aggs })).aggregations
    intervals[id] = kibanaInterval(greatest.value - least.value, params['maxBars'])
  }
  return intervals
}

/** The least of 1, 2, 5 and 10 times the power of ten below the exact width that makes no more bars than asked for. */
export function kibanaInterval(difference: number, maxBars: number): number {
  const power = 10 ** Math.floor(Math.log10(difference / maxBars))
  return [1, 2, 5, 10].map((times) => times * power).find((width) => difference / width <= maxBars)!
}

function readRows(layer: Layer, [bucket, ...inner]: string[], answer: Json): LensRow[] {
  if (bucket === undefined) return [metricsOf(layer, answer)]
  // named ranges come as an object
  return Object.values<Json>(answer[bucket].buckets).flatMap((one) =>
    readRows(layer, inner, one).map((row) => ({ [bucket]: one['from'] ?? keyOf(one), ...row })),
  )
}

const keyOf = ({ key, key_as_string: text }: Json) => (text === 'true' || text === 'false' ? text : key)

function metricsOf({ columns }: Layer, bucket: Json): LensRow {
  const value = (id: string): LensRow[string] => valueOf(columns[id]!, bucket, id)
  const shown = Object.keys(columns).filter((id) => !columns[id]!.isBucketed)
  const computed = (id: string): LensRow[string] => {
    const { operationType, references } = columns[id]!
    if (operationType !== 'formula') return value(id)
    const [above, below] = columns[references![0]!]!.references!.map(value) as [number, number]
    return below === 0 ? null : above / below
  }
  const parts = new Set(shown.flatMap((id) => columns[id]!.references ?? []))
  for (const id of [...parts]) for (const part of columns[id]!.references ?? []) parts.add(part)
  return Object.fromEntries(shown.filter((id) => !parts.has(id)).map((id) => [id, computed(id)]))
}

function valueOf({ operationType, sourceField }: Column, bucket: Json, id: string): LensRow[string] {
  if (operationType === 'count') return bucket['doc_count']
  if (operationType === 'math') return null
  const found = bucket[id]
  if (operationType === 'last_value') return found[id].hits.hits[0]?.fields?.[sourceField]?.[0] ?? null
  return found.values ? found.values[0].value : found.value
}

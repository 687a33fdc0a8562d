/**
 * What a dashboard shows, in words of its own: one description is drawn twice, by Kibana (`kibana/`) and by a page that
 * needs none (`preview/`), from the same queries (`queries.ts`).
 */
import type { FieldType } from '@dsf/dataset'

/** One index behind an alias, and what is drawn of it. */
export interface Dashboard {
  /** stable, also the id of the saved object */
  id: string
  title: string
  description: string
  /** alias in Elasticsearch */
  index: string
  /** date field of the time range; undefined where documents have no time */
  timeField?: string
  /** the range that is shown first, in Elasticsearch's date math */
  from: string
  to: string
  /** documents that no panel leaves in, such as simulated ones */
  where: Condition[]
  /** fields offered as filters */
  filters: string[]
  /** every field that a panel may name */
  fields: Record<string, IndexedField>
  panels: Panel[]
}

export interface IndexedField {
  type: FieldType | 'geo_point'
  /** the name to aggregate by, where it is another one: `place.keyword` */
  aggregatable: string
  title: string
  unit?: string
  /** what no document goes beyond, where the definition says so */
  minimum?: number
  maximum?: number
}

export interface Condition {
  field: string
  is: string | number | boolean
}

/** `count` counts documents; `ratio` is the sum of a field over the sum of another; the others are of a field. */
export interface Metric {
  of: 'count' | 'sum' | 'average' | 'min' | 'max' | 'median' | 'distinct' | 'ratio'
  field?: string
  /** of a ratio */
  over?: string
  title: string
  unit?: string
}

interface Drawn {
  /** unique in its dashboard */
  id: string
  title: string
  /** a sentence for those who do not see the picture */
  description: string
  /** beside the dashboard's own conditions */
  where?: Condition[]
  /** in columns of 48 and Kibana's rows */
  at: { x: number; y: number; w: number; h: number }
}

/** One number. */
export interface MetricPanel extends Drawn {
  kind: 'metric'
  metric: Metric
}

/** A metric over time, perhaps one line for each of the most frequent values of a field. */
export interface TrendPanel extends Drawn {
  kind: 'trend'
  shape: 'line' | 'bar' | 'area'
  metric: Metric
  /** in Kibana the narrowest: it takes a wider one where the time range has more than a thousand of them */
  interval: '1h' | '1d' | '7d' | '30d'
  split?: string
}

/** How often a number falls into each interval. */
export interface HistogramPanel extends Drawn {
  kind: 'histogram'
  field: string
  interval: number
  scale: 'linear' | 'log'
}

/** Two numbers against each other, as counts of a grid. */
export interface GridPanel extends Drawn {
  kind: 'grid'
  x: { field: string; interval: number }
  y: { field: string; interval: number }
}

/** The most frequent values of a field, with metrics beside their count. */
export interface TopPanel extends Drawn {
  kind: 'top'
  shape: 'bar' | 'table'
  field: string
  size: number
  /** what the documents are called */
  counts: string
  metrics: Metric[]
}

/** Documents as points, sized and coloured by numbers. */
export interface MapPanel extends Drawn {
  kind: 'map'
  location: string
  size?: string
  color?: string
  /** fields of a point's tool tip */
  show: string[]
  /** points at most: those with the largest `size` */
  limit: number
}

/** The first documents of an order, field by field. */
export interface TablePanel extends Drawn {
  kind: 'table'
  /** a field that tells the documents apart */
  key: string
  columns: string[]
  sort: string
  rows: number
}

export type Panel = MetricPanel | TrendPanel | HistogramPanel | GridPanel | TopPanel | MapPanel | TablePanel

/** What the fields of a dashboard are called, with their unit. */
export type Titles = (field: string) => string

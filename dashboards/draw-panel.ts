/** A panel of a definition, completed: with an id, a title, and a sentence for those who do not see it. */
import type { Dataset, PanelDefinition } from '@dsf/dataset'
import type { Unplaced } from './layout.ts'
import type { IndexedField, Metric } from './panel.ts'
import { rangesOf } from './ranges.ts'

export interface Drawing {
  dataset: Dataset
  fields: Record<string, IndexedField>
  /** number of the panel in its dashboard, from 1 */
  number: number
}

type Written<Key extends string> = Extract<PanelDefinition, Record<Key, unknown>>

export function drawPanel(panel: PanelDefinition, drawing: Drawing): Unplaced {
  if ('metric' in panel) return metricPanel(panel, drawing)
  if ('trend' in panel) return trendPanel(panel, drawing)
  if ('histogram' in panel) return histogramPanel(panel, drawing)
  if ('grid' in panel) return gridPanel(panel, drawing)
  if ('top' in panel) return topPanel(panel, drawing)
  if ('table' in panel) return tablePanel(panel, drawing)
  return mapPanel(panel, drawing)
}

const titleOf = ({ fields }: Drawing, field: string): string => fields[field]!.title

function named(
  kind: string,
  panel: PanelDefinition,
  { number }: Drawing,
  title: string,
  description: string,
) {
  return { id: `${kind}-${number}`, title: panel.title ?? title, description }
}

function metricPanel(panel: Written<'metric'>, drawing: Drawing): Unplaced {
  const metric = metricOf(drawing, panel.metric, panel.of)
  const { title } = metric
  return { kind: 'metric', ...named('metric', panel, drawing, title, `${title}, as one number.`), metric }
}

const spoken = { '1h': 'hour', '1d': 'day', '7d': 'week', '30d': '30 days' }

function trendPanel(panel: Written<'trend'>, drawing: Drawing): Unplaced {
  const { by: interval, split, shape } = panel
  const metric = metricOf(drawing, panel.trend, panel.of)
  const each = split ? `, ${shape === 'area' ? 'an' : 'a'} ${shape} for each ${titleOf(drawing, split)}` : ''
  const text = `${metric.title} for every ${spoken[interval]}${each}.`
  const own = named('trend', panel, drawing, `${metric.title} over time`, text)
  return { kind: 'trend', ...own, shape, metric, interval, ...(split ? { split } : {}) }
}

function histogramPanel(panel: Written<'histogram'>, drawing: Drawing): Unplaced {
  const { histogram: field, interval, scale } = panel
  const title = titleOf(drawing, field)
  const isExact = rangesOf(drawing.fields[field]!, interval).length > 0
  const text = `Number of documents for each ${isExact ? interval : 'interval'} of ${title}.`
  return {
    kind: 'histogram',
    ...named('histogram', panel, drawing, `${title}: distribution`, text),
    field,
    interval,
    scale,
  }
}

function gridPanel(panel: Written<'grid'>, drawing: Drawing): Unplaced {
  const [x, y] = panel.grid
  const title = `${titleOf(drawing, y)} against ${titleOf(drawing, x)}`
  const text = `Number of documents for each pair of intervals: ${title}.`
  return {
    ...{ kind: 'grid', ...named('grid', panel, drawing, title, text) },
    x: { field: x, interval: panel.intervals[0] },
    y: { field: y, interval: panel.intervals[1] },
  }
}

function topPanel(panel: Written<'top'>, drawing: Drawing): Unplaced {
  const { top: field, size, shape } = panel
  const title = titleOf(drawing, field)
  const metrics = panel.with.map(({ metric, of }) => metricOf(drawing, metric, of))
  const own = named(
    'top',
    panel,
    drawing,
    `Most frequent: ${title}`,
    `The ${size} most frequent values of ${title}.`,
  )
  return { kind: 'top', ...own, shape, field, size, counts: 'Documents', metrics }
}

function tablePanel(panel: Written<'table'>, drawing: Drawing): Unplaced {
  const { table: columns, rows } = panel
  const sort = panel.sort ?? drawing.dataset.eventTime?.column ?? 'dsf_row'
  const title = titleOf(drawing, sort)
  const isTime = ['date', 'datetime'].includes(drawing.fields[sort]!.type)
  const text = `The ${rows} documents with the ${isTime ? 'latest' : 'largest'} ${title}.`
  const own = named('table', panel, drawing, isTime ? 'The latest' : `Largest ${title}`, text)
  const key = drawing.dataset.key[0]!.column
  return { kind: 'table', ...own, key, columns, sort, rows }
}

function mapPanel(panel: Written<'map'>, drawing: Drawing): Unplaced {
  const { size, color, show, limit } = panel.map
  const by = [
    ...(size ? [`sized by ${titleOf(drawing, size)}`] : []),
    ...(color ? [`coloured by ${titleOf(drawing, color)}`] : []),
  ]
  const own = named('map', panel, drawing, 'Where', `${['A point for each document', ...by].join(', ')}.`)
  const drawn = { ...(size ? { size } : {}), ...(color ? { color } : {}) }
  return { kind: 'map', ...own, location: 'location', ...drawn, show, limit }
}

const verbs = {
  count: 'Documents',
  sum: 'Sum',
  average: 'Average',
  min: 'Least',
  max: 'Greatest',
  median: 'Median',
  distinct: 'Different values',
}

function metricOf({ fields }: Drawing, of: keyof typeof verbs, field: string | undefined): Metric {
  if (field === undefined) return { of, title: verbs[of] }
  const { title, unit } = fields[field]!
  const hasUnit = unit !== undefined && of !== 'distinct'
  return { of, field, title: `${verbs[of]}: ${title}`, ...(hasUnit ? { unit } : {}) }
}

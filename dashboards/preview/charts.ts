/** Panels as Vega-Lite, over the rows that `queries.ts` gives. The rows come by the name `rows`, in the page. */
import type { TopLevelSpec } from 'vega-lite'
import type {
  GridPanel,
  HistogramPanel,
  MapPanel,
  Metric,
  Panel,
  Titles,
  TopPanel,
  TrendPanel,
} from '../panel.ts'
import { intervalMs } from '../queries.ts'
import { worldMap } from './world-map.ts'
import { vegaConfig, type Theme } from './theme.ts'

export type ChartPanel = TrendPanel | HistogramPanel | GridPanel | TopPanel | MapPanel

/** Numbers and tables are text, and read better so. */
export const isChart = (panel: Panel): panel is ChartPanel =>
  panel.kind !== 'metric' && panel.kind !== 'table' && !(panel.kind === 'top' && panel.shape === 'table')

/** Complete but for the rows. */
export function chartOf(panel: ChartPanel, titles: Titles, theme: Theme): TopLevelSpec {
  const common = {
    width: 'container',
    height: heightOf(panel),
    autosize: { type: 'fit-x', contains: 'padding' },
  }
  const described = { description: `${panel.title}. ${panel.description}`, config: vegaConfig(theme) }
  return { ...common, ...described, ...drawn(panel, titles, theme) } as TopLevelSpec
}

function drawn(panel: ChartPanel, titles: Titles, theme: Theme): object {
  switch (panel.kind) {
    case 'trend':
      return trend(panel, titles)
    case 'histogram':
      return histogram(panel, titles)
    case 'grid':
      return grid(panel, titles)
    case 'top':
      return top(panel, titles)
    case 'map':
      return worldMap(panel, titles, theme)
  }
}

/** Kibana's rows are about twenty pixels high. */
const heightOf = (panel: ChartPanel): number => (panel.kind === 'map' ? 520 : panel.at.h * 18)

export const metricTitle = ({ title, unit }: Metric): string => (unit ? `${title} (${unit})` : title)
const number = (field: string, title: string) => ({ field, title, type: 'quantitative' })
const rows = { data: { name: 'rows' } }

/** Days without their hour, and hours without their day. */
const timeLabel = [
  "utchours(datum.value) + utcminutes(datum.value) > 0 ? utcFormat(datum.value, '%H:%M')",
  "utcdate(datum.value) > 1 ? utcFormat(datum.value, '%b %-d')",
  "utcmonth(datum.value) > 0 ? utcFormat(datum.value, '%B') : utcFormat(datum.value, '%Y')",
].join(' : ')

const timeAxis = {
  field: 'time',
  type: 'temporal',
  title: null,
  scale: { type: 'utc' },
  axis: { labelExpr: timeLabel, tickCount: 6 },
}

function trend(panel: TrendPanel, titles: Titles): object {
  const { metric, shape, split } = panel
  const color = split ? { color: { field: 'key', title: titles(split), type: 'nominal', sort: null } } : {}
  const tooltip = [
    { field: 'time', title: 'From', type: 'temporal', format: '%Y-%m-%d %H:%M' },
    ...(split ? [{ field: 'key', title: titles(split), type: 'nominal' }] : []),
    { ...number('value', metricTitle(metric)), format: ',.3~f' },
  ]
  return shape === 'bar' ? bars(panel, { ...color, tooltip }) : lines(panel, { ...color, tooltip })
}

/** As wide as their interval, and stacked: a Vega-Lite bar with two ends does not stack by itself. */
function bars({ metric, interval }: TrendPanel, encoding: object): object {
  const transform = [
    { calculate: `datum.time + ${intervalMs(interval)}`, as: 'end' },
    { stack: 'value', groupby: ['time'], sort: [{ field: 'key' }], as: ['low', 'high'] },
  ]
  const y = number('low', metricTitle(metric))
  const ends = { x: timeAxis, x2: { field: 'end' }, y, y2: { field: 'high' } }
  return { ...rows, transform, mark: 'rect', encoding: { ...ends, ...encoding } }
}

function lines({ metric, shape }: TrendPanel, encoding: object): object {
  const area = { type: 'area', opacity: 0.8 }
  const line = { type: 'line', strokeWidth: 2, point: { size: 24 } }
  const y = { ...number('value', metricTitle(metric)), scale: { zero: shape === 'area' } }
  return { ...rows, mark: shape === 'area' ? area : line, encoding: { x: timeAxis, y, ...encoding } }
}

function histogram({ field, interval, scale }: HistogramPanel, titles: Titles): object {
  const log = {
    scale: { type: 'symlog' },
    axis: { values: [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6], labelExpr: "format(datum.value, ',')" },
  }
  const y = { ...number('value', 'Documents'), ...(scale === 'log' ? log : {}) }
  return {
    ...rows,
    transform: [{ calculate: `datum.x + ${interval}`, as: 'end' }],
    mark: { type: 'bar', binSpacing: 1 },
    encoding: {
      x: { ...number('x', titles(field)), bin: { binned: true, step: interval } },
      x2: { field: 'end' },
      y,
      tooltip: [number('x', 'From'), number('end', 'To'), number('value', 'Documents')],
    },
  }
}

function grid({ x, y }: GridPanel, titles: Titles): object {
  return {
    ...rows,
    transform: [
      { calculate: `datum.x + ${x.interval}`, as: 'xEnd' },
      { calculate: `datum.y + ${y.interval}`, as: 'yEnd' },
    ],
    mark: 'rect',
    encoding: {
      x: { ...number('x', titles(x.field)), scale: { zero: false, nice: false } },
      x2: { field: 'xEnd' },
      y: { ...number('y', titles(y.field)), scale: { zero: false, nice: false } },
      y2: { field: 'yEnd' },
      color: { ...number('value', 'Documents'), scale: { type: 'log' } },
      tooltip: [number('x', titles(x.field)), number('y', titles(y.field)), number('value', 'Documents')],
    },
  }
}

function top({ field, counts, metrics }: TopPanel, titles: Titles): object {
  const more = metrics.map((metric, i) => ({
    ...number(`value${i + 2}`, metricTitle(metric)),
    format: ',.3~f',
  }))
  const tooltip = [
    { field: 'key', title: titles(field), type: 'nominal' },
    number('value', 'Documents'),
    ...more,
  ]
  const y = { field: 'key', type: 'nominal', sort: null, title: null, axis: { labelLimit: 220 } }
  const x = number('value', counts)
  return {
    ...rows,
    layer: [
      { mark: { type: 'bar', cornerRadiusEnd: 2 }, encoding: { tooltip } },
      {
        mark: { type: 'text', align: 'left', dx: 5 },
        encoding: { text: { ...number('value', ''), format: ',' } },
      },
    ],
    encoding: { y, x },
  }
}

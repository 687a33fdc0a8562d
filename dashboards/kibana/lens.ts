/** A panel as Kibana's Lens: columns over one layer of a data view, and what is drawn of them. */
import { conditionsOf, splitSize } from '../queries.ts'
import type {
  Dashboard,
  GridPanel,
  HistogramPanel,
  MetricPanel,
  Panel,
  TablePanel,
  TopPanel,
  TrendPanel,
} from '../panel.ts'
import { dataViewId } from './data-view.ts'
import {
  dayColumn,
  documents,
  valueColumn,
  metricColumns,
  rangeColumn,
  termsColumn,
  timeColumn,
  type LensColumn,
} from './lens-columns.ts'

type Json = Record<string, unknown>
export type LensPanel = Exclude<Panel, { kind: 'map' }>

/** Lens calls each panel's only layer by this name. */
export const layerId = 'layer'

interface Drawing {
  visualizationType: 'lnsMetric' | 'lnsXY' | 'lnsHeatmap' | 'lnsDatatable'
  columns: Record<string, LensColumn>
  visualization: Json
}

/** Attributes of a by-value Lens panel. */
export function lensAttributes(dashboard: Dashboard, panel: LensPanel): Json {
  const { visualizationType, columns, visualization } = drawing(dashboard, panel)
  const layer = { columnOrder: Object.keys(columns), columns, incompleteColumns: {}, sampling: 1 }
  const id = dataViewId(dashboard)
  return {
    title: '',
    type: 'lens',
    visualizationType,
    references: [{ type: 'index-pattern', id, name: `indexpattern-datasource-layer-${layerId}` }],
    state: {
      query: { query: kuery(dashboard, panel), language: 'kuery' },
      filters: [],
      adHocDataViews: {},
      internalReferences: [],
      datasourceStates: {
        formBased: { layers: { [layerId]: layer } },
        indexpattern: { layers: {} },
        textBased: { layers: {} },
      },
      visualization,
    },
  }
}

/** A panel's conditions; values are written as Kibana's language quotes them. */
export const kuery = (dashboard: Dashboard, panel: Panel): string =>
  conditionsOf(dashboard, panel)
    .map(({ field, is }) => `${field}: ${typeof is === 'string' ? JSON.stringify(is) : is}`)
    .join(' and ')

function drawing(dashboard: Dashboard, panel: LensPanel): Drawing {
  switch (panel.kind) {
    case 'metric':
      return metricDrawing(dashboard, panel)
    case 'trend':
      return trendDrawing(dashboard, panel)
    case 'histogram':
      return histogramDrawing(dashboard, panel)
    case 'grid':
      return gridDrawing(dashboard, panel)
    case 'top':
      return topDrawing(dashboard, panel)
    case 'table':
      return tableDrawing(dashboard, panel)
  }
}

function metricDrawing(dashboard: Dashboard, { metric }: MetricPanel): Drawing {
  const columns = metricColumns(dashboard, 'value', metric)
  const visualization = { layerId, layerType: 'data', metricAccessor: 'value' }
  return { visualizationType: 'lnsMetric', columns, visualization }
}

function trendDrawing(dashboard: Dashboard, { metric, shape, split, interval }: TrendPanel): Drawing {
  const columns = {
    ...(split ? { group: termsColumn(dashboard, split, splitSize, 'value') } : {}),
    time: timeColumn(dashboard, interval),
    ...metricColumns(dashboard, 'value', metric),
  }
  const series = shape === 'line' ? 'line' : `${shape}_stacked`
  return {
    visualizationType: 'lnsXY',
    columns,
    visualization: xy(series, 'time', ['value'], split && 'group'),
  }
}

function histogramDrawing(dashboard: Dashboard, { field, interval, scale }: HistogramPanel): Drawing {
  const columns = {
    x: rangeColumn(dashboard, field, interval),
    ...metricColumns(dashboard, 'value', documents),
  }
  const visualization = { ...xy('bar', 'x', ['value']), ...(scale === 'log' ? { yLeftScale: 'log' } : {}) }
  return { visualizationType: 'lnsXY', columns, visualization }
}

function gridDrawing(dashboard: Dashboard, { x, y }: GridPanel): Drawing {
  const columns = {
    x: rangeColumn(dashboard, x.field, x.interval),
    y: rangeColumn(dashboard, y.field, y.interval),
    ...metricColumns(dashboard, 'value', documents),
  }
  const visualization = {
    ...{
      layerId,
      layerType: 'data',
      shape: 'heatmap',
      xAccessor: 'x',
      yAccessor: 'y',
      valueAccessor: 'value',
    },
    legend: { isVisible: true, position: 'right', type: 'heatmap_legend' },
    gridConfig: {
      type: 'heatmap_grid',
      isCellLabelVisible: false,
      ...{
        isXAxisLabelVisible: true,
        isYAxisLabelVisible: true,
        isXAxisTitleVisible: true,
        isYAxisTitleVisible: true,
      },
    },
  }
  return { visualizationType: 'lnsHeatmap', columns, visualization }
}

function topDrawing(dashboard: Dashboard, { field, size, counts, metrics, shape }: TopPanel): Drawing {
  const more = metrics.flatMap((metric, i) =>
    Object.entries(metricColumns(dashboard, `value${i + 2}`, metric)),
  )
  const columns = {
    group: termsColumn(dashboard, field, size, 'value'),
    ...metricColumns(dashboard, 'value', { of: 'count', title: counts }),
    ...Object.fromEntries(more),
  }
  if (shape === 'table')
    return { visualizationType: 'lnsDatatable', columns, visualization: datatable(columns) }
  return { visualizationType: 'lnsXY', columns, visualization: xy('bar_horizontal', 'group', ['value']) }
}

/**
 * Lens has no rows of documents: a row for each key whose greatest value is among the largest, with the last value of the
 * other fields. It has no terms of dates, so a dataset by day gets a row for each day.
 */
function tableDrawing(dashboard: Dashboard, { key, columns: names, sort, rows }: TablePanel): Drawing {
  const isDay = dashboard.fields[key]!.type === 'date'
  const { title } = dashboard.fields[sort]!
  const others = names.filter((name) => name !== sort && name !== key)
  const columns = {
    group: isDay ? dayColumn(dashboard, key) : termsColumn(dashboard, key, rows, 'order'),
    ...metricColumns(dashboard, 'order', { of: 'max', field: sort, title }),
    ...Object.fromEntries(others.map((name, i) => [`value${i + 1}`, valueColumn(dashboard, name)])),
  }
  const sorting = { columnId: 'order', direction: 'desc' }
  return { visualizationType: 'lnsDatatable', columns, visualization: { ...datatable(columns), sorting } }
}

function xy(seriesType: string, xAccessor: string, accessors: string[], splitAccessor?: string): Json {
  const layer = { layerId, layerType: 'data', seriesType, xAccessor, accessors }
  return {
    layers: [{ ...layer, ...(splitAccessor ? { splitAccessor } : {}) }],
    preferredSeriesType: seriesType,
    legend: { isVisible: splitAccessor !== undefined, position: 'right' },
    valueLabels: 'hide',
    fittingFunction: 'None',
    axisTitlesVisibilitySettings: { x: true, yLeft: true, yRight: true },
    tickLabelsVisibilitySettings: { x: true, yLeft: true, yRight: true },
    gridlinesVisibilitySettings: { x: false, yLeft: true, yRight: true },
  }
}

const datatable = (columns: Record<string, LensColumn>): Json => ({
  layerId,
  layerType: 'data',
  columns: Object.entries(columns)
    .filter(isShown(columns))
    .map(([columnId, { isBucketed }]) => ({
      columnId,
      isMetric: !isBucketed,
      isTransposed: false,
    })),
})

/** What a formula is made of is no column of its own. */
function isShown(columns: Record<string, LensColumn>) {
  const parts = new Set(
    Object.values(columns).flatMap(({ references }) => (references as string[] | undefined) ?? []),
  )
  return ([name]: [string, LensColumn]) => !parts.has(name)
}

/** Columns of a Lens layer: what a panel groups by, and what it counts. */
import type { Dashboard, Metric, TrendPanel } from '../panel.ts'
import { rangesOf, type Range } from '../ranges.ts'

export type LensColumn = Record<string, unknown>

export const documents: Metric = { of: 'count', title: 'Documents' }

const nameOf = ({ fields }: Dashboard, field: string): string => fields[field]!.aggregatable
const labelled = (label: string) => ({ label, customLabel: true })

const operations = {
  sum: 'sum',
  average: 'average',
  min: 'min',
  max: 'max',
  median: 'median',
  distinct: 'unique_count',
} as const

/** One column, but for what a ratio needs beside its own; all of them are named after `id`. */
export function metricColumns(dashboard: Dashboard, id: string, metric: Metric): Record<string, LensColumn> {
  return metric.of === 'ratio'
    ? ratioColumns(id, metric)
    : { [id]: metricColumn(dashboard, metric, metric.of) }
}

function metricColumn(
  dashboard: Dashboard,
  { field, title, unit }: Metric,
  of: Exclude<Metric['of'], 'ratio'>,
): LensColumn {
  const number = {
    ...labelled(unit ? `${title} (${unit})` : title),
    dataType: 'number',
    isBucketed: false,
    scale: 'ratio',
  }
  if (of === 'count')
    return { ...number, operationType: 'count', sourceField: '___records___', params: { emptyAsNull: false } }
  return {
    ...number,
    // the greatest of dates is a date
    dataType: of === 'max' || of === 'min' ? dataType(dashboard.fields[field!]!.type) : 'number',
    operationType: operations[of],
    sourceField: nameOf(dashboard, field!),
    params: { emptyAsNull: true },
  }
}

/** A formula as Lens keeps it: the text, and what it made of the text, a column for each part and one for the arithmetic. */
function ratioColumns(id: string, { field, over, title }: Metric): Record<string, LensColumn> {
  const formula = `sum(${field}) / sum(${over})`
  const number = { dataType: 'number', isBucketed: false, scale: 'ratio' }
  const part = { ...number, ...labelled(`Part of ${title}`) }
  const sum = (sourceField: string | undefined) => ({
    ...{ ...part, operationType: 'sum', sourceField, params: { emptyAsNull: false } },
  })
  const [above, below, math] = [0, 1, 2].map((n) => `${id}X${n}`) as [string, string, string]
  const location = { min: 0, max: formula.length }
  const tree = { type: 'function', name: 'divide', args: [above, below], location, text: formula }
  return {
    [id]: {
      ...{ ...labelled(title), ...number, operationType: 'formula', references: [math] },
      params: { formula, isFormulaBroken: false, format: { id: 'percent', params: { decimals: 2 } } },
    },
    [above]: sum(field),
    [below]: sum(over),
    [math]: { ...part, operationType: 'math', references: [above, below], params: { tinymathAst: tree } },
  }
}

/** Kibana widens an interval of which the time range has more than a thousand. */
export const timeColumn = ({ timeField }: Dashboard, interval: TrendPanel['interval']): LensColumn => ({
  ...labelled('Time'),
  ...{ dataType: 'date', isBucketed: true, scale: 'interval', operationType: 'date_histogram' },
  sourceField: timeField,
  params: { interval, includeEmptyRows: true, dropPartials: false },
})

export const dayColumn = (dashboard: Dashboard, field: string): LensColumn => ({
  ...labelled(titleOf(dashboard, field)),
  ...{ dataType: 'date', isBucketed: true, scale: 'interval', operationType: 'date_histogram' },
  sourceField: nameOf(dashboard, field),
  params: { interval: '1d', includeEmptyRows: false, dropPartials: false },
})

/** Our intervals, one by one; where they cannot be told, Kibana's own over the values that it finds. */
export function rangeColumn(dashboard: Dashboard, field: string, interval: number): LensColumn {
  const ranges = rangesOf(dashboard.fields[field]!, interval)
  const column = {
    ...labelled(titleOf(dashboard, field)),
    ...{ isBucketed: true, operationType: 'range', sourceField: nameOf(dashboard, field) },
  }
  return ranges.length > 0
    ? { ...column, dataType: 'string', scale: 'ordinal', params: toldRanges(ranges) }
    : { ...column, dataType: 'number', scale: 'interval', params: foundRanges }
}

const toldRanges = (ranges: Range[]) => ({
  type: 'range',
  ranges: ranges.map((range) => ({ ...range, label: '' })),
  maxBars: 'auto',
  parentFormat: { id: 'range', params: { template: 'arrow_right', replaceInfinity: true } },
})

/** With the empty ones: a heat map draws its rows in the order in which it meets them. */
const foundRanges = {
  type: 'histogram',
  ranges: [{ from: 0, to: 1000, label: '' }],
  maxBars: 50,
  includeEmptyRows: true,
}

export function termsColumn(dashboard: Dashboard, field: string, size: number, orderBy: string): LensColumn {
  const { type } = dashboard.fields[field]!
  const order = { orderBy: { type: 'column', columnId: orderBy }, orderDirection: 'desc' }
  return {
    ...labelled(titleOf(dashboard, field)),
    ...{ dataType: dataType(type), isBucketed: true, scale: 'ordinal', operationType: 'terms' },
    sourceField: nameOf(dashboard, field),
    params: { size, ...order, otherBucket: false, missingBucket: false, parentFormat: { id: 'terms' } },
  }
}

/**
 * What a group's only document says. The last value of a date comes in the format of its mapping, which may be ms as text; the
 * greatest is a number.
 */
export function valueColumn(dashboard: Dashboard, field: string): LensColumn {
  const { type, title } = dashboard.fields[field]!
  return type === 'date' || type === 'datetime'
    ? metricColumn(dashboard, { of: 'max', field, title }, 'max')
    : lastValueColumn(dashboard, field)
}

function lastValueColumn(dashboard: Dashboard, field: string): LensColumn {
  const sourceField = nameOf(dashboard, field)
  return {
    ...labelled(titleOf(dashboard, field)),
    ...{ dataType: dataType(dashboard.fields[field]!.type), isBucketed: false, scale: 'ordinal' },
    operationType: 'last_value',
    sourceField,
    filter: { query: `${sourceField}: *`, language: 'kuery' },
    params: { sortField: dashboard.timeField ?? sourceField, showArrayValues: false },
  }
}

const titleOf = ({ fields }: Dashboard, field: string): string => {
  const { title, unit } = fields[field]!
  return unit ? `${title} (${unit})` : title
}

const dataType = (type: string): string =>
  ({ integer: 'number', number: 'number', boolean: 'boolean', date: 'date', datetime: 'date' })[type] ??
  'string'

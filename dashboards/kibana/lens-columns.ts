/** Columns of a Lens layer: what a panel groups by, and what it counts. */
import type { Dashboard, Metric } from '../panel.ts'

export type Column = Record<string, unknown>

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
export function metricColumns(dashboard: Dashboard, id: string, metric: Metric): Record<string, Column> {
  return metric.of === 'ratio'
    ? ratioColumns(id, metric)
    : { [id]: metricColumn(dashboard, metric, metric.of) }
}

function metricColumn(
  dashboard: Dashboard,
  { field, title, unit }: Metric,
  of: Exclude<Metric['of'], 'ratio'>,
): Column {
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
function ratioColumns(id: string, { field, over, title }: Metric): Record<string, Column> {
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

export const timeColumn = ({ timeField }: Dashboard): Column => ({
  ...labelled('Time'),
  ...{ dataType: 'date', isBucketed: true, scale: 'interval', operationType: 'date_histogram' },
  sourceField: timeField,
  params: { interval: 'auto', includeEmptyRows: true, dropPartials: false },
})

export const dayColumn = (dashboard: Dashboard, field: string): Column => ({
  ...labelled(titleOf(dashboard, field)),
  ...{ dataType: 'date', isBucketed: true, scale: 'interval', operationType: 'date_histogram' },
  sourceField: nameOf(dashboard, field),
  params: { interval: '1d', includeEmptyRows: false, dropPartials: false },
})

export const rangeColumn = (dashboard: Dashboard, field: string, interval: number): Column => ({
  ...labelled(titleOf(dashboard, field)),
  ...{ dataType: 'number', isBucketed: true, scale: 'interval', operationType: 'range' },
  sourceField: nameOf(dashboard, field),
  params: {
    type: 'histogram',
    ranges: [{ from: 0, to: 1000, label: '' }],
    // Lens counts bars, and takes an interval of ours only as their greatest number
    maxBars: Math.min(1000, Math.max(10, Math.round(100 / interval))),
    includeEmptyRows: false,
  },
})

export function termsColumn(dashboard: Dashboard, field: string, size: number, orderBy: string): Column {
  const { type } = dashboard.fields[field]!
  const order = { orderBy: { type: 'column', columnId: orderBy }, orderDirection: 'desc' }
  return {
    ...labelled(titleOf(dashboard, field)),
    ...{ dataType: dataType(type), isBucketed: true, scale: 'ordinal', operationType: 'terms' },
    sourceField: nameOf(dashboard, field),
    params: { size, ...order, otherBucket: false, missingBucket: false, parentFormat: { id: 'terms' } },
  }
}

export function lastValueColumn(dashboard: Dashboard, field: string): Column {
  const sourceField = nameOf(dashboard, field)
  return {
    ...labelled(titleOf(dashboard, field)),
    ...{ dataType: dataType(dashboard.fields[field]!.type), isBucketed: false, scale: 'ordinal' },
    operationType: 'last_value',
    sourceField,
    filter: { query: `${sourceField}: *`, language: 'kuery' },
    params: { sortField: dashboard.timeField ?? sourceField },
  }
}

const titleOf = ({ fields }: Dashboard, field: string): string => {
  const { title, unit } = fields[field]!
  return unit ? `${title} (${unit})` : title
}

const dataType = (type: string): string =>
  ({ integer: 'number', number: 'number', boolean: 'boolean', date: 'date', datetime: 'date' })[type] ??
  'string'

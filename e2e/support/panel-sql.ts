/** What a panel of a dashboard shows, as SQL over the rows of the lake. */
import type { Metric, Panel } from '../../dashboards/panel.ts'
import { intervalMs, splitSize } from '../../dashboards/queries.ts'

/** Over the rows of `table`, written without a look at the query that Elasticsearch gets. */
export function sqlOf(time: string, panel: Panel, table = 'newest'): string {
  const write = sqls[panel.kind] as (panel: Panel, time: string) => string
  const where = (panel.where ?? []).map(({ field, is }) => `AND "${field}" = '${is}'`).join(' ')
  return `WITH shown AS (SELECT * FROM ${table} WHERE true ${where}) ${write(panel, time)}`
}

const floor = (field: string, by: number) => `floor(${field} / ${by}) * ${by}`

const sqls: { [K in Panel['kind']]: (panel: Extract<Panel, { kind: K }>, time: string) => string } = {
  metric: ({ metric }) => `SELECT ${sqlMetric(metric)} AS value FROM shown`,
  trend: ({ metric, interval, split }, time) => {
    const bucket = `epoch_ms("${time}") // ${intervalMs(interval)} * ${intervalMs(interval)}`
    const value = `${sqlMetric(metric)} AS value`
    if (!split) return `SELECT ${bucket} AS time, ${value} FROM shown GROUP BY ALL`
    const most = `SELECT ${split} FROM shown GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${splitSize}`
    return `SELECT ${split} AS key, ${bucket} AS time, ${value} FROM shown WHERE ${split} IN (SELECT * FROM (${most})) GROUP BY ALL`
  },
  histogram: ({ field, interval }) =>
    `SELECT ${floor(field, interval)} AS x, count(*) AS value FROM shown WHERE ${field} IS NOT NULL GROUP BY ALL`,
  grid: ({ x, y }) =>
    `SELECT ${floor(x.field, x.interval)} AS x, ${floor(y.field, y.interval)} AS y, count(*) AS value
     FROM shown WHERE ${x.field} IS NOT NULL AND ${y.field} IS NOT NULL GROUP BY ALL`,
  top: ({ field, size, metrics }) => {
    const more = metrics.map((metric, i) => `, ${sqlMetric(metric)} AS value${i + 2}`).join('')
    return `SELECT ${field} AS key, count(*) AS value${more} FROM shown WHERE ${field} IS NOT NULL
      GROUP BY 1 ORDER BY value DESC, key LIMIT ${size}`
  },
  map: ({ size = 'id', limit }) =>
    `SELECT latitude AS lat, longitude AS lon FROM shown ORDER BY ${size} DESC NULLS LAST LIMIT ${limit}`,
  table: ({ sort, rows }) => `SELECT ${sort} AS sort FROM shown ORDER BY 1 DESC NULLS LAST LIMIT ${rows}`,
}

function sqlMetric({ of, field, over }: Metric): string {
  if (of === 'count') return 'count(*)'
  if (of === 'ratio') return `sum(${field}) / sum(${over})`
  const names = { sum: 'sum', average: 'avg', min: 'min', max: 'max', median: 'median' }
  return of === 'distinct' ? `count(DISTINCT "${field}")` : `${names[of]}("${field}")`
}

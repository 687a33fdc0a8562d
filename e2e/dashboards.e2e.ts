/** What a dashboard shows is what is in the lake: every panel's query, answered by Elasticsearch and by SQL over Parquet. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { datasetDashboard } from '../dashboards/dataset-dashboard.ts'
import { qualityDashboard } from '../dashboards/quality-dashboard.ts'
import { queryOf, rowsOf, splitSize, intervalMs, type Row } from '../dashboards/queries.ts'
import type { Condition, Metric, Panel } from '../dashboards/panel.ts'
import { trendsDashboard } from '../dashboards/trends-dashboard.ts'
import { loadDataset } from '../libs/dataset/src/index.ts'
import { countDocuments, search } from './support/documents.ts'
import { queryLake, queryTable, type Sql } from './support/objects.ts'
import { feedUrl, importSource } from './support/runs.ts'
import { runDir } from './support/stack.ts'
import { writeSampleTables } from './support/tables.ts'
import { until } from './support/until.ts'

/** SQL of a panel over the rows of `table`, written without a look at the query that Elasticsearch gets. */
function sqlOf(time: string, panel: Panel, table = 'newest'): string {
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

/** The columns that both sides have, numbers rounded to what a sum of doubles is good for, in an order of their own. */
function comparable(panel: Panel, rows: Row[]): string[] {
  const plain = rows.map((row) => {
    if (panel.kind === 'table') return { sort: row['sort'] ?? row[panel.sort] }
    if (panel.kind === 'map') return { lat: row['lat'], lon: row['lon'] }
    return row
  })
  return plain.map((row) => JSON.stringify(row, precise, 0)).toSorted()
}
const precise = (_: string, value: unknown) => {
  // a date is text in a document, and comes from JSON.stringify as text from a row of SQL
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)) return Date.parse(value)
  const number = value
  if (typeof number === 'bigint') return Number(number)
  return typeof number === 'number' ? Number(number.toPrecision(9)) : number
}
const sortedKeys = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))

describe.each([
  { name: 'quakes-charts', source: 'earthquakes/window-1.csv', key: 'id', time: 'time' },
  { name: 'weather-charts', source: 'seattle-weather.csv', key: 'date', time: 'date' },
])('the dashboard of $name', ({ name, source, key, time }) => {
  const dashboard = datasetDashboard(loadDataset(join(runDir, 'datasets', name)))
  let sql: Sql

  beforeAll(async () => {
    await importSource(name, `${feedUrl}/${source}`)
    await countDocuments(name)
    sql = await queryLake(name)
    await sql(
      `CREATE TABLE newest AS SELECT * FROM lake WHERE NOT simulated
       QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY dsf_version DESC) = 1`,
    )
  })

  it('leaves simulated records out', () => {
    expect(dashboard.where).toEqual([{ field: 'simulated', is: false } satisfies Condition])
  })

  it.each(dashboard.panels.map((panel) => [panel.title, panel] as const))('%s', async (_, panel) => {
    const rows = rowsOf(panel, await search(name, queryOf(dashboard, panel)))
    const wanted = await sql(sqlOf(time, panel))
    expect(rows.length).toBeGreaterThan(0)
    const [found, expected] = [rows, wanted as Row[]].map((each) => comparable(panel, each.map(sortedKeys)))
    expect(found).toEqual(expected)
  })
})

describe.each([
  {
    title: 'trends',
    of: trendsDashboard,
    table: 'trends',
    time: 'window_start',
    own: 'window_start AS "@timestamp"',
  },
  { title: 'data quality', of: qualityDashboard, table: 'profile', time: 'at', own: 'dsf_run AS run' },
])('the dashboard of $title', ({ of, table, time, own }) => {
  const name = 'quakes-charts'
  const dashboard = of(loadDataset(join(runDir, 'datasets', name)))
  let sql: Sql

  beforeAll(async () => {
    const documents = () =>
      countDocuments(
        dashboard.index,
        queryOf(dashboard, { ...dashboard.panels[0]!, where: [] })['query'] as object,
      )
    await writeSampleTables(name, ['earthquake', 'explosion'], ['id', 'depth', 'mag', 'nst', 'gap'])
    await until('its documents', async () => (await documents()) === 3 * 2 * 5)
    sql = await queryTable(name, table)
    // what was written twice is one document
    await sql(`CREATE TABLE others AS SELECT DISTINCT * EXCLUDE (filename), ${own} FROM ${table}`)
    if (table === 'trends') await sql('DELETE FROM others WHERE simulated')
  })

  it.each(dashboard.panels.map((panel) => [panel.title, panel] as const))('%s', async (_, panel) => {
    const rows = rowsOf(panel, await search(dashboard.index, queryOf(dashboard, panel)))
    const wanted = await sql(sqlOf(time, panel, 'others'))
    expect(rows.length).toBeGreaterThan(0)
    const [found, expected] = [rows, wanted as Row[]].map((each) => comparable(panel, each.map(sortedKeys)))
    expect(found).toEqual(expected)
  })
})

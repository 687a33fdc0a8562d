/** What a dashboard shows is what is in the lake: every panel's query, answered by Elasticsearch and by SQL over Parquet. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { datasetDashboard } from '../dashboards/dataset-dashboard.ts'
import { qualityDashboard } from '../dashboards/quality-dashboard.ts'
import { queryOf, rowsOf, type ResultRow } from '../dashboards/queries.ts'
import type { Condition, Panel } from '../dashboards/panel.ts'
import { trendsDashboard } from '../dashboards/trends-dashboard.ts'
import { loadDataset } from '../libs/dataset/src/index.ts'
import { countDocuments, search } from './support/documents.ts'
import { queryLake, queryTable, type Sql } from './support/objects.ts'
import { sqlOf } from './support/panel-sql.ts'
import { feedUrl, importSource } from './support/runs.ts'
import { runDir } from './support/stack.ts'
import { writeSampleTables } from './support/tables.ts'
import { until } from './support/until.ts'

/** The columns that both sides have, numbers rounded to what a sum of doubles is good for, in an order of their own. */
function comparable(panel: Panel, rows: ResultRow[]): string[] {
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
const sortedKeys = (row: ResultRow): ResultRow =>
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
    const [found, expected] = [rows, wanted as ResultRow[]].map((each) =>
      comparable(panel, each.map(sortedKeys)),
    )
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
    const [found, expected] = [rows, wanted as ResultRow[]].map((each) =>
      comparable(panel, each.map(sortedKeys)),
    )
    expect(found).toEqual(expected)
  })
})

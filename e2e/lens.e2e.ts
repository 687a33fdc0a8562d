/** What Kibana would show: the requests that Lens builds of our saved objects, answered by Elasticsearch, against SQL over the lake. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { datasetDashboard } from '../dashboards/dataset-dashboard.ts'
import { savedObjectsOf } from '../dashboards/kibana/dashboard.ts'
import type { Dashboard, Panel, TablePanel } from '../dashboards/panel.ts'
import { pipelineDashboard } from '../dashboards/pipeline-dashboard.ts'
import { qualityDashboard } from '../dashboards/quality-dashboard.ts'
import { queryOf, rowsOf } from '../dashboards/queries.ts'
import { trendsDashboard } from '../dashboards/trends-dashboard.ts'
import { loadDataset } from '../libs/dataset/src/index.ts'
import { countDocuments, search } from './support/documents.ts'
import { askLens, kibanaInterval, lensPanels, type ReadPanel, type LensRow } from './support/lens.ts'
import { queryLake, queryTable, type Sql } from './support/objects.ts'
import { sqlOf } from './support/panel-sql.ts'
import { feedUrl, importSource } from './support/runs.ts'
import { runDir } from './support/stack.ts'
import { writeSampleTables } from './support/tables.ts'
import { until } from './support/until.ts'

const definitionOf = (name: string) => loadDataset(join(runDir, 'datasets', name))
const [quakes, weather] = ['quakes-charts', 'weather-charts'].map(definitionOf)
const all = (dashboard: Dashboard): [title: string, lens: ReadPanel, panel: Panel][] =>
  lensPanels(savedObjectsOf(dashboard).find(({ type }) => type === 'dashboard')!).map((lens) => [
    ...([lens.title, lens] as const),
    dashboard.panels.find(({ id }) => id === lens.id)!,
  ])

beforeAll(async () => {
  await importSource('quakes-charts', `${feedUrl}/earthquakes/window-1.csv`)
  await importSource('weather-charts', `${feedUrl}/seattle-weather.csv`)
  // it has rows that are refused, for the chart of them
  await importSource('quakes-tables', `${feedUrl}/earthquakes/window-2.csv`)
  for (const alias of ['quakes-charts', 'weather-charts', 'dsf-pipeline']) await countDocuments(alias)
  await writeSampleTables('quakes-charts', ['earthquake', 'explosion'], ['id', 'depth', 'mag', 'nst', 'gap'])
  for (const { index, where } of [trendsDashboard(quakes!), qualityDashboard(quakes!)]) {
    const filter = where.map(({ field, is }) => ({ term: { [field]: is } }))
    await until(
      'its documents',
      async () => (await countDocuments(index, { bool: { filter } })) === 3 * 2 * 5,
    )
  }
})

const newest = (key: string) => async (name: string) => {
  const sql = await queryLake(name)
  await sql(
    `CREATE TABLE shown_rows AS SELECT * FROM lake WHERE NOT simulated
     QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY dsf_version DESC) = 1`,
  )
  return sql
}
const tableBeside = (table: string, own: string) => async (name: string) => {
  const sql = await queryTable(name, table)
  await sql(`CREATE TABLE shown_rows AS SELECT DISTINCT * EXCLUDE (filename), ${own} FROM ${table}`)
  if (table === 'trends') await sql('DELETE FROM shown_rows WHERE simulated')
  return sql
}

describe.each([
  { dashboard: datasetDashboard(quakes!), name: 'quakes-charts', time: 'time', open: newest('id') },
  { dashboard: datasetDashboard(weather!), name: 'weather-charts', time: 'date', open: newest('date') },
  {
    ...{ dashboard: trendsDashboard(quakes!), name: 'quakes-charts', time: 'window_start' },
    open: tableBeside('trends', 'window_start AS "@timestamp"'),
  },
  {
    ...{ dashboard: qualityDashboard(quakes!), name: 'quakes-charts', time: 'at' },
    open: tableBeside('profile', 'dsf_run AS run'),
  },
])('in Kibana, the dashboard $dashboard.title of $name', ({ dashboard, name, time, open }) => {
  let sql: Sql
  let asked: Parameters<typeof askLens>[2]

  beforeAll(async () => {
    sql = await open(name)
    const [range] = await sql(
      `SELECT min(epoch_ms("${time}")) AS "from", max(epoch_ms("${time}")) AS "to" FROM shown_rows`,
    )
    const { from, to } = range as { from: bigint; to: bigint }
    asked = { field: '@timestamp', range: { from: Number(from), to: Number(to) } }
  })

  it.each(all(dashboard))('%s', async (_, lens, panel) => {
    const rows = await askLens(dashboard.index, lens, asked)
    expect(rows.length).toBeGreaterThan(0)
    if (panel.kind === 'table') await expectDocuments(sql, panel, lens, rows)
    else {
      const wanted = (await sql(sqlOf(time, panel, 'shown_rows'))) as LensRow[]
      expect(comparable(rows.map(({ group, ...row }) => ({ ...row, key: group ?? null })))).toEqual(
        comparable(wanted.map((row) => ({ ...row, key: row['key'] ?? null }))),
      )
    }
  })
})

/** Rows that show something; numbers are rounded to what a sum of doubles is good for, and the order is their own. */
const comparable = (rows: LensRow[]): string[] =>
  rows
    .map((row) => Object.entries(row).map(([name, value]) => [name, plain(value)] as const))
    .filter((row) => row.some(([name, value]) => name.startsWith('value') && value !== 0 && value !== null))
    .map((row) => JSON.stringify(row.toSorted()))
    .toSorted()

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value
}

/** The documents with the greatest values, each of them whole; dates as what Kibana's formatter takes, which digits as text are not. */
async function expectDocuments(
  sql: Sql,
  { key, sort, rows: size }: TablePanel,
  lens: ReadPanel,
  rows: LensRow[],
) {
  const greatest = await sql(
    `SELECT ${sort} AS sort FROM shown_rows ORDER BY 1 DESC NULLS LAST LIMIT ${size}`,
  )
  const shown = rows.map(({ order }) => order as number).toSorted((a, b) => b - a)
  expect(shown.slice(0, size)).toEqual(greatest.map((row) => plain(row['sort'])))

  const columns = Object.entries(lens.layer.columns)
  for (const row of rows.slice(0, 20)) {
    const identity =
      typeof row['group'] === 'number' ? `make_timestamp(${row['group']}000)` : `'${row['group']}'`
    const [document] = await sql(`SELECT * FROM shown_rows WHERE ${key} = ${identity}`)
    const wanted = columns.map(([id, { sourceField }]) => [id, plain(document![sourceField.split('.')[0]!])])
    expect(Object.fromEntries(columns.map(([id]) => [id, plain(row[id])]))).toEqual(
      Object.fromEntries(wanted),
    )
    for (const [id, { dataType }] of columns) if (dataType === 'date') expect(row[id]).toBeTypeOf('number')
  }
}

it('a value on the border of two intervals is in the one that begins there, in Kibana as in the preview', async () => {
  const dashboard = datasetDashboard(quakes!)
  const panels = dashboard.panels.flatMap((one) =>
    one.kind === 'histogram' ? [{ ...one, interval: 0.1 }] : [],
  )
  const byTenths = { ...dashboard, panels }
  const [, lens, panel] = all(byTenths)[0]!
  const sql = await newest('id')('quakes-charts')
  const wanted = (await sql(
    `SELECT CAST(floor(CAST(mag AS DECIMAL(9, 4)) * 10) AS DOUBLE) / 10 AS x, count(*) AS value
     FROM shown_rows WHERE mag IS NOT NULL GROUP BY ALL`,
  )) as LensRow[]
  const shown = rowsOf(panel, await search(dashboard.index, queryOf(byTenths, panel)))
  expect(comparable(shown)).toEqual(comparable(wanted))
  expect(comparable(await askLens(dashboard.index, lens))).toEqual(comparable(wanted))
})

describe('where a field has no bounds, Kibana chooses the intervals', () => {
  const dashboard = datasetDashboard(quakes!)
  const fields = Object.entries(dashboard.fields).map(([name, { minimum: _, maximum: __, ...rest }]) => [
    name,
    rest,
  ])
  const unbound = all({ ...dashboard, fields: Object.fromEntries(fields) })

  it.each([
    [7.5, 200, 0.05],
    [600, 10, 100],
    [10, 10, 1],
    [10.1, 10, 2],
    [49, 10, 5],
    [50.1, 10, 10],
  ])('values %f apart in at most %i bars are %f wide', (difference, bars, width) =>
    expect(kibanaInterval(difference, bars)).toBeCloseTo(width, 12),
  )

  it('and every document is in one of them', async () => {
    const [, lens] = unbound.find(([, , { kind }]) => kind === 'histogram')!
    const rows = await askLens(dashboard.index, lens)
    const filter = [
      { term: { simulated: false } },
      { exists: { field: lens.layer.columns['x']!.sourceField } },
    ]
    const sum = rows.reduce((total, { value }) => total + Number(value), 0)
    expect(sum).toBe(await countDocuments(dashboard.index, { bool: { filter } }))
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.length).toBeLessThanOrEqual(51)
  })
})

describe('in Kibana, the dashboard of the pipeline', () => {
  const dashboard = pipelineDashboard()

  it.each(all(dashboard))('%s is answered, dates as numbers', async (_, lens) => {
    const range = { from: Date.now() - 86_400_000, to: Date.now() + 60_000 }
    const columns = Object.values(lens.layer.columns)
    const isOverTime = columns.some(({ operationType }) => operationType === 'date_histogram')
    // the sample of profiles is from 2018
    const rows = await askLens(dashboard.index, lens, isOverTime ? { field: '@timestamp', range } : undefined)
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows)
      for (const [id, { dataType }] of Object.entries(lens.layer.columns))
        if (dataType === 'date') expect(row[id]).toBeTypeOf('number')
  })
})

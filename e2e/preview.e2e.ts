/** The page of dashboards that needs no Kibana, opened in a real browser over what the real stages indexed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { dashboardsOf } from '../dashboards/all-dashboards.ts'
import { pipelineDashboard } from '../dashboards/pipeline-dashboard.ts'
import { withPage } from '../dashboards/preview/browser.ts'
import { isChart } from '../dashboards/preview/charts.ts'
import { pageOf, type Drawn } from '../dashboards/preview/page.ts'
import { openIndex } from '../infra/local/clients.ts'
import { askAll } from '../dashboards/preview/make-preview.ts'
import { loadDataset } from '../libs/dataset/src/index.ts'
import { countDocuments } from './support/documents.ts'
import { feedUrl, importSource } from './support/runs.ts'
import { environment, filesDir, runDir } from './support/stack.ts'
import { writeSampleTables } from './support/tables.ts'
import { until } from './support/until.ts'

const file = join(filesDir, 'preview.html')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const [quakes, weather] = ['quakes-charts', 'weather-charts'].map((name) =>
  dashboardsOf(loadDataset(join(runDir, 'datasets', name))),
)
const dashboards = [...quakes!, weather![0]!, pipelineDashboard()]
const drawn: Drawn[] = []

beforeAll(async () => {
  await importSource('quakes-charts', `${feedUrl}/earthquakes/window-1.csv`)
  // it has rows that are refused, for the chart of them
  await importSource('quakes-tables', `${feedUrl}/earthquakes/window-2.csv`)
  await importSource('weather-charts', `${feedUrl}/seattle-weather.csv`)
  await writeSampleTables('quakes-charts', ['earthquake', 'explosion'], ['id', 'depth', 'mag', 'nst', 'gap'])
  for (const alias of ['dsf-pipeline', 'dsf-trends'])
    await until(`what jobs wrote in ${alias}`, () =>
      countDocuments(alias, {
        bool: { filter: [{ term: { dataset: 'quakes-charts' } }, { exists: { field: 'field' } }] },
      }),
    )
  for (const dashboard of dashboards) {
    await countDocuments(dashboard.index)
    drawn.push(await askAll(openIndex(environment), dashboard))
  }
  writeFileSync(file, pageOf(drawn, new Date()))
})

const charts = () =>
  drawn.flatMap(({ dashboard, rows }) =>
    dashboard.panels
      .filter(isChart)
      .map((panel) => ({ panel, id: `#chart-${dashboard.id}-${panel.id}`, rows: rows[panel.id]! })),
  )
const marks = (page: Page, chart: string, of = '') =>
  page.locator(`${chart} svg [aria-roledescription="${of}"], ${chart} svg .mark-${of} path`).count()

describe.each(['light', 'dark'] as const)('the page, %s,', (theme) => {
  const opened = <T>(work: (page: Page, complaints: string[]) => Promise<T>) =>
    withPage(file, { theme }, work)

  it('opens from a file, draws every chart, and the browser complains of nothing', () =>
    opened(async (page, complaints) => {
      for (const { id, rows } of charts()) {
        expect(rows.length).toBeGreaterThan(0)
        expect([id, (await page.locator(`${id} svg path`).count()) > 3]).toEqual([id, true])
      }
      expect(complaints).toEqual([])
    }))

  it('has a point on the map for each document that has a place', () =>
    opened(async (page) => {
      const { id, rows } = charts().find(({ panel }) => panel.kind === 'map')!
      expect(rows.length).toBeGreaterThan(1000)
      expect(await marks(page, id, 'circle')).toBe(rows.length)
    }))

  it('has what those need who see no pictures or use no mouse', () =>
    opened(async (page) => {
      await page.addScriptTag({ content: axe })
      const { violations } = await page.evaluate(() => (globalThis as any).axe.run())
      expect(violations.map(({ id, nodes }: any) => [id, nodes[0].html])).toEqual([])
      expect(await page.locator('figure').count()).toBe(await page.locator('figure figcaption h2').count())
      for (const { id, rows } of charts()) {
        const figure = page.locator('figure', { has: page.locator(id) })
        expect(await figure.locator('tbody tr').count()).toBe(rows.length)
      }
    }))
})

it('the button changes the theme, and keys reach it', () =>
  withPage(file, { theme: 'light' }, async (page) => {
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const before = await ground()
    await page.locator('#theme').focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('html[data-drawn=dark]', { state: 'attached' })
    expect(await ground()).not.toBe(before)
    expect(await page.locator('#theme').getAttribute('aria-pressed')).toBe('true')
  }))

it('values that look like markup stay text', async () => {
  const hostile = '</script><img src=x onerror="document.title=1">'
  const { dashboard, rows } = drawn[0]!
  const table = dashboard.panels.find((panel) => panel.kind === 'table')!
  const top = dashboard.panels.find((panel) => panel.kind === 'top')!
  const poisoned = {
    ...rows,
    [table.id]: [{ place: hostile, net: hostile }],
    [top.id]: [{ key: hostile, value: 3, value2: 1 }],
  }
  const other = join(filesDir, 'hostile.html')
  writeFileSync(other, pageOf([{ dashboard, rows: poisoned }], new Date()))
  await withPage(other, {}, async (page, complaints) => {
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.getByText(hostile).count()).toBeGreaterThan(1)
    expect(complaints).toEqual([])
  })
})

import { join } from 'node:path'
import { loadDatasets } from '@dsf/dataset'
import { logger, Warn } from 'vega'
import { compile } from 'vega-lite'
import { describe, expect, it } from 'vitest'
import { dashboardsOf } from '../all-dashboards.ts'
import { pipelineDashboard } from '../pipeline-dashboard.ts'
import type { ResultRow } from '../queries.ts'
import { chartOf, isChart } from './charts.ts'
import { pageOf } from './page.ts'
import { titleOf } from './table.ts'
import { themes } from './theme.ts'

const datasets = [...loadDatasets([join(import.meta.dirname, '../../datasets')]).values()]
const dashboards = [...datasets.flatMap(dashboardsOf), pipelineDashboard()]
const row: ResultRow = {
  key: '</script>',
  time: 0,
  x: 1,
  y: 2,
  value: 3,
  value2: 4,
  lat: 5,
  lon: 6,
  place: '<b>',
}
const page = pageOf(
  dashboards.map((dashboard) => ({
    dashboard,
    rows: Object.fromEntries(dashboard.panels.map(({ id }) => [id, [row]])),
  })),
  new Date(0),
)

describe.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))('%s', (_, dashboard) => {
  it.each(themes)('draws all charts in $name without a warning of Vega-Lite', (theme) => {
    for (const panel of dashboard.panels.filter(isChart)) {
      const warnings: unknown[] = []
      const heard = logger(Warn, undefined, (_method, _level, input) => void warnings.push(...input))
      compile(
        chartOf(panel, (field) => titleOf(dashboard, field), theme),
        { logger: heard },
      )
      expect([panel.id, warnings]).toEqual([panel.id, []])
    }
  })

  it('has a figure with title and description for each panel', () => {
    for (const { title, description } of dashboard.panels)
      expect(page.replaceAll('&#39;', "'")).toContain(`<h2>${title}</h2><p>${description}</p>`)
  })
})

it('every id is there once', () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(ids.length).toBeGreaterThan(20)
  expect(new Set(ids).size).toBe(ids.length)
})

it('no value of the data becomes markup or ends a script', () => {
  expect(page).not.toContain('<b>')
  const scripts = [...page.matchAll(/<script[ >]/g)].length
  expect([...page.matchAll(/<\/script>/g)].length).toBe(scripts)
})

it('asks nobody for anything', () => {
  const links = [...page.matchAll(/<(?:link|img|script)[^>]+(?:src|href)=/g)]
  expect(links).toEqual([])
})

/** One static page of dashboards: everything that it needs is in it, so that it works from a file. */
import { readFileSync } from 'node:fs'
import { compile } from 'vega-lite'
import type { Dashboard, MetricPanel, Panel } from '../panel.ts'
import type { ResultRow } from '../queries.ts'
import { chartOf, isChart } from './charts.ts'
import { escaped, inlineJson } from './html.ts'
import { tableOf, titleOf } from './table.ts'
import { themeCss, themes } from './theme.ts'

export interface Drawn {
  dashboard: Dashboard
  /** by the panel's id */
  rows: Record<string, ResultRow[]>
}

export function pageOf(drawn: Drawn[], made: Date): string {
  const sections = drawn.map(section).join('\n')
  const links = drawn
    .map(({ dashboard: { id, title } }) => `<a href="#${id}">${escaped(title)}</a>`)
    .join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data Stream Flow: ${drawn.map(({ dashboard }) => escaped(dashboard.title)).join(', ')}</title>
<style>${themeCss()}
${ownFile('page.css')}</style>
</head>
<body>
<a class="skip" href="#main">To the dashboards</a>
<header>
<p>Data Stream Flow</p>
<nav aria-label="Dashboards">${links}</nav>
<button type="button" id="theme" aria-pressed="false">Dark</button>
</header>
<main id="main">
${sections}
</main>
<footer>Made ${made.toISOString().replace('T', ' ').slice(0, 16)} UTC, from the queries that Kibana's panels ask. Times are UTC.</footer>
<dl id="tip" hidden></dl>
${inlineJson('charts', { charts: chartsOf(drawn) })}
${inlineJson('rows', rowsOf(drawn))}
<script type="application/json" id="land">${world().replaceAll('<', '\\u003c')}</script>
<script>${npmFile('vega/build/vega.min.js').replaceAll('</script', '<\\/script')}</script>
<script>${ownFile('page.js')}</script>
</body>
</html>
`
}

const ownFile = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
// by path: the exports of these packages hide the built files
const npmFile = (name: string): string =>
  readFileSync(new URL(`../../node_modules/${name}`, import.meta.url), 'utf8')
const world = (): string => npmFile('vega-datasets/data/world-110m.json')

/** Panels of several dashboards have the same ids. */
const idOf = (dashboard: Dashboard, panel: Panel): string => `${dashboard.id}-${panel.id}`

function section({ dashboard, rows }: Drawn): string {
  const { id, title, description, panels } = dashboard
  const figures = panels.map((panel) => figure(dashboard, panel, rows[panel.id]!)).join('\n')
  return `<section id="${id}" aria-labelledby="${id}-title">
<h1 id="${id}-title">${escaped(title)}</h1>
<p>${escaped(description)}</p>
<div class="panels">
${figures}
</div>
</section>`
}

function figure(dashboard: Dashboard, panel: Panel, rows: ResultRow[]): string {
  const kind = panel.kind === 'metric' ? 'number' : panel.kind
  const caption = `<figcaption><h2>${escaped(panel.title)}</h2><p>${escaped(panel.description)}</p></figcaption>`
  return `<figure class="${kind}" style="--w: ${panel.at.w}">
${caption}
${content(dashboard, panel, rows)}
</figure>`
}

function content(dashboard: Dashboard, panel: Panel, rows: ResultRow[]): string {
  if (panel.kind === 'metric') return metric(panel, rows)
  if (rows.length === 0) return '<p class="none">Nothing yet.</p>'
  const table = tableOf(dashboard, panel, rows)
  if (!isChart(panel)) return table
  return `<div class="chart" id="chart-${idOf(dashboard, panel)}"></div>
<details><summary>As a table</summary>${table}</details>`
}

const numbers = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

function metric({ metric: { unit } }: MetricPanel, rows: ResultRow[]): string {
  const value = rows[0]?.['value'] ?? null
  const small = unit ? ` <small>${escaped(unit)}</small>` : ''
  return `<output>${value === null ? '–' : escaped(exact(Number(value)))}${small}</output>`
}

/** Counts are shown whole, whatever their size. */
const exact = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en') : numbers.format(value)

/** Charts that have something to draw. */
const drawnPanels = ({ panels }: Dashboard, rows: Drawn['rows']) =>
  panels.filter(isChart).filter(({ id }) => rows[id]!.length > 0)

/** Vega's own language, once for each theme: colours are part of a chart. */
function chartsOf(drawn: Drawn[]): Record<string, Record<string, object>> {
  const charts = drawn.flatMap(({ dashboard, rows }) =>
    drawnPanels(dashboard, rows).map((panel) => ({ dashboard, panel })),
  )
  return Object.fromEntries(
    themes.map((theme) => [
      theme.name,
      Object.fromEntries(
        charts.map(({ dashboard, panel }) => {
          const titles = (field: string) => titleOf(dashboard, field)
          return [idOf(dashboard, panel), compile(chartOf(panel, titles, theme)).spec]
        }),
      ),
    ]),
  )
}

const rowsOf = (drawn: Drawn[]): Record<string, ResultRow[]> =>
  Object.fromEntries(
    drawn.flatMap(({ dashboard, rows }) =>
      drawnPanels(dashboard, rows).map((panel) => [idOf(dashboard, panel), rows[panel.id]!]),
    ),
  )

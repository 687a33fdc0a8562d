/**
 * make preview: the dashboards as one page that needs no Kibana, with the data of the local stack or of ELASTICSEARCH_URL,
 * and a picture of each.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadDatasets } from '@dsf/dataset'
import { stageEnvironment } from '../../infra/local/environment.ts'
import { findProgram } from '../../infra/local/install/tool.ts'
import { readSettings, type Settings } from '../../infra/local/settings.ts'
import { derivedDashboardsOf } from '../all-dashboards.ts'
import { datasetDashboard } from '../dataset-dashboard.ts'
import type { Dashboard } from '../panel.ts'
import { pipelineDashboard } from '../pipeline-dashboard.ts'
import { queryOf, rowsOf } from '../queries.ts'
import { picture } from './browser.ts'
import { pageOf, type Drawn } from './page.ts'

/** What every panel of a dashboard shows now. @throws Error when Elasticsearch does not answer its query */
export async function askAll(elasticsearch: string, dashboard: Dashboard): Promise<Drawn> {
  const rows: Drawn['rows'] = {}
  // what was indexed in the last seconds too; who may only read sees it later
  await fetch(`${elasticsearch}/${dashboard.index}/_refresh`, { method: 'POST' })
  for (const panel of dashboard.panels) {
    const response = await fetch(`${elasticsearch}/${dashboard.index}/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(queryOf(dashboard, panel)),
    })
    if (!response.ok)
      throw new Error(`${dashboard.index}, "${panel.title}": ${response.status} ${await response.text()}`)
    rows[panel.id] = rowsOf(panel, (await response.json()) as Parameters<typeof rowsOf>[1])
  }
  return { dashboard, rows }
}

/** None while nobody fills it, as in a stack without Spark. */
async function askAny(elasticsearch: string, dashboard: Dashboard): Promise<Drawn[]> {
  const drawn = await askAll(elasticsearch, dashboard)
  const shown = dashboard.panels.filter(({ kind }) => kind !== 'metric')
  return shown.some(({ id }) => drawn.rows[id]!.length > 0) ? [drawn] : []
}

/** Writes the page, then a picture of each dashboard in light and dark. Returns the path of the page. */
export async function makePreview(settings: Settings, say: (line: string) => void): Promise<string> {
  const environment = stageEnvironment(settings)
  const url = process.env['ELASTICSEARCH_URL'] ?? environment['ELASTICSEARCH_URL']!
  const folders = environment['DATASETS_DIR']!.split(':').map((folder) => resolve(settings.root, folder))
  const datasets = [...loadDatasets(folders).values()]
  const drawn: Drawn[] = []
  for (const dataset of datasets) {
    drawn.push(await askAll(url, datasetDashboard(dataset)))
    for (const derived of derivedDashboardsOf(dataset)) drawn.push(...(await askAny(url, derived)))
  }
  drawn.push(await askAll(url, pipelineDashboard()))
  const folder = join(settings.runDir, 'preview')
  const page = join(folder, 'index.html')
  mkdirSync(folder, { recursive: true })
  writeFileSync(page, pageOf(drawn, new Date()))
  await takePictures(
    page,
    folder,
    drawn.map(({ dashboard }) => dashboard),
    say,
  )
  return page
}

async function takePictures(
  page: string,
  folder: string,
  dashboards: Dashboard[],
  say: (line: string) => void,
) {
  try {
    for (const { id } of dashboards)
      for (const theme of ['light', 'dark'] as const) {
        await picture(page, id, join(folder, `${id}-${theme}.png`), { theme })
      }
  } catch (error) {
    say(`No pictures of the dashboards: ${(error as Error).message}`)
  }
}

if (import.meta.main) {
  const page = await makePreview(readSettings(), console.error)
  console.log(`Dashboards, for any browser: ${page}`)
  const opener = process.env['DISPLAY'] && findProgram('xdg-open')
  if (opener) spawn(opener, [page], { detached: true, stdio: 'ignore' }).unref()
}

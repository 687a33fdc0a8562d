/** The dashboards of datasets as one page that needs no Kibana, with what Elasticsearch has now, and a picture of each. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dataset } from '@dsf/dataset'
import { openIndex, type AskIndex } from '../../infra/local/clients.ts'
import { stageEnvironment } from '../../infra/local/environment.ts'
import { StackError } from '../../infra/local/errors.ts'
import type { Settings } from '../../infra/local/settings.ts'
import { derivedDashboardsOf } from '../all-dashboards.ts'
import { datasetDashboard } from '../dataset-dashboard.ts'
import type { Dashboard, Panel } from '../panel.ts'
import { pipelineDashboard } from '../pipeline-dashboard.ts'
import { queryOf, rowsOf, type ResultRow } from '../queries.ts'
import { takePictures } from './browser.ts'
import { pageOf, type Drawn } from './page.ts'
import type { Theme } from './theme.ts'

export interface Wanted {
  datasets: Dataset[]
  /** the dashboard of the runs beside them */
  pipeline: boolean
  pictures: Theme['name'][]
}

/**
 * Writes the page and the pictures that are wanted, and nothing else stays in its folder. Pictures that no browser takes cost nothing but
 * a sentence.
 * @returns the path of the page
 * @throws StackError when Elasticsearch does not answer
 */
export async function makePreview(
  settings: Settings,
  wanted: Wanted,
  say: (line: string) => void,
): Promise<string> {
  const drawn = await askWanted(settings, wanted)
  const folder = join(settings.runDir, 'preview')
  const page = join(folder, 'index.html')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(page, pageOf(drawn, new Date()))
  const ids = drawn.map(({ dashboard }) => dashboard.id)
  try {
    for (const theme of wanted.pictures)
      await takePictures(page, new Map(ids.map((id) => [id, join(folder, `${id}-${theme}.png`)])), { theme })
  } catch (error) {
    say(`No pictures of the dashboards: ${(error as Error).message}`)
  }
  return page
}

async function askWanted(settings: Settings, { datasets, pipeline }: Wanted): Promise<Drawn[]> {
  const variables = process.env['ELASTICSEARCH_URL'] ? process.env : stageEnvironment(settings)
  const index = openIndex(variables)
  await requireAnswer(index, variables['ELASTICSEARCH_URL']!)
  const drawn: Drawn[] = []
  for (const dataset of datasets) {
    drawn.push(await askAll(index, datasetDashboard(dataset)))
    for (const derived of derivedDashboardsOf(dataset)) drawn.push(...(await askAny(index, derived)))
  }
  if (pipeline) drawn.push(await askAll(index, pipelineDashboard()))
  return drawn
}

async function requireAnswer(index: AskIndex, url: string): Promise<void> {
  await index('', { method: 'GET' }).catch(() => {
    throw new StackError(
      `Elasticsearch does not answer at ${new URL(url).origin}: make up starts the local one.`,
    )
  })
}

/** None while nobody fills it, as in a stack without Spark. */
async function askAny(index: AskIndex, dashboard: Dashboard): Promise<Drawn[]> {
  const drawn = await askAll(index, dashboard)
  const shown = dashboard.panels.filter(({ kind }) => kind !== 'metric')
  return shown.some(({ id }) => drawn.rows[id]!.length > 0) ? [drawn] : []
}

/** What every panel of a dashboard shows now. @throws Error when Elasticsearch does not answer its query */
export async function askAll(index: AskIndex, dashboard: Dashboard): Promise<Drawn> {
  // what was indexed in the last seconds too; who may only read sees it later
  await index(`${dashboard.index}/_refresh`)
  const rows = await Promise.all(
    dashboard.panels.map(async (panel) => [panel.id, await askOne(index, dashboard, panel)] as const),
  )
  return { dashboard, rows: Object.fromEntries(rows) }
}

async function askOne(index: AskIndex, dashboard: Dashboard, panel: Panel): Promise<ResultRow[]> {
  const response = await index(`${dashboard.index}/_search`, { body: queryOf(dashboard, panel) })
  if (!response.ok)
    throw new Error(`${dashboard.index}, "${panel.title}": ${response.status} ${await response.text()}`)
  return rowsOf(panel, (await response.json()) as Parameters<typeof rowsOf>[1])
}

/**
 * make preview: the dashboards as one page that needs no Kibana, with the data of the local stack or of ELASTICSEARCH_URL,
 * and a picture of each. `DATASET=a,b` leaves the others and the pipeline out; `PICTURES=light,dark` takes them in both
 * themes, `PICTURES=0` takes none.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadDatasets, type Dataset } from '@dsf/dataset'
import { openIndex, type AskIndex } from '../../infra/local/clients.ts'
import { stageEnvironment } from '../../infra/local/environment.ts'
import { StackError } from '../../infra/local/errors.ts'
import { trustOwnAuthority } from '../../infra/local/secure/certificates.ts'
import { findProgram } from '../../infra/local/install/tool.ts'
import { readSettings, type Settings } from '../../infra/local/settings.ts'
import { derivedDashboardsOf } from '../all-dashboards.ts'
import { datasetDashboard } from '../dataset-dashboard.ts'
import type { Dashboard, Panel } from '../panel.ts'
import { pipelineDashboard } from '../pipeline-dashboard.ts'
import { queryOf, rowsOf, type ResultRow } from '../queries.ts'
import { takePictures } from './browser.ts'
import { pageOf, type Drawn } from './page.ts'
import { themes, type Theme } from './theme.ts'

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

/** None while nobody fills it, as in a stack without Spark. */
async function askAny(index: AskIndex, dashboard: Dashboard): Promise<Drawn[]> {
  const drawn = await askAll(index, dashboard)
  const shown = dashboard.panels.filter(({ kind }) => kind !== 'metric')
  return shown.some(({ id }) => drawn.rows[id]!.length > 0) ? [drawn] : []
}

export interface Wanted {
  /** none for all of them, and the pipeline beside them */
  datasets: string[]
  pictures: Theme['name'][]
}

/** @throws StackError that names the value and what is allowed */
export function readWanted({ DATASET = '', PICTURES = '' }: NodeJS.ProcessEnv): Wanted {
  const datasets = DATASET.split(/[,\s]+/).filter(Boolean)
  if (PICTURES === '0') return { datasets, pictures: [] }
  const names = PICTURES.split(/[,\s]+/).filter((name) => !['', '1'].includes(name))
  const pictures = themes.map(({ name }) => name).filter((name) => names.includes(name))
  if (pictures.length < new Set(names).size)
    throw new StackError(`PICTURES=${PICTURES} is unknown: choose 0, light, dark or light,dark.`)
  return { datasets, pictures: names.length === 0 ? ['light'] : pictures }
}

/** Writes the page and the pictures that are wanted, and nothing else stays in its folder. Returns the path of the page. */
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

async function askWanted(settings: Settings, { datasets }: Wanted): Promise<Drawn[]> {
  const environment = stageEnvironment(settings)
  const variables = process.env['ELASTICSEARCH_URL'] ? process.env : environment
  const index = openIndex(variables)
  const folders = environment['DATASETS_DIR']!.split(':').map((folder) => resolve(settings.root, folder))
  const shown = chosen(loadDatasets(folders), datasets)
  await requireAnswer(index, variables['ELASTICSEARCH_URL']!)
  const drawn: Drawn[] = []
  for (const dataset of shown) {
    drawn.push(await askAll(index, datasetDashboard(dataset)))
    for (const derived of derivedDashboardsOf(dataset)) drawn.push(...(await askAny(index, derived)))
  }
  if (datasets.length === 0) drawn.push(await askAll(index, pipelineDashboard()))
  return drawn
}

async function requireAnswer(index: AskIndex, url: string): Promise<void> {
  await index('', { method: 'GET' }).catch(() => {
    throw new StackError(
      `Elasticsearch does not answer at ${new URL(url).origin}: make up starts the local one.`,
    )
  })
}

function chosen(known: Map<string, Dataset>, names: string[]): Dataset[] {
  const unknown = names.find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new StackError(`DATASET=${unknown} is unknown: choose of ${[...known.keys()].join(', ')}.`)
  return [...known.values()].filter(({ name }) => names.length === 0 || names.includes(name))
}

if (import.meta.main) {
  try {
    const settings = readSettings()
    trustOwnAuthority(settings)
    const page = await makePreview(settings, readWanted(process.env), console.error)
    console.log(`Dashboards, for any browser: ${page}`)
    const opener = process.env['DISPLAY'] && findProgram('xdg-open')
    if (opener) spawn(opener, [page], { detached: true, stdio: 'ignore' }).unref()
  } catch (error) {
    if (!(error instanceof StackError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

/** `dsf dataset init`, told to a person as it goes on: what was written, what could not be told, and what came of it. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, type Api } from '../../client/http.ts'
import { followRun, startRun, type Run } from '../../client/runs.ts'
import { printable, render } from '../render.ts'
import { tellTried } from '../try-dataset.ts'
import { drawCharts } from './draw-charts.ts'
import { initDataset, type Init } from './init-dataset.ts'

export interface InitCommand {
  name?: string
  into?: string
  dry: boolean
  force: boolean
  timeout: string
}

export interface InitAnswer extends Init {
  /** of the sample, when a stack runs and it was not to be a dry one */
  run?: Run
  /** a page of what was imported, when the stack is the local one */
  charts?: string
}

/** Stages look at their folders every 5 s, and take in what two looks saw the same. */
const taken = { seconds: 45, everyMs: 1000 }

/** @throws Error when no definition can be made, or when its sample was not imported as it should */
export async function initAndImport(
  api: Api,
  source: string,
  { name, into = usualFolder(), dry, force, timeout }: InitCommand,
  tell: (line: string) => void,
): Promise<InitAnswer> {
  const init = await initDataset(source, { name, into, force })
  for (const line of linesOf(init)) tell(printable(line))
  tell(firstRows(init))
  const run = dry ? undefined : await importSample(api, init, Number(timeout), tell)
  if (!run) return init
  if (run.state !== 'succeeded')
    throw new Error(`run ${run.runId} ${run.state}: ${run.reason ?? 'somebody asked for it'}`)
  for (const line of linesOfRun(run)) tell(line)
  const charts = await chartsOf(api, init, tell)
  return { ...init, run, ...(charts === undefined ? {} : { charts }) }
}

/** The rows are where they belong, so charts that cannot be drawn are no reason to fail. */
async function chartsOf(
  api: Api,
  { dataset, folder }: Init,
  tell: (line: string) => void,
): Promise<string | undefined> {
  const page = await drawCharts(api, folder, tell).catch((error: unknown) =>
    tell(`the charts cannot be drawn: ${(error as Error).message}`),
  )
  tell(
    page
      ? `charts: ${page}, and a picture beside it`
      : `charts: make preview DATASET=${dataset}, with ELASTICSEARCH_URL where that is not the local one`,
  )
  return page ?? undefined
}

/** A column for each of the file, whatever became of the row. */
function firstRows({ tried: { rows } }: Init): string {
  const columns = [...new Set(rows.flatMap(({ values = {} }) => Object.keys(values)))]
  const shown = rows.map(({ row, outcome, reasons, values = {} }) => ({
    ...{ row, outcome },
    ...Object.fromEntries(columns.map((column) => [column, values[column] ?? ''])),
    ...(rows.some((one) => one.reasons.length > 0) ? { reasons } : {}),
  }))
  return render({ rows: shown }, 'rows', 'table').trimEnd()
}

function linesOfRun({ runId, dataset, counters }: Run): string[] {
  const count = (name: string) => counters[name] ?? 0
  const refused = count('quarantined')
  return [
    `imported: run ${runId} succeeded, ${count('clean')} clean, ${count('duplicate')} duplicate, ${refused} refused`,
    ...(refused > 0 ? [`refused rows: dsf quarantine list ${dataset}`] : []),
  ]
}

/** A folder that stages look at anyway, where there is one. */
const usualFolder = () => process.env['DATASETS_DIR']?.split(':')[0] || 'datasets'

function linesOf({ folder, doubts, tried }: Init): string[] {
  const unclear = doubts.length > 0 ? ['could not be told:', ...doubts.map((doubt) => `  ${doubt}`)] : []
  return [
    `written: ${folder}/datapackage.json and sample.csv`,
    ...unclear,
    `the sample, by this definition: ${tellTried(tried)}`,
  ]
}

/** Undefined when nobody is there to import it. */
async function importSample(
  api: Api,
  { dataset, folder }: Init,
  seconds: number,
  tell: (line: string) => void,
): Promise<Run | undefined> {
  const source = pathToFileURL(resolve(folder, 'sample.csv')).href
  for (let left = taken.seconds * 1000; ; left -= taken.everyMs) {
    const answer = await startRun(api, { dataset, source }).catch((error: unknown) => error)
    if (!(answer instanceof Error)) return followRun(api, (answer as Run).runId, { seconds })
    const { reason, mayPass } = whyNot(answer, folder)
    if (!mayPass || left <= 0) {
      tell(`not imported, because ${reason}`)
      return undefined
    }
    await sleep(taken.everyMs)
  }
}

/** @throws what says that the dataset, or the request, is wrong */
function whyNot(answer: Error, folder: string): { reason: string; mayPass: boolean } {
  const { message } = answer
  const status = answer instanceof ApiError ? answer.status : 0
  if (status === undefined) return { reason: `${message}: start the stack with make up`, mayPass: false }
  // nobody knows it yet
  if (status === 404) {
    const reason = `the stages do not look at this folder: make down up DATASETS_DIR=${resolve(folder, '..')}`
    return { reason, mayPass: true }
  }
  // its topics are being made
  if (status === 503) return { reason: message, mayPass: true }
  throw answer
}

/** Imports, as a client of the ingestor's HTTP side sees them. */
import { randomUUID } from 'node:crypto'
import { findRun, followRun, startRun as start, type Run } from '../../infra/client/runs.ts'
import { stageAddress } from '../../infra/local/servers/stages.ts'
import { brokenSums } from '../../libs/dataset/src/records/counters.ts'
import { settings } from './stack.ts'
import { until } from './until.ts'

export type { Run } from '../../infra/client/runs.ts'

export const feedUrl = `http://127.0.0.1:${settings.ports.feed}`
export const api = { url: stageAddress(settings, 'ingestor') }

/** The answer to a request for a run, whatever it is. */
export async function post(body: object, key?: string): Promise<{ status: number; type: string; json: any }> {
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  }
  const response = await fetch(`${api.url}/v1/runs`, { method: 'POST', headers, body: JSON.stringify(body) })
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, json: await response.json() }
}

/** Reads the file whether it changed or not: what tests import again, they import for its rows. */
export const startRun = async (
  dataset: string,
  source: string,
  key: string = randomUUID(),
  force = true,
): Promise<string> => (await start(api, { dataset, source, force }, key)).runId

/** Undefined while nobody knows the run, or the ingestor is not there. */
export const runAt = (runId: string): Promise<Run | undefined> => findRun(api, runId).catch(() => undefined)

const inWork = ['queued', 'fetching', 'publishing']

/** The run once nothing of it is left to fetch or to publish. */
export const ingested = (runId: string): Promise<Run> =>
  until(`the rows of run ${runId} to be published`, async () => {
    const run = await runAt(runId)
    return run && !inWork.includes(run.state) ? run : undefined
  })

export const endOf = (runId: string, seconds = 120): Promise<Run> => followRun(api, runId, { seconds })

/** The receipt of a run that has come through. @throws when it ended before its rows were there */
export async function receiptOf(runId: string, seconds = 120): Promise<Run> {
  const run = await endOf(runId, seconds)
  if (run.closed < run.expected) throw new Error(`run ${runId} ${run.state}: ${run.reason}`)
  return run
}

export async function importSource(dataset: string, source: string, key?: string): Promise<Run> {
  return receiptOf(await startRun(dataset, source, key))
}

/** Sentences of sums that do not hold (invariant 5); none when every row has its answer. */
export const unanswered = (...runs: Run[]): string[] =>
  runs.flatMap(({ counters, reason }) => [...brokenSums(counters), ...(reason ? [reason] : [])])

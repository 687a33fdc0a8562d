/** Imports, as a client of the stages' HTTP side sees them. */
import { randomUUID } from 'node:crypto'
import { brokenSums } from '../../libs/dataset/src/counters.ts'
import { stageAddress } from '../../infra/local/servers/stages.ts'
import { settings } from './stack.ts'
import { until } from './until.ts'

export interface Run {
  runId: string
  state: 'queued' | 'running' | 'succeeded' | 'failed'
  reason?: string
  rows: number
  landing?: { key: string; bytes: number; sha256: string }
}

export interface Receipt {
  runId: string
  state: 'running' | 'succeeded' | 'failed'
  reason?: string
  counters: Record<string, number>
}

export const feedUrl = `http://127.0.0.1:${settings.ports.feed}`

const ingestor = stageAddress(settings, 'ingestor')
const indexer = stageAddress(settings, 'indexer')

/** The answer to a request for a run, whatever it is. */
export async function post(body: object, key?: string): Promise<{ status: number; type: string; json: any }> {
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  }
  const response = await fetch(`${ingestor}/v1/runs`, { method: 'POST', headers, body: JSON.stringify(body) })
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, json: await response.json() }
}

export async function startRun(dataset: string, source: string, key: string = randomUUID()): Promise<string> {
  const { status, json } = await post({ dataset, source }, key)
  if (status !== 202) throw new Error(`${status} ${JSON.stringify(json)}`)
  return json.runId as string
}

/** Undefined while a stage does not know the run, or is not there. */
export async function runAt(stage: 'ingestor' | 'indexer', runId: string): Promise<any> {
  const response = await fetch(`${stage === 'ingestor' ? ingestor : indexer}/v1/runs/${runId}`).catch(
    () => undefined,
  )
  return response?.ok ? await response.json() : undefined
}

const finished = (run?: { state: string }) =>
  run && ['succeeded', 'failed'].includes(run.state) ? run : undefined

/** The ingestor's answer once it is done with a run. */
export const ingested = (runId: string): Promise<Run> =>
  until(
    `the ingestor to finish run ${runId}`,
    async () => finished(await runAt('ingestor', runId)) as Run | undefined,
  )

/** The receipt of a run that has come through. @throws when the ingestor says that it never will */
export async function receiptOf(runId: string, seconds = 120): Promise<Receipt> {
  const run = await ingested(runId)
  if (run.state === 'failed') throw new Error(`run ${runId} failed: ${run.reason}`)
  const arrived = async () => finished(await runAt('indexer', runId)) as Receipt | undefined
  return until(`the receipt of run ${runId}`, arrived, { seconds })
}

export async function importSource(dataset: string, source: string, key?: string): Promise<Receipt> {
  return receiptOf(await startRun(dataset, source, key))
}

/** Sentences of sums that do not hold (invariant 5); none when every row has its answer. */
export const unanswered = (...receipts: Receipt[]): string[] =>
  receipts.flatMap(({ counters, reason }) => [...brokenSums(counters), ...(reason ? [reason] : [])])

/** Imports a source by the stages' HTTP side and waits for the end-to-end receipt. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, StackError } from '../local/errors.ts'
import { problemOf, refuseDeadStages, type Receipt } from '../local/run-client.ts'
import { say } from '../local/say.ts'
import { stageAddress } from '../local/servers/stages.ts'
import type { Settings } from '../local/settings.ts'

/** What the ingestor says of a run; the receipt of its end comes from the indexer. */
export interface RunAnswer extends Receipt {
  readonly source?: string
  /** the ingestor's: rows published so far */
  readonly rows?: number
  readonly landing?: { readonly key: string }
  /** the indexer's: receipts that arrived, one for each lane and route */
  readonly closed?: number
  readonly expected?: number
}

const patienceMs = 300_000
const pauseMs = 100
const progressMs = 10_000

/**
 * The same key is the same run: of one that somebody else has started, this is the receipt.
 * @throws StackError when the run fails, or does not come to its end
 */
export async function importSource(
  settings: Settings,
  dataset: string,
  source: string,
  key = `demo ${randomUUID()}`,
): Promise<Receipt> {
  const { runId } = await startRun(settings, { dataset, source }, key)
  const deadline = Date.now() + patienceMs
  const imported = await finished(settings, 'ingestor', runId, deadline)
  const receipt =
    imported.state === 'failed' ? imported : await finished(settings, 'indexer', runId, deadline)
  if (receipt.state === 'succeeded') return receipt
  throw new StackError(`The run ${runId} of ${dataset} from ${source} failed: ${receipt.reason}.`)
}

async function startRun(
  settings: Settings,
  wanted: { dataset: string; source: string },
  key: string,
): Promise<{ runId: string }> {
  const response = await fetch(`${stageAddress(settings, 'ingestor')}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(wanted),
  })
  const answer = await response.text()
  if (response.status === 202) return JSON.parse(answer) as { runId: string }
  throw new StackError(`The ingestor refused the run (${response.status}): ${problemOf(answer)}`)
}

/** Undefined while a stage does not know the run. */
export async function runAt(
  settings: Settings,
  stage: 'ingestor' | 'indexer',
  runId: string,
): Promise<RunAnswer | undefined> {
  const response = await fetch(`${stageAddress(settings, stage)}/v1/runs/${runId}`)
  return response.ok ? ((await response.json()) as RunAnswer) : undefined
}

async function finished(
  settings: Settings,
  stage: 'ingestor' | 'indexer',
  runId: string,
  deadline: number,
): Promise<Receipt> {
  let last = 'nothing'
  let told = Date.now()
  while (Date.now() < deadline) {
    const answer = await runAt(settings, stage, runId).catch(messageOf)
    if (typeof answer === 'object' && ['succeeded', 'failed'].includes(answer.state)) return answer
    if (answer !== undefined) last = typeof answer === 'string' ? answer : progressOf(answer)
    if (Date.now() - told > progressMs) {
      say(stage, last)
      told = Date.now()
    }
    refuseDeadStages(settings)
    await sleep(pauseMs)
  }
  throw new StackError(
    `The run ${runId} did not end within ${patienceMs / 1000} s; the ${stage} said last "${last}". Look at make status and make logs.`,
  )
}

const progressOf = ({ state, rows, closed, expected }: RunAnswer) =>
  closed === undefined
    ? `${state}, ${rows} rows published`
    : `${state}, ${closed} of ${expected} receipts arrived`

/** Starts a run, waits for its receipt, and shows it: a table for people on stderr, one line of JSON for programs last on stdout. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { messageOf, StackError } from './errors.ts'
import { say, seconds } from './say.ts'
import { isAlive, readRecord } from './processes/record.ts'
import { stageAddress, stageNames } from './servers/stages.ts'
import type { Settings } from './settings.ts'
import { table } from './status.ts'

export interface Receipt {
  readonly runId: string
  readonly dataset: string
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed'
  readonly reason?: string
  readonly counters?: Readonly<Record<string, number>>
}

const readingOrder =
  'read clean duplicate quarantined simulated enriched processed stored indexed superseded'.split(' ')
const pauseMs = 500
const defaultPatienceSeconds = 900

/** Resolves with what the exit code should be. */
export async function runDataset(settings: Settings): Promise<number> {
  const start = Date.now()
  const ingestor = stageAddress(settings, 'ingestor')
  const deadline = start + 1000 * Number(settings.env['TIMEOUT_SECONDS'] || defaultPatienceSeconds)
  const { runId } = await startRun(`${ingestor}/v1/runs`, settings.env)
  say('run', `${runId} started`)
  const imported = await untilFinished(settings, 'ingestor', runId, deadline)
  const receipt =
    imported.state === 'failed' ? imported : await untilFinished(settings, 'indexer', runId, deadline)
  say('run', `${receipt.state} after ${seconds(start)}`)
  process.stderr.write(`${receiptTable(receipt)}\n`)
  process.stdout.write(`${JSON.stringify(receipt)}\n`)
  return receipt.state === 'succeeded' ? 0 : 1
}

async function startRun(url: string, env: NodeJS.ProcessEnv): Promise<{ runId: string }> {
  const { DATASET: dataset, SOURCE: source, KEY: key = randomUUID() } = env
  if (!dataset) throw new StackError('Which dataset? For example: make run DATASET=earthquakes')
  const body = JSON.stringify({ dataset, ...(source ? { source: sourceUrl(source) } : {}) })
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  const response = await fetch(url, { method: 'POST', headers, body }).catch((error: unknown) => {
    throw new StackError(
      `The ingestor does not answer at ${url} (${messageOf(error)}): start the stack with make up.`,
    )
  })
  const answer = await response.text()
  if (response.status === 202) return JSON.parse(answer) as { runId: string }
  throw new StackError(`The ingestor refused the run (${response.status}): ${problemOf(answer)}`)
}

/** A path becomes a file URL, so that it means the same in the ingestor, whatever folder that runs in. */
export function sourceUrl(source: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return source
  const path = resolve(source)
  if (existsSync(path)) return pathToFileURL(path).href
  throw new StackError(`SOURCE=${source} is neither a URL nor a file: there is no ${path}.`)
}

/** application/problem+json, or whatever came instead. */
export function problemOf(answer: string): string {
  try {
    const {
      title,
      detail,
      errors = [],
    } = JSON.parse(answer) as {
      title?: string
      detail?: string
      errors?: string[]
    }
    const sentence = [title, detail].filter(Boolean).join(': ')
    return sentence ? [sentence, ...errors].join('\n  ') : answer
  } catch {
    return answer
  }
}

/** A stage that restarts, or has not heard of the run yet, is asked again. */
async function untilFinished(
  settings: Settings,
  stage: 'ingestor' | 'indexer',
  runId: string,
  deadline: number,
): Promise<Receipt> {
  const url = `${stageAddress(settings, stage)}/v1/runs/${runId}`
  let last = 'nothing'
  while (Date.now() < deadline) {
    const answer = await askOnce(url)
    if (typeof answer !== 'string' && ['succeeded', 'failed'].includes(answer.state)) return answer
    last = typeof answer === 'string' ? answer : answer.state
    refuseDeadStages(settings)
    await sleep(pauseMs)
  }
  throw new StackError(
    `The run did not end in time: the ${stage} said last "${last}" at ${url}. Look at make status and make logs SERVICE=${stage}; ` +
      'TIMEOUT_SECONDS=3600 waits longer. The run goes on, and the same KEY finds it again.',
  )
}

/** A run waits for every stage: without one of them it would wait for ever. */
export function refuseDeadStages({ runDir }: Settings): void {
  const dead = stageNames.filter((name) => {
    const record = readRecord(runDir, name)
    return record !== undefined && !isAlive(record)
  })
  if (dead.length > 0)
    throw new StackError(
      `${dead.join(' and ')} ended during the run: make logs SERVICE=${dead[0]} says why. make up starts it again, and the run goes on.`,
    )
}

async function askOnce(url: string): Promise<Receipt | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
    const answer = await response.text()
    return response.ok ? (JSON.parse(answer) as Receipt) : `${response.status} ${problemOf(answer)}`
  } catch (error) {
    return messageOf(error)
  }
}

export function receiptTable({ runId, dataset, state, reason, counters = {} }: Receipt): string {
  const head = [
    ['run', runId],
    ['dataset', dataset],
    ['state', state],
    ...(reason ? [['reason', reason]] : []),
  ]
  const others = Object.keys(counters).filter((name) => !readingOrder.includes(name))
  const known = readingOrder.filter((name) => name in counters)
  const counted = [...known, ...others].map((name) => [name, String(counters[name])])
  const width = Math.max(0, ...counted.map(([, count = '']) => count.length))
  return table([...head, ...counted.map(([name = '', count = '']) => [name, count.padStart(width)])])
}

/**
 * Starts a run, waits until it is over, and shows it: a table for people on stderr, one line of JSON for programs last on stdout. Runs of the
 * other new files of a pattern are waited for and shown likewise.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { counterNames } from '@dsf/dataset'
import { StackError } from './errors.ts'
import { ApiError, type Api } from '../client/http.ts'
import { followRun, followRuns, nowAndThen, startRun } from '../client/runs.ts'
import type { Run, Waiting, Wanted } from '../client/runs.ts'
import { say, seconds } from './say.ts'
import { isAlive, readRecord } from './processes/record.ts'
import { stageAddress, stageNames } from './servers/stages.ts'
import type { Settings } from './settings.ts'
import { table } from './status.ts'
import { readToken } from './token.ts'

const readingOrder: string[] = [...counterNames]
const defaultPatienceSeconds = 900

/** Resolves with what the exit code should be. */
export async function runDataset(settings: Settings): Promise<number> {
  const { DATASET: dataset, SOURCE: source, KEY: key = randomUUID(), FORCE: force = '' } = settings.env
  if (!dataset) throw new StackError('Which dataset? For example: make run DATASET=earthquakes')
  const forced = force !== '' && force !== '0'
  const wanted = { dataset, ...(source ? { source: sourceUrl(source) } : {}), force: forced }
  return (await understood(runAndShow(settings, wanted, key))) ? 0 : 1
}

/** Whether it, and all that follow it, have succeeded. */
async function runAndShow(settings: Settings, wanted: Wanted, key: string): Promise<boolean> {
  const start = Date.now()
  const patience = Number(settings.env['TIMEOUT_SECONDS'] || defaultPatienceSeconds)
  const { runId } = await startRun(apiOf(settings), wanted, key)
  say('run', `${runId} started`)
  let succeeded = true
  for await (const run of followRuns(apiOf(settings), runId, () => waitingOf(settings, patience))) {
    say('run', `${run.state} after ${seconds(start)}`)
    process.stderr.write(`${receiptTable(run)}\n`)
    process.stdout.write(`${JSON.stringify(run)}\n`)
    succeeded &&= run.state === 'succeeded'
  }
  return succeeded
}

/**
 * The same key is the same run: of one that somebody else has started, this is the end.
 * @throws StackError when it is refused, or does not come to its end in time
 */
export async function runToItsEnd(
  settings: Settings,
  wanted: Wanted,
  key: string,
  patienceSeconds: number,
): Promise<Run> {
  const { runId } = await understood(startRun(apiOf(settings), wanted, key))
  return understood(followRun(apiOf(settings), runId, waitingOf(settings, patienceSeconds)))
}

const waitingOf = (settings: Settings, seconds: number): Waiting => ({
  seconds,
  tell: nowAndThen(10, (seen) => say('run', seen)),
  hope: () => refuseDeadStages(settings),
})

/** @throws StackError in place of an ApiError */
async function understood<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new StackError(
      error.status
        ? `The ingestor refused the run: ${error.message}`
        : `${error.message}: start the stack with make up.`,
    )
  }
}

/** Of the local stack. */
export const apiOf = (settings: Settings): Api => ({
  url: stageAddress(settings, 'ingestor'),
  token: readToken(),
})

/** A path becomes a file URL, so that it means the same in the ingestor, whatever folder that runs in. */
export function sourceUrl(source: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return source
  const path = resolve(source)
  if (existsSync(path)) return pathToFileURL(path).href
  throw new StackError(`The source ${source} is neither a URL nor a file: there is no ${path}.`)
}

/** A run waits for every stage: without one of them it would wait for ever. */
function refuseDeadStages({ runDir }: Settings): void {
  const dead = stageNames.filter((name) => {
    const record = readRecord(runDir, name)
    return record !== undefined && !isAlive(record)
  })
  if (dead.length > 0)
    throw new StackError(
      `${dead.join(' and ')} ended during the run: make logs SERVICE=${dead[0]} says why. make up starts it again, and the run goes on.`,
    )
}

export function receiptTable({
  runId,
  dataset,
  state,
  reason,
  unchanged,
  findings = [],
  counters,
}: Pick<Run, 'runId' | 'dataset' | 'state' | 'reason' | 'unchanged' | 'findings' | 'counters'>): string {
  const head = [
    ['run', runId],
    ['dataset', dataset],
    ['state', state],
    ...(reason ? [['reason', reason]] : []),
    ...(unchanged
      ? [['unchanged', `since ${unchanged.since}, by ${unchanged.by}: FORCE=1 reads it again`]]
      : []),
    ...findings.map((finding) => ['finding', finding]),
  ]
  const others = Object.keys(counters).filter((name) => !readingOrder.includes(name))
  const known = readingOrder.filter((name) => name in counters)
  const counted = [...known, ...others].map((name) => [name, String(counters[name])])
  const width = Math.max(0, ...counted.map(([, count = '']) => count.length))
  return table([...head, ...counted.map(([name = '', count = '']) => [name, count.padStart(width)])])
}

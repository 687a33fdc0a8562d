/** Starts a run, waits for its receipt, and shows it: a table for people on stderr, one line of JSON for programs last on stdout. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { counterNames } from '@dsf/dataset'
import { StackError } from './errors.ts'
import { endsOf, nowAndThen, startRun, untilEnded, type Receipt } from './follow-run.ts'
import { say, seconds } from './say.ts'
import { isAlive, readRecord } from './processes/record.ts'
import { stageNames } from './servers/stages.ts'
import type { Settings } from './settings.ts'
import { table } from './status.ts'

const readingOrder: string[] = [...counterNames]
const defaultPatienceSeconds = 900

/** Resolves with what the exit code should be. */
export async function runDataset(settings: Settings): Promise<number> {
  const start = Date.now()
  const ends = endsOf(settings)
  const { DATASET: dataset, SOURCE: source, KEY: key = randomUUID() } = settings.env
  if (!dataset) throw new StackError('Which dataset? For example: make run DATASET=earthquakes')
  const runId = await startRun(
    ends.ingestor,
    { dataset, ...(source ? { source: sourceUrl(source) } : {}) },
    key,
  )
  say('run', `${runId} started`)
  const receipt = await untilEnded(ends, runId, {
    seconds: Number(settings.env['TIMEOUT_SECONDS'] || defaultPatienceSeconds),
    pauseMs: 500,
    tell: nowAndThen(10, (seen) => say('run', seen)),
    hope: () => refuseDeadStages(settings),
  })
  say('run', `${receipt.state} after ${seconds(start)}`)
  process.stderr.write(`${receiptTable(receipt)}\n`)
  process.stdout.write(`${JSON.stringify(receipt)}\n`)
  return receipt.state === 'succeeded' ? 0 : 1
}

/** A path becomes a file URL, so that it means the same in the ingestor, whatever folder that runs in. */
export function sourceUrl(source: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return source
  const path = resolve(source)
  if (existsSync(path)) return pathToFileURL(path).href
  throw new StackError(`The source ${source} is neither a URL nor a file: there is no ${path}.`)
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

/** A run as a client sees it: the ingestor says how far the import has come, the indexer has the receipt of what came through. */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, StackError } from './errors.ts'
import { stageAddress } from './servers/stages.ts'
import type { Settings } from './settings.ts'
import { bearer } from './token.ts'

export interface Receipt {
  readonly runId: string
  readonly dataset: string
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed'
  readonly reason?: string
  readonly counters?: Readonly<Record<string, number>>
}

export interface Run extends Receipt {
  readonly source?: string
  /** published so far */
  readonly rows?: number
  readonly landing?: { readonly key: string }
  /** receipts that reached the indexer, one for each lane and route */
  readonly closed?: number
  readonly expected?: number
}

/** Where both ends of the flow answer. */
export interface Ends {
  readonly ingestor: string
  readonly indexer: string
}

export const endsOf = (settings: Settings): Ends => ({
  ingestor: stageAddress(settings, 'ingestor'),
  indexer: stageAddress(settings, 'indexer'),
})

/**
 * How far a run has come. That the ingestor is done with it is not yet success: the receipt says so.
 * @throws Error with the sentence of the end that cannot tell
 */
export async function lookAt({ ingestor, indexer }: Ends, runId: string): Promise<Run> {
  const imported = await runAt(ingestor, runId)
  if (!imported) throw new Error(`no run has the id "${runId}"`)
  if (imported.state !== 'succeeded') return imported
  return { ...imported, state: 'running', ...(await runAt(indexer, runId)) }
}

/** The same key is the same run. @throws StackError when the ingestor refuses it, or does not answer */
export async function startRun(
  ingestor: string,
  wanted: { dataset: string; source?: string },
  key: string,
): Promise<string> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key, ...bearer() }
  const request = { method: 'POST', headers, body: JSON.stringify(wanted) }
  const response = await fetch(`${ingestor}/v1/runs`, request).catch((error: unknown) => {
    throw new StackError(
      `The ingestor does not answer at ${ingestor} (${messageOf(error)}): start the stack with make up.`,
    )
  })
  const answer = await response.text()
  if (response.status === 202) return (JSON.parse(answer) as Run).runId
  throw new StackError(`The ingestor refused the run (${response.status}): ${problemOf(answer)}`)
}

/** Undefined while that end does not know the run. */
export async function runAt(url: string, runId: string): Promise<Run | undefined> {
  const address = `${url}/v1/runs/${encodeURIComponent(runId)}`
  const response = await fetch(address, { headers: bearer(), signal: AbortSignal.timeout(10_000) }).catch(
    (error: unknown) => {
      throw new Error(`nobody answers at ${url} (${messageOf(error)})`)
    },
  )
  const answer = await response.text()
  if (response.ok) return JSON.parse(answer) as Run
  if (response.status === 404) return undefined
  throw new Error(`${address} answers ${response.status} ${problemOf(answer)}`)
}

export interface Waiting {
  readonly seconds: number
  readonly pauseMs: number
  /** told at each look what was seen */
  readonly tell: (seen: string) => void
  /** throws when there is no use in waiting */
  readonly hope?: () => void
}

/** Waits until the receipt is whole, or the run has failed. An end that restarts, or has not heard of the run yet, is asked again. */
export async function untilEnded(ends: Ends, runId: string, waiting: Waiting): Promise<Run> {
  const { seconds, pauseMs, tell, hope } = waiting
  const deadline = Date.now() + seconds * 1000
  let last = 'nothing'
  while (Date.now() < deadline) {
    const seen = await lookAt(ends, runId).catch(messageOf)
    if (typeof seen === 'object' && ['succeeded', 'failed'].includes(seen.state)) return seen
    last = typeof seen === 'string' ? seen : progressOf(seen)
    tell(last)
    hope?.()
    await sleep(pauseMs)
  }
  throw new StackError(
    `The run ${runId} did not end within ${seconds} s, and goes on; what was seen last is "${last}".`,
  )
}

const progressOf = ({ state, rows = 0, closed, expected }: Run) =>
  closed === undefined
    ? `${state}, ${rows} rows published`
    : `${state}, ${closed} of ${expected} receipts arrived`

/** A listener that hears the same thing once, and news not more often than every so many seconds. */
export function nowAndThen(seconds: number, tell: (seen: string) => void): (seen: string) => void {
  let told = Date.now()
  let before = ''
  return (seen) => {
    if (seen === before || Date.now() - told < seconds * 1000) return
    told = Date.now()
    before = seen
    tell(seen)
  }
}

interface Problem {
  readonly title?: string
  readonly detail?: string
  readonly errors?: readonly string[]
}

/** application/problem+json, or whatever came instead. */
export function problemOf(answer: string): string {
  try {
    const { title, detail, errors = [] } = JSON.parse(answer) as Problem
    const sentence = [title, detail].filter(Boolean).join(': ')
    return sentence ? [sentence, ...errors].join('\n  ') : answer
  } catch {
    return answer
  }
}

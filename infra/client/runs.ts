/** Runs over HTTP: the one client of `/v1/runs` in TypeScript. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, ApiError, type Api } from './http.ts'

export interface Run {
  readonly runId: string
  readonly dataset: string
  readonly type: 'import' | 'replay'
  readonly source?: string
  /** what a source with a date or a pattern in it became */
  readonly address?: string
  /** new files of its pattern behind this one, and the run that reads the first of them */
  readonly waiting?: number
  readonly next?: string
  readonly state: 'queued' | 'fetching' | 'publishing' | 'processing' | 'succeeded' | 'failed' | 'cancelled'
  readonly reason?: string
  /** of an import whose file was the one of another run before, which brought its rows */
  readonly unchanged?: { readonly since: string; readonly by: string }
  readonly times: Readonly<Record<string, string>>
  readonly fetched: { readonly bytes: number; readonly bytesPerSecond?: number }
  readonly landing?: { readonly key: string; readonly bytes: number; readonly sha256: string }
  /** that the file was read in, where that is not UTF-8 */
  readonly encoding?: string
  /** what is worth a look: a header that changed, and what the definition lets pass */
  readonly findings?: readonly string[]
  /** published so far */
  readonly rows: number
  /** receipts that arrived, of those expected */
  readonly closed: number
  readonly expected: number
  readonly counters: Readonly<Record<string, number>>
}

export const isOver = ({ state }: Pick<Run, 'state'>): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled'

export interface Wanted {
  readonly dataset: string
  readonly source?: string
  readonly force?: boolean
}

/** The same key is the same run; without one it is a run of its own. @throws ApiError when it is refused, or nobody answers */
export function startRun(api: Api, wanted: Wanted, key?: string): Promise<Run> {
  return ask(api, '/v1/runs', { body: wanted, headers: keyed(key) })
}

/** An empty key is sent too: the ingestor says what is wrong with it. */
export const keyed = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { 'idempotency-key': key }

/** As it is, or as it is when it is over, at the latest after so many seconds. @throws ApiError, with 404 for one that nobody knows */
export function getRun(api: Api, runId: string, waitSeconds = 0): Promise<Run> {
  const query = waitSeconds > 0 ? `?wait=${waitSeconds}` : ''
  return ask(api, `/v1/runs/${encodeURIComponent(runId)}${query}`, { waitSeconds })
}

/** Undefined for one that nobody knows. */
export function findRun(api: Api, runId: string): Promise<Run | undefined> {
  return getRun(api, runId).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  })
}

export interface RunList {
  readonly runs: readonly Run[]
  /** the cursor of the next page */
  readonly next?: string
}

/** Newest first. */
export function listRuns(api: Api, query: Readonly<Record<string, string>>): Promise<RunList> {
  return ask(api, `/v1/runs?${new URLSearchParams(query)}`)
}

/** @throws ApiError, with 409 for a run that is over */
export function cancelRun(api: Api, runId: string): Promise<Run> {
  return ask(api, `/v1/runs/${encodeURIComponent(runId)}`, { method: 'DELETE' })
}

export interface Waiting {
  readonly seconds: number
  /** told at each look what was seen; one look takes until the run is over, or so many seconds */
  readonly tell?: (seen: string) => void
  readonly lookSeconds?: number
  /** throws when there is no use in waiting */
  readonly hope?: () => void
}

/** From one look to the next at least, where one is answered at once: nobody is there, or too many wait already. */
const pauseMs = 250

/** Waits until a run is over, whatever becomes of the ingestor meanwhile. @throws Error when it does not come to that in time */
export async function followRun(api: Api, runId: string, waiting: Waiting): Promise<Run> {
  const { seconds, tell, hope, lookSeconds = 10 } = waiting
  const deadline = Date.now() + seconds * 1000
  let last = 'nothing'
  for (let left = seconds; left > 0; left = (deadline - Date.now()) / 1000) {
    const began = performance.now()
    const seen = await getRun(api, runId, Math.min(lookSeconds, left)).catch(away)
    if (typeof seen === 'object' && isOver(seen)) return seen
    last = typeof seen === 'string' ? seen : progressOf(seen)
    tell?.(last)
    hope?.()
    await sleep(Math.max(0, Math.min(pauseMs - (performance.now() - began), deadline - Date.now())))
  }
  throw new Error(
    `The run ${runId} did not end within ${seconds} s, and goes on; what was seen last is "${last}".`,
  )
}

/** The run when it is over, and then likewise each that the one before asked for, as a pattern has one for each file. */
export async function* followRuns(
  api: Api,
  runId: string,
  waitingFor: (runId: string) => Waiting,
): AsyncGenerator<Run, void> {
  for (let id: string | undefined = runId; id !== undefined;) {
    const run: Run = await followRun(api, id, waitingFor(id))
    yield run
    id = run.next
  }
}

/** What waiting may mend: nobody there, not ready yet, or an instance that has not heard of the run yet. */
function away(error: unknown): string {
  const { status } = error as ApiError
  if (!(error instanceof ApiError) || (status !== undefined && status < 500 && status !== 404)) throw error
  return error.message
}

function progressOf({ state, fetched, rows, closed, expected }: Run): string {
  if (state === 'fetching')
    return `fetching, ${fetched.bytes} bytes so far, ${fetched.bytesPerSecond} a second`
  if (state === 'processing') return `processing, ${closed} of ${expected} receipts arrived`
  return state === 'publishing' ? `publishing, ${rows} rows so far` : state
}

/** A listener that hears the same thing once, and news not more often than every so many seconds. */
export function nowAndThen(seconds: number, tell: (seen: string) => void): (seen: string) => void {
  let toldAt = Date.now()
  let before = ''
  return (seen) => {
    if (seen === before || Date.now() - toldAt < seconds * 1000) return
    toldAt = Date.now()
    before = seen
    tell(seen)
  }
}

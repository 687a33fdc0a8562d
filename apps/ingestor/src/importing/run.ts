import type { Counters } from '@dsf/dataset'
import type { Drift, SeenHeader } from '../reading/header-drift.ts'
import { parseReplay, type Replay } from '../refused/selection.ts'
import type { FilesRead } from './new-files.ts'
import type { SameBy } from '../sources/source-client.ts'

/** What is asked of a run: an import of a source, or a replay of refused rows. */
export interface RunRequest {
  run: string
  type: 'import' | 'replay'
  source: string | null
  replay: Replay | null
  requested_at: number
  /** reads a file again that did not change */
  force?: boolean
}

/** As a record of the topic `requests`. */
export type Request = RunRequest | (Omit<RunRequest, 'type'> & { type: 'cancel' })

export const runStates = [
  'queued',
  'fetching',
  'publishing',
  'processing',
  'succeeded',
  'failed',
  'cancelled',
] as const
export type RunState = (typeof runStates)[number]

/** The file that the rows of an import are of, and by which definition they were read. */
export interface FileRead {
  etag: string | null
  modified: string | null
  redirected: string | null
  bytes: number
  sha256: string
  definition: string
}

/** Of an import whose file was the one of a run before: that run, and by what the file is known to be the same. */
export interface UnchangedSince {
  since: string
  by: SameBy
}

/** Where it stands. Times are ms since 1970. */
interface Standing {
  state: RunState
  reason: string | null
  /** the number of its fetch among those of the dataset; 0 before it */
  turn: number
  /** by whoever asked for it last: later than `requested_at` where it was asked for again while it was at work */
  asked_at: number
  fetching_at: number | null
  publishing_at: number | null
  /** all rows are on their way */
  processing_at: number | null
  cancel_at: number | null
  ended_at: number | null
}

/** What its fetch brought. */
interface Fetched {
  /** key of the landing object, once it is complete */
  landing: string | null
  landing_bytes: number
  bytes_per_second: number
  landing_sha256: string | null
  file: FileRead | null
  unchanged: UnchangedSince | null
  /** what a source with a date or a pattern in it became */
  address: string | null
  /** of a source with a pattern: what was read of it, this file included. Counts once all rows are on their way; one run has it then */
  files: FilesRead | null
  /** new files of its pattern behind this one */
  waiting: number
  /** the run that was asked for to read them */
  next: string | null
}

/** How its rows are read, and how far they are. */
export interface ReadSoFar {
  /** of the file, as it was read */
  encoding: string | null
  /** SHA-256 of what of the definition its file is cut into rows by, once that began */
  cut_by: string | null
  /** as it was taken; kept with the last run that took one */
  header: SeenHeader | null
  drift: Drift | null
  /** rows and lines that the definition lets pass, by what it lets pass */
  tolerated: Record<string, number>
  /** decompressed position of the next unread row */
  byte: number
  row: number
  /** by lane */
  read: number[]
  quarantined: number[]
}

/** What its receipts say. */
interface Received {
  /** `<lane>.<route>` of each that arrived */
  closed: string[]
  counters: Counters
  /** ms in the slowest lane, by stage */
  durations: Record<string, number>
}

/** A run as the topic `runs` has it: what is known of it, and where it goes on after a crash. */
export interface Run extends RunRequest, Standing, Fetched, ReadSoFar, Received {
  force: boolean
}

/** A run, and whose it is. */
export interface Known {
  dataset: string
  run: Run
}

export function newRun(request: RunRequest, lanes: number): Run {
  const { run, type, source, replay, requested_at, force = false } = asOrder(request)
  return {
    ...{ run, type, source, replay, requested_at, force },
    ...{ state: 'queued', reason: null, turn: 0, asked_at: requested_at },
    ...{ fetching_at: null, publishing_at: null, processing_at: null, cancel_at: null, ended_at: null },
    ...{ landing: null, landing_bytes: 0, bytes_per_second: 0, landing_sha256: null },
    ...{ file: null, unchanged: null, address: null, files: null, waiting: 0, next: null },
    ...{ encoding: null, cut_by: null, header: null, drift: null, tolerated: {}, byte: 0, row: 0 },
    read: Array<number>(lanes).fill(0),
    quarantined: Array<number>(lanes).fill(0),
    ...{ closed: [], counters: {}, durations: {} },
  }
}

export const isOver = ({ state }: Pick<Run, 'state'>): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled'

/** Whether there is something of it to fetch or to publish. */
export const isOpen = ({ state }: Pick<Run, 'state'>): boolean =>
  state === 'queued' || state === 'fetching' || state === 'publishing'

/**
 * Whether a request begins a run anew: one that nobody knows, or one that failed before its first row and was asked for
 * again since. Behind a row there is no way back, because other stages have it.
 */
export const begins = (known: Run | undefined, { requested_at }: RunRequest): boolean =>
  known === undefined || (canStartAgain(known) && requested_at > known.asked_at)

/** Rows that a replay took are not refused any more once they are on their way; they are again when it fails. */
export const takenBy = ({ state, replay }: Run): Replay[] =>
  replay && (state === 'processing' || state === 'succeeded') ? [replay] : []

export const canStartAgain = ({ state, row }: Pick<Run, 'state' | 'row'>): boolean =>
  state === 'failed' && row === 0

/** Somebody asked for the end: at once where nothing is in work, else whoever works at it ends it at its next transaction. */
export function cancel(run: Run, now: number): Run {
  if (isOver(run)) return run
  const asked = { ...run, cancel_at: run.cancel_at ?? now }
  const isInWork = run.state === 'fetching' || run.state === 'publishing'
  return isInWork ? asked : { ...asked, state: 'cancelled', ended_at: now }
}

/** A record of the topic `runs`, also of one that was written before a run had its receipts, or the time of its last request. */
export function asRun(record: Record<string, unknown>): Run {
  const order = asOrder(record as unknown as Omit<Run, 'asked_at'> & { asked_at: number | null })
  const run = { ...order, asked_at: order.asked_at ?? order.requested_at }
  if ((run.state as string) === 'running') return { ...run, state: run.landing ? 'publishing' : 'queued' }
  return run
}

/** Also of what was asked before a replay had its own type. */
function asOrder<T extends RunRequest>(order: T): T {
  const old = parseReplay(order.source ?? '')
  return old ? { ...order, type: 'replay', source: null, replay: old } : order
}

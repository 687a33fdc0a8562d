import { setTimeout as sleep } from 'node:timers/promises'
import type { Dataset } from '@dsf/dataset'
import { crashPoint, TransientError, type LaneWork, type Result } from '@dsf/stage'
import type { Importer } from './importer.ts'
import { landQuarantine } from './land-quarantine.ts'
import { definitionOf, filesBefore, knownBefore, unchanged } from './known-file.ts'
import { followFiles } from './follow-files.ts'
import type { Limits } from './which-file.ts'
import { landSource, type Landed, type Landing, type Unchanged } from './land-source.ts'
import { UnreadableFileError } from '../reading/unreadable-file.ts'
import { publications } from './publications.ts'
import type { Publication } from './publish-rows.ts'
import { receiptsOf } from './run-receipts.ts'
import { isOver, type Run } from './run.ts'
import type { RunStates } from './run-state.ts'
import { serverOf } from '../sources/source-access.ts'
import { driftBetween, tellDrift } from '../reading/header-drift.ts'
import { HeaderError } from '../reading/header-error.ts'
import { SourceError } from '../source-error.ts'

export type Work = LaneWork<RunStates>

/** Milliseconds until the first look at how far a source has come, which a quick one does not live to see, and between two of them. */
const looks = { first: 500, every: 2000 }

/** Works at the runs of a dataset, one after the other, in the order in which they were asked for. */
export async function importRuns(importer: Importer, lane: Work): Promise<void> {
  while (!lane.signal.aborted) {
    const next = lane.state.next()
    if (next) await importRun(importer, lane, next.run)
    else await lane.idle()
  }
}

/**
 * Brings a run to where its rows are on their way: a transaction for the landing, and one for each part of its rows, with the position
 * behind them; the last one has the receipts too. Called again it goes on from there.
 */
export async function importRun(importer: Importer, lane: Work, id: string): Promise<void> {
  using stop = stopOf(lane, id)
  try {
    if (runOf(lane, id).landing === null) await fetchRun(importer, lane, id, stop.signal)
    if (runOf(lane, id).unchanged === null) await publishRun(importer, lane, id, stop.signal)
  } catch (error) {
    lane.signal.throwIfAborted()
    const run = lane.state.get(id)
    if (!run) return
    if (run.cancel_at !== null) return await end(lane, id, { state: 'cancelled' })
    if (!isSourceFailure(error) || (run.landing !== null && error instanceof SourceError))
      throw landingFailure(error)
    lane.log.warn({ dataset: lane.dataset.name, run: id, reason: error.message }, 'import failed')
    await end(lane, id, { state: 'failed', ...refusal(lane, id, error) })
  }
}

/** A header that is refused is told with what changed, since it was last taken. */
function refusal({ state }: Work, id: string, error: Error): Pick<Run, 'drift'> & { reason: string } {
  const header = error instanceof HeaderError ? error.header : undefined
  const drift = header && driftBetween(state.withHeader(id)?.header ?? null, header, 'refused')
  return { reason: drift ? `${error.message}; ${tellDrift(drift)}` : error.message, drift: drift ?? null }
}

const runOf = ({ state }: Work, id: string): Run => state.get(id)!

/** Aborted when the lane is lost, or somebody asked for the end of the run, which may be forgotten soon after. */
function stopOf(lane: Work, id: string): Disposable & { signal: AbortSignal } {
  const cancelled = new AbortController()
  const look = () => {
    if (lane.state.get(id)?.cancel_at !== null) cancelled.abort()
  }
  look()
  const signal = AbortSignal.any([lane.signal, cancelled.signal])
  return { signal, [Symbol.dispose]: lane.onCommit(look) }
}

/** What is wrong with the source fails the run with its sentence; everything else is a failing server, or ours. */
const isSourceFailure = (error: unknown): error is Error =>
  error instanceof SourceError || error instanceof UnreadableFileError

/** The landing was whole when it was written: a stream of it that breaks is the store's failure, not the source's. */
const landingFailure = (error: unknown): unknown =>
  error instanceof SourceError
    ? new TransientError(`reading the landing object: ${error.message}`, { cause: error })
    : error

/** A transaction that changes the run, and writes what belongs to that; nothing if it was cancelled before its turn came. */
function save(lane: Work, id: string, change: (run: Run) => Partial<Run>, rest: Result = {}): Promise<void> {
  return lane.transact((state) => {
    const run = state.get(id)
    if (!run || isOver(run)) return {}
    const turn = run.turn || (state.before(id)?.turn ?? 0) + 1
    const next = { ...run, turn, ...change(run) }
    followFiles(state, lane.dataset, next, Date.now())
    // one run has it, however many there are
    const other = next.header && !run.header ? state.withHeader(id) : undefined
    if (other) state.set({ ...state.get(other.run)!, header: null })
    state.set(next)
    return { ...rest, out: { ...rest.out, runs: state.changes() } }
  })
}

/** Rows that are on their way get their receipts, so that every lane closes what it has counted for the run. */
function end(
  lane: Work,
  id: string,
  how: Pick<Run, 'state'> & { reason?: string; drift?: Run['drift'] },
): Promise<void> {
  const now = Date.now()
  const run = runOf(lane, id)
  const receipts = run.row > 0 ? receiptsOf(lane.dataset, run, now) : []
  return save(lane, id, () => ({ ...how, ended_at: now, files: null }), { receipts })
}

/** What is imported, as it stands in the store from then on. It waits for a place, and for its host to be free. */
async function fetchRun(importer: Importer, lane: Work, id: string, signal: AbortSignal): Promise<void> {
  const host = serverOf(lane.dataset, runOf(lane, id).source ?? '')
  using _ = await lane.resting(() => importer.fetching.take(signal, host))
  const fetching_at = Date.now()
  let bytes = 0
  const came = (total: number) => {
    bytes = total
    lane.heard()
    crashPoint('while-fetching')
  }
  const over = new AbortController()
  const before = knownBefore(lane.state, lane.dataset, runOf(lane, id))
  const read = filesBefore(lane.state, runOf(lane, id))
  const landing = land(importer, lane, runOf(lane, id), {
    ...{ before, read, came, signal: AbortSignal.any([signal, over.signal]) },
  })
  const telling = tell(
    over.signal,
    () => bytes,
    (seen) => save(lane, id, () => ({ ...seen, state: 'fetching', fetching_at })),
  )
  const landed = await Promise.race([landing, telling]).finally(() => {
    over.abort()
    return Promise.allSettled([landing, telling])
  })
  const arrived = 'same' in landed ? unchanged(landed, (before ?? read)!) : fetched(lane.dataset, landed)
  // a file that is not read has the header that it had
  const header = 'same' in landed ? (lane.state.withHeader(id)?.header ?? null) : null
  await save(lane, id, () => ({ ...arrived, header, fetching_at }))
  crashPoint('after-landing')
}

/** What a run is once its file is here. */
function fetched(dataset: Dataset, landed: Landing | Landed): Partial<Run> {
  const now = Date.now()
  const { landing, landing_bytes, landing_sha256 } = landed
  const place = { landing, landing_bytes, landing_sha256 }
  if (!('etag' in landed)) return { ...place, state: 'publishing', publishing_at: now }
  const { etag, modified, redirected, address = null, files = null, waiting = 0 } = landed
  const version = { etag, modified, redirected, bytes: landing_bytes, sha256: landing_sha256 }
  return {
    ...{ ...place, state: 'publishing', publishing_at: now, address, files, waiting },
    file: { ...version, definition: definitionOf(dataset) },
  }
}

/** Tells now and then how much has come, until it is over. */
async function tell(
  over: AbortSignal,
  sofar: () => number,
  told: (seen: Pick<Run, 'landing_bytes' | 'bytes_per_second'>) => Promise<void>,
): Promise<never> {
  for (let before = 0, ms = looks.first; ; ms = looks.every) {
    await sleep(ms, undefined, { signal: over })
    const landing_bytes = sofar()
    await told({
      landing_bytes,
      bytes_per_second: Math.max(0, Math.round(((landing_bytes - before) * 1000) / ms)),
    })
    before = landing_bytes
  }
}

function land(
  { store, limits, topics }: Importer,
  { dataset, state }: Work,
  run: Run,
  { came, ...more }: Pick<Limits, 'before' | 'read'> & { signal: AbortSignal; came: (bytes: number) => void },
): Promise<Landing | Landed | Unchanged> {
  if (run.replay === null) {
    const { source, requested_at } = run
    const asked = { run: run.run, source: source!, requested_at }
    return landSource(store, dataset, asked, { ...limits, ...more }, came)
  }
  const replay = { replay: run.replay, before: state.replays() }
  return landQuarantine({ store, topics: topics! }, dataset, run.run, replay, { signal: more.signal, came })
}

/** Each part waits for a place of its own, so that a long run does not hold up those behind it. */
async function publishRun(importer: Importer, lane: Work, id: string, signal: AbortSignal): Promise<void> {
  const { dataset, state } = lane
  const before = state.withHeader(id)?.header ?? null
  const parts = publications(importer, dataset, runOf(lane, id), { find: (run) => state.get(run), before })
  try {
    for (let isLast = false; !isLast;) {
      using _ = await lane.resting(() => importer.publishing.take(signal))
      const part = (await parts.next()).value!
      signal.throwIfAborted()
      lane.heard()
      await publish(lane, id, part)
      isLast = part.isLast
    }
  } finally {
    await parts.return(undefined)
  }
}

function publish(
  lane: Work,
  id: string,
  { raw, quarantine, counts, run, isLast }: Publication,
): Promise<void> {
  const { byte, row, read, quarantined, encoding, cut_by, header, drift, tolerated } = run
  const definition = definitionOf(lane.dataset)
  // a definition that changed half-way read none of the file whole
  const file = run.file && { ...run.file, definition: run.file.definition === definition ? definition : '' }
  const progress = { byte, row, read, quarantined, encoding, file, cut_by, header, drift, tolerated }
  const out = { raw, quarantine }
  if (!isLast) return save(lane, id, () => progress, { out, counts })
  const now = Date.now()
  const receipts = receiptsOf(lane.dataset, run, now)
  const last = ({ cancel_at }: Run): Partial<Run> =>
    cancel_at === null
      ? { ...progress, state: 'processing', processing_at: now }
      : { ...progress, state: 'cancelled', ended_at: now }
  return save(lane, id, last, { out, counts, receipts })
}

import { TransientError } from '@dsf/stage'
import { fetchRun } from './fetch-run.ts'
import type { Importer } from './importer.ts'
import { publishRun } from './publish-run.ts'
import { receiptsOf } from './run-receipts.ts'
import type { Run } from './run.ts'
import { runOf, saveRun, type Work } from './save-run.ts'
import { driftBetween, tellDrift } from '../reading/header-drift.ts'
import { HeaderError } from '../reading/header-error.ts'
import { UnreadableFileError } from '../reading/unreadable-file.ts'
import { SourceError } from '../source-error.ts'

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
    await endOrThrow(lane, id, error)
  }
}

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
async function endOrThrow(lane: Work, id: string, error: unknown): Promise<void> {
  const run = lane.state.get(id)
  if (!run) return
  if (run.cancel_at !== null) return await end(lane, id, { state: 'cancelled' })
  if (!isSourceFailure(error) || (run.landing !== null && error instanceof SourceError))
    throw landingFailure(error)
  lane.log.warn({ dataset: lane.dataset.name, run: id, reason: error.message }, 'import failed')
  await end(lane, id, { state: 'failed', ...refusal(lane, id, error) })
}

const isSourceFailure = (error: unknown): error is Error =>
  error instanceof SourceError || error instanceof UnreadableFileError

/** The landing was whole when it was written: a stream of it that breaks is the store's failure, not the source's. */
const landingFailure = (error: unknown): unknown =>
  error instanceof SourceError
    ? new TransientError(`reading the landing object: ${error.message}`, { cause: error })
    : error

/** A header that is refused is told with what changed, since it was last taken. */
function refusal({ state }: Work, id: string, error: Error): Pick<Run, 'drift'> & { reason: string } {
  const header = error instanceof HeaderError ? error.header : undefined
  const drift = header && driftBetween(state.withHeader(id)?.header ?? null, header, 'refused')
  return { reason: drift ? `${error.message}; ${tellDrift(drift)}` : error.message, drift: drift ?? null }
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
  return saveRun(lane, id, () => ({ ...how, ended_at: now, files: null }), { receipts })
}

import { hash } from 'node:crypto'
import type { Dataset } from '@dsf/dataset'
import { newRun, type Run } from './run.ts'
import type { RunStates } from './run-state.ts'

/**
 * What follows once all rows of a file of a pattern are on their way: it counts as read, and where other new files wait, the run that reads the
 * next one is asked for, so that a backlog does not wait for a schedule. A file that fails its run is asked for again by the next one, which
 * others ask for: nothing goes on by itself behind a failure.
 * @param run as it is to be saved, to which the next one is added
 */
export function followFiles(
  state: RunStates,
  { lanes }: Pick<Dataset, 'lanes'>,
  run: Run,
  now: number,
): void {
  const { files, processing_at, source, waiting } = run
  if (!files || processing_at === null || state.get(run.run)?.processing_at !== null) return
  // one run has it
  const before = state.withFiles(files.pattern)
  if (before && before.run !== run.run) state.set({ ...state.get(before.run)!, files: null })
  if (waiting === 0 || state.isAskedFor(source, run.run)) return
  run.next = hash('md5', `${run.run}\nnext`)
  const wanted = { run: run.next, type: 'import' as const, source, replay: null, requested_at: now }
  state.set(newRun(wanted, lanes))
  state.prune(now)
}

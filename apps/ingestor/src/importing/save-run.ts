import type { LaneWork, Result } from '@dsf/stage'
import { followFiles } from './follow-files.ts'
import { isOver, type Run } from './run.ts'
import type { RunStates } from './run-state.ts'

/** What a lane gives to whoever works at its runs. */
export type Work = LaneWork<RunStates>

/** As it stands now: each transaction may have changed it. */
export const runOf = ({ state }: Work, id: string): Run => state.get(id)!

/** A transaction that changes the run, and writes what belongs to that; nothing if it was cancelled before its turn came. */
export function saveRun(
  lane: Work,
  id: string,
  change: (run: Run) => Partial<Run>,
  rest: Result = {},
): Promise<void> {
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

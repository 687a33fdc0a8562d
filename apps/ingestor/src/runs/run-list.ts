import type { Known, Run, RunState } from '../importing/run.ts'

/** Which runs are listed, newest first. `before` is the last one of the page before. */
export interface RunQuery {
  dataset?: string
  state?: RunState
  limit: number
  before?: { requestedAt: number; run: string }
}

/** One more than asked for, where there is one. Those that are on no page are not sorted, because they may be many. */
export function pageOfRuns(runs: Iterable<Known>, query: RunQuery): Known[] {
  const { limit } = query
  const page: Known[] = []
  for (const known of runs) {
    const { run } = known
    const last = page[limit]?.run
    if (!isWanted(query, known) || (last && isOlder(run, placeOf(last)))) continue
    const at = page.findIndex((other) => isOlder(other.run, placeOf(run)))
    page.splice(at < 0 ? page.length : at, 0, known)
    if (page.length > limit + 1) page.pop()
  }
  return page
}

const isWanted = ({ dataset, state, before }: RunQuery, known: Known): boolean =>
  (dataset === undefined || known.dataset === dataset) &&
  (state === undefined || known.run.state === state) &&
  (before === undefined || isOlder(known.run, before))

const placeOf = ({ requested_at: requestedAt, run }: Run) => ({ requestedAt, run })

const isOlder = (run: Run, than: { requestedAt: number; run: string }): boolean =>
  run.requested_at < than.requestedAt || (run.requested_at === than.requestedAt && run.run < than.run)

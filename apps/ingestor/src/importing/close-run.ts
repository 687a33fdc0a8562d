import { addCounters, brokenSums, counterNames, readers, routesFrom } from '@dsf/dataset'
import type { Receipt } from '@dsf/stage'
import { isOver, type Run } from './run.ts'

/** Routes on which a run's receipts arrive; its rows are through when every lane was closed on each. */
const routes = routesFrom('raw')

export const expectedReceipts = ({ read }: Pick<Run, 'read'>): number => read.length * routes.length

/** More refused rows than these, by share and by count, fail an import. */
export interface Ceiling {
  maxRefusedShare: number
  maxRefusedRows: number
}

/** Adds what a receipt counts. The last one ends the run, if nobody ended it before. */
export function close(run: Run, receipt: Receipt, ceiling: Ceiling, now: number): Run {
  const place = `${receipt.lane}.${receipt.route}`
  if (!routes.includes(receipt.route) || run.closed.includes(place)) return run
  const isLake = receipt.route === 'lake'
  const counters = addCounters(
    run.closed.length > 0 ? { ...run.counters } : Object.fromEntries(counterNames.map((name) => [name, 0])),
    isLake ? receipt.counters : { processed: receipt.counters['processed'] ?? 0 },
  )
  const durations = isLake ? longest(run.durations, receipt.times) : run.durations
  const next = { ...run, closed: [...run.closed, place], counters, durations }
  return next.closed.length < expectedReceipts(run) || isOver(run) ? next : ended(next, ceiling, now)
}

/** The way of a row, with the names that the stages have in a receipt's times. */
const way = ['requested', ...readers.keys()]

function longest(before: Record<string, number>, times: Record<string, number>): Record<string, number> {
  const durations = { ...before }
  way.slice(1).forEach((stage, i) => {
    const [from, to] = [times[way[i]!], times[stage]]
    if (from && to) durations[stage] = Math.max(durations[stage] ?? 0, to - from)
  })
  return durations
}

function ended(run: Run, ceiling: Ceiling, now: number): Run {
  const reason = whyFailed(run, ceiling)
  return {
    ...run,
    state: reason === undefined ? 'succeeded' : 'failed',
    reason: reason ?? null,
    ended_at: now,
  }
}

/** Invariant 5, and the ceiling. A replay is of refused rows, so it has none. */
function whyFailed(
  { type, counters }: Run,
  { maxRefusedShare, maxRefusedRows }: Ceiling,
): string | undefined {
  const broken = brokenSums(counters)
  if (broken.length > 0) return `rows without an answer: ${broken.join('; ')}`
  const { read = 0, quarantined = 0 } = counters
  if (type === 'replay' || quarantined <= maxRefusedRows || quarantined <= read * maxRefusedShare)
    return undefined
  const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`
  return `${quarantined} of ${read} rows were refused (${percent(quarantined / read)}), which is more than ${maxRefusedRows} rows and ${percent(maxRefusedShare)}: dsf quarantine count says why; source.maxRefusedRows and source.maxRefusedShare of the definition allow more. The other rows are kept`
}

import type { Dataset } from '@dsf/dataset'
import type { Receipt } from '@dsf/stage'
import type { Run } from './run.ts'

/** Behind the last row of a run in each lane, with what was sent there. */
export function receiptsOf(
  dataset: Dataset,
  { run, read, quarantined, requested_at: requested }: Run,
  now: number,
): { to: 'raw'; receipt: Receipt }[] {
  return read.map((rows, lane) => {
    const refused = quarantined[lane]!
    const counters = {
      read: rows,
      quarantined: refused,
      ...(refused > 0 ? { 'quarantined:unreadable': refused } : {}),
    }
    const times = { requested, ingestor: now }
    return {
      to: 'raw',
      receipt: { run, dataset: dataset.name, lane, lanes: dataset.lanes, route: '', counters, times },
    }
  })
}

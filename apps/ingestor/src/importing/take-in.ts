import type { Dataset } from '@dsf/dataset'
import type { Batch, Receipt, Result } from '@dsf/stage'
import { close } from './close-run.ts'
import { begins, cancel, isOver, newRun, type Request, type Run } from './run.ts'
import type { RunStates } from './run-state.ts'

/** Requests become runs, or the end of one; receipts of the lanes say how far the rows of a run have come. */
export function takeIn(
  { dataset, from, records }: Batch<Request | Receipt>,
  state: RunStates,
  now = Date.now(),
): Result {
  for (const record of records)
    if (from === 'receipts') takeReceipt(dataset, record as Receipt, state, now)
    else takeRequest(dataset, record as Request, state, now)
  if (from === 'requests') state.prune(now)
  return { out: { runs: state.changes() } }
}

function takeRequest(dataset: Dataset, request: Request, state: RunStates, now: number): void {
  const known = state.get(request.run)
  if (request.type === 'cancel') {
    if (known) state.set(cancel(known, now))
    return
  }
  const run = newRun({ ...request, type: request.type }, dataset.lanes)
  if (begins(known, run)) state.set(run)
  else if (known && !isOver(known)) state.set(askedAgain(known, run))
}

/** The asker knows a later time, and ignores our record until it has that time. The first request stays as it is. */
const askedAgain = (known: Run, { asked_at }: Run): Run => ({
  ...known,
  asked_at: Math.max(known.asked_at, asked_at),
})

/** Of a run that is not kept any more, or of rows that belong to none, there is nothing to add up. */
function takeReceipt(dataset: Dataset, receipt: Receipt, state: RunStates, now: number): void {
  const known = state.get(receipt.run)
  if (known) state.set(close(known, receipt, dataset.source, now))
}

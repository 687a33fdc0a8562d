import type { Dataset } from '@dsf/dataset'
import type { Importer } from './importer.ts'
import { definitionOf } from './known-file.ts'
import { publications, type Publication } from './publications.ts'
import { receiptsOf } from './run-receipts.ts'
import type { ReadSoFar, Run } from './run.ts'
import { runOf, saveRun, type Work } from './save-run.ts'

/** Lanes that fail share one place: a lane that waits for a partition without a leader would hold one of its own for long. */
const failing = 'failing'

/**
 * The rows of a run that has landed, from where it stands. Each part waits for a place of its own, so that a long run does not hold up those
 * behind it.
 */
export async function publishRun(
  importer: Importer,
  lane: Work,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { state } = lane
  const before = state.withHeader(id)?.header ?? null
  const parts = publications(importer, lane, runOf(lane, id), { find: (run) => state.get(run), before })
  try {
    for (let isLast = false; !isLast;) {
      using _ = await lane.resting(() =>
        importer.publishing.take(signal, lane.isFailing() ? failing : undefined),
      )
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

/** The last part has the receipts too. */
function publish(lane: Work, id: string, { gathered, counts, run, isLast }: Publication): Promise<void> {
  const progress = progressOf(lane.dataset, run)
  if (!isLast) return saveRun(lane, id, () => progress, { gathered, counts })
  const now = Date.now()
  const receipts = receiptsOf(lane.dataset, run, now)
  const last = ({ cancel_at }: Run): Partial<Run> =>
    cancel_at === null
      ? { ...progress, state: 'processing', processing_at: now }
      : { ...progress, state: 'cancelled', ended_at: now }
  return saveRun(lane, id, last, { gathered, counts, receipts })
}

function progressOf(dataset: Dataset, run: Run): ReadSoFar & Pick<Run, 'file'> {
  const { byte, row, read, quarantined, encoding, cut_by, header, drift, tolerated } = run
  const definition = definitionOf(dataset)
  // when the definition changed half-way, none has read the whole file
  const file = run.file && { ...run.file, definition: run.file.definition === definition ? definition : '' }
  return { byte, row, read, quarantined, encoding, file, cut_by, header, drift, tolerated }
}

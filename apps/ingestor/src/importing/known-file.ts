import { createHash } from 'node:crypto'
import type { Dataset } from '@dsf/dataset'
import { perDataset } from '@dsf/stage'
import type { FileRead, Run } from './run.ts'
import type { RunStates } from './run-state.ts'

/**
 * How this software reads a file. Whoever changes which rows come of the same bytes (decompression, encodings, the scanner, what cleaner and
 * generator make of them) raises it: what was read before is read again then, even if it did not change.
 */
const reading = 1

/** What rows were read by: any change of it, or of the reading, is another one. Folders of it may differ. */
export const definitionOf = perDataset((dataset) => definitionReadBy(dataset, reading))

/** Exported for its test. */
export const definitionReadBy = ({ folder: _, ...dataset }: Dataset, by: number): string =>
  createHash('sha256')
    .update(JSON.stringify([by, dataset]))
    .digest('hex')

export type KnownFile = FileRead & { since: string }

/**
 * The file that need not be read again, and the run that brought it: the one of the run before, if that was an import of the same source
 * by the same definition which has succeeded. Whatever else came in between may have put other rows in the place of its rows.
 */
export function knownBefore(
  state: Pick<RunStates, 'before'>,
  dataset: Parameters<typeof definitionOf>[0],
  run: Run,
): KnownFile | undefined {
  if (run.force || run.replay) return undefined
  const before = state.before(run.run)
  if (before?.state !== 'succeeded' || before.source !== run.source) return undefined
  if (before.file?.definition !== definitionOf(dataset)) return undefined
  return { ...before.file, since: before.unchanged?.since ?? before.run }
}

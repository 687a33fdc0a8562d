import { createHash } from 'node:crypto'
import { perDataset } from '@dsf/stage'
import type { FileRead, Run } from './run.ts'
import type { RunStates } from './run-state.ts'

/** What rows were read by: any change of it, of this software's reading of it too, is another one. Folders of it may differ. */
export const definitionOf = perDataset(({ folder: _, ...dataset }) =>
  createHash('sha256').update(JSON.stringify(dataset)).digest('hex'),
)

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

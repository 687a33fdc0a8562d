import { createHash } from 'node:crypto'
import { isPattern, type Dataset } from '@dsf/dataset'
import { perDataset } from '@dsf/stage'
import type { Unchanged } from './land-source.ts'
import type { FilesRead } from './new-files.ts'
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
 * The file that need not be read again, and the run that brought it: the file of the run before, if that run succeeded with the same source and
 * definition. Whatever else came in between may have put other rows in the place of its rows.
 */
export function knownBefore(
  state: Pick<RunStates, 'before'>,
  dataset: Parameters<typeof definitionOf>[0],
  run: Run,
): KnownFile | undefined {
  if (run.force || !isOneFile(run.source)) return undefined
  const before = state.before(run.run)
  if (before?.state !== 'succeeded' || before.source !== run.source) return undefined
  if (before.file?.definition !== definitionOf(dataset)) return undefined
  return { ...before.file, since: before.unchanged?.since ?? before.run }
}

/** A replay has no source, and each file of a pattern is another one. */
const isOneFile = (source: string | null): boolean => source !== null && !isPattern(source)

/** What was read of the pattern that a run has for its source, unless it is to begin with the first file. */
export function filesBefore(
  state: Pick<RunStates, 'withFiles'>,
  { source, force }: Pick<Run, 'source' | 'force'>,
): FilesRead | undefined {
  return force || source === null ? undefined : (state.withFiles(source)?.files ?? undefined)
}

/** What a run is whose file is known to be the one of a run before, or that found no new one: it is over. */
export function unchanged(
  { same, landing_bytes, address, ...version }: Unchanged,
  { since, ...before }: KnownFile | FilesRead,
): Partial<Run> {
  const over = { state: 'succeeded', ended_at: Date.now(), unchanged: { since, by: same } } as const
  if ('seen' in before) return over
  // what was said of the file at another address says nothing of it here
  const isSamePlace = version.redirected === before.redirected
  const etag = version.etag ?? (isSamePlace ? before.etag : null)
  const modified = version.modified ?? (isSamePlace ? before.modified : null)
  const file = { ...before, etag, modified, redirected: version.redirected }
  return { ...over, landing_bytes, address: address ?? null, file }
}

/** Which files of a folder or a bucket were read, and which one is the next: each version of each file once, in order. */
import type { Listed } from '../sources/walk-folders.ts'
import { SourceError } from '../source-error.ts'

/** By the time at which it was written, and then by its path; or by its path alone. */
export type FileOrder = 'time' | 'name'

export interface ReadFile {
  path: string
  /** ms since 1970, where its server told */
  modified: number | null
  /** what else tells one version of it from another */
  version: string
}

/** What is known of a pattern. Bounded, however many files there have been. */
export interface FilesRead {
  pattern: string
  order: FileOrder
  /** the run that read the last one */
  since: string
  /** the last one in order that is not remembered any more, with the latest time of such: what comes before it counts as read */
  upTo: ReadFile | null
  /** the same in the other order, where the definition had that before */
  upToOther: ReadFile | null
  /** those that are remembered */
  seen: ReadFile[]
}

export interface Choice {
  order: FileOrder
  /** names of files that are left out */
  skip: readonly string[]
  /** a file that was written after this, in ms since 1970, may still be in the writing */
  until: number
}

/** Files that are remembered at most, and characters of their names: the state is written with each part of a run. */
const most = { files: 1000, characters: 48 * 1024 }

export interface Next {
  /** undefined when there is none, or the next one may still be in the writing */
  file: ReadFile | undefined
  /** new files behind it */
  waiting: number
  /** files that match, new or not */
  matching: number
}

/**
 * Looks through a listing, in memory that does not grow with it.
 * @throws SourceError when there is no order in it
 */
export async function nextFile(
  listing: AsyncIterable<Listed>,
  { order, skip, until }: Choice,
  read: FilesRead | undefined,
): Promise<Next> {
  const isNew = newTo(read, order)
  const skipped = new Set(skip)
  const isWritten = ({ modified }: ReadFile) => (modified ?? 0) <= until
  let [first, written, matching] = [undefined as ReadFile | undefined, 0, 0]
  for await (const listed of listing) {
    if (skipped.has(listed.path.slice(listed.path.lastIndexOf('/') + 1))) continue
    matching++
    const file = readFileOf(listed, order)
    if (!isNew(file)) continue
    if (isWritten(file)) written++
    if (!first || compare(order, file, first) < 0) first = file
  }
  return { file: first && isWritten(first) ? first : undefined, waiting: Math.max(0, written - 1), matching }
}

function newTo(read: FilesRead | undefined, order: FileOrder): (file: ReadFile) => boolean {
  const seen = new Map(read?.seen.map((file) => [file.path, file]))
  const { upTo, upToOther } = forgotten(read, order)
  return (file) => {
    const before = seen.get(file.path)
    if (before) return before.version !== file.version || before.modified !== file.modified
    if (isUpTo(upTo, order, file)) return false
    return !(isUpTo(upToOther, other[order], file) && isNoLater(file, upToOther!))
  }
}

const isUpTo = (upTo: ReadFile | null, order: FileOrder, file: ReadFile): boolean =>
  upTo !== null && compare(order, file, upTo) <= 0

/** The order may have been given up because files came that it took for read: what was written since is new. */
const isNoLater = ({ modified }: ReadFile, upTo: ReadFile): boolean =>
  modified !== null && upTo.modified !== null && modified <= upTo.modified

function readFileOf({ path, size, modifiedMs, etag }: Listed, order: FileOrder): ReadFile {
  if (order === 'time' && modifiedMs === undefined)
    throw new SourceError(
      `the server tells no time of ${JSON.stringify(path.slice(0, 300))}, by which files are read in order; "source.order": "name" of the definition does without`,
    )
  const modified = modifiedMs === undefined ? null : Math.floor(modifiedMs)
  return { path, modified, version: etag ?? String(size ?? '') }
}

/** What is known once a file was read, too. */
export function withFile(
  read: FilesRead | undefined,
  { pattern, order }: Pick<FilesRead, 'pattern' | 'order'>,
  file: ReadFile,
  run: string,
): FilesRead {
  const others = read?.seen ?? []
  const seen = [...others.filter(({ path }) => path !== file.path), file].toSorted((a, b) =>
    compare(order, a, b),
  )
  let characters = seen.reduce((sum, { path, version }) => sum + path.length + version.length, 0)
  let { upTo } = forgotten(read, order)
  while (seen.length > most.files || (characters > most.characters && seen.length > 1)) {
    const oldest = seen.shift()!
    characters -= oldest.path.length + oldest.version.length
    upTo = furthest(order, oldest, upTo)
  }
  return { pattern, order, since: run, upTo, upToOther: forgotten(read, order).upToOther, seen }
}

function furthest(order: FileOrder, file: ReadFile, upTo: ReadFile | null): ReadFile {
  if (!upTo) return file
  const last = compare(order, file, upTo) > 0 ? file : upTo
  const modified = Math.max(file.modified ?? -Infinity, upTo.modified ?? -Infinity)
  return { ...last, modified: modified === -Infinity ? null : modified }
}

const other: Record<FileOrder, FileOrder> = { time: 'name', name: 'time' }

/** Up to where files count as read that are not remembered, in an order and in the other one. */
export function forgotten(
  read: FilesRead | undefined,
  order: FileOrder,
): Pick<FilesRead, 'upTo' | 'upToOther'> {
  const { upTo, upToOther } = read ?? { upTo: null, upToOther: null }
  return read?.order === other[order] ? { upTo: upToOther, upToOther: upTo } : { upTo, upToOther }
}

function compare(order: FileOrder, a: ReadFile, b: ReadFile): number {
  const times = order === 'time' ? (a.modified ?? 0) - (b.modified ?? 0) : 0
  return times || (a.path === b.path ? 0 : compareBytes(a.path, b.path))
}

/** As buckets sort their names: by their bytes, which differs from JavaScript's order above U+FFFF. */
const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

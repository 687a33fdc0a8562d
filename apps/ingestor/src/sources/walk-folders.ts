import type { Segment } from './pattern.ts'
import { SourceError } from '../source-error.ts'

/** A file as its server lists it. What it does not say is left out. */
export interface Listed {
  /** as in a URL, and not escaped */
  path: string
  size?: number | undefined
  modifiedMs?: number | undefined
  etag?: string | undefined
}

export interface Entry {
  name: string
  kind: 'file' | 'folder' | 'other'
  size?: number | undefined
  modifiedMs?: number | undefined
}

/** What is in a folder, which is named as in a URL. */
export type ReadFolder = (path: string) => AsyncIterable<Entry>

/** Entries of all folders and dates together: to look at more takes longer than a run should, and each run looks again. */
export const mostEntries = 100_000

/** @param earlier dates that are looked through behind that of the name */
export const tooMany = (name: string, earlier: number) =>
  earlier > 0
    ? `${name} and the same of ${earlier} dates before it are patterns over more than ${mostEntries} entries; a smaller source.lookBack, a narrower pattern, or files that were read moved away, makes them fewer`
    : `${name} is a pattern over more than ${mostEntries} entries; a narrower one, or files that were read moved away, makes them fewer`

/**
 * The files that patterns lead to, folder by folder, each once: patterns that differ in their dates alone meet in the same folder, which is read
 * once for all of them. A folder that is not there is passed over.
 * @throws SourceError where none of the folders is there
 */
export async function* walkFolders(
  name: string,
  patterns: readonly Segment[][],
  read: ReadFolder,
): AsyncGenerator<Listed, undefined> {
  const seen = { entries: 0, folders: 0 }
  const missing: SourceError[] = []
  async function* entriesOf(folder: string): AsyncGenerator<Entry, undefined> {
    try {
      for await (const entry of read(folder)) {
        if (++seen.entries > mostEntries) throw new SourceError(tooMany(name, patterns.length - 1))
        yield entry
      }
      seen.folders++
    } catch (error) {
      if (!(error instanceof SourceError) || !error.isMissing) throw error
      missing.push(error)
    }
  }
  async function* below(parent: string, wanted: readonly Segment[][]): AsyncGenerator<Listed, undefined> {
    for (const [folder, there] of foldersOf(parent, wanted))
      for await (const { name: entry, kind, size, modifiedMs } of entriesOf(folder)) {
        const path = `${folder}/${entry}`
        const matching = there.filter(({ steps: [step] }) => step!.matches(entry))
        const rests = matching.map(({ steps: [, ...rest] }) => rest)
        if (kind === 'file' && rests.some(isOver)) yield { path, size, modifiedMs }
        if (kind === 'folder') yield* below(path, rests.filter(isOpen))
      }
  }
  yield* below('', patterns)
  if (seen.folders === 0) throw missing[0]!
}

const isOver = (rest: Segment[]): boolean => rest.length === 0
const isOpen = (rest: Segment[]): boolean => rest.length > 0

/** The folders to look into, as deep as names say, and what each pattern wants there. */
function foldersOf(parent: string, patterns: readonly Segment[][]) {
  const wanted = patterns.map((pattern) => {
    const open = pattern.findIndex(({ name }) => name === undefined)
    const at = open < 0 ? pattern.length - 1 : open
    const folder = [parent, ...pattern.slice(0, at).map(({ name }) => name)].join('/')
    return { folder, steps: pattern.slice(at) }
  })
  return Map.groupBy(wanted, ({ folder }) => folder)
}

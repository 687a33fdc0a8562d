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

/** Entries of all folders together: to look at more takes longer than a run should, and each run looks again. */
export const mostEntries = 100_000

export const tooMany = (name: string) =>
  `${name} is a pattern over more than ${mostEntries} entries; a narrower one, or files that were read moved away, makes them fewer`

/** The files that a pattern leads to, folder by folder. What is not there below a folder that matches is passed over. */
export async function* walkFolders(
  name: string,
  segments: readonly Segment[],
  read: ReadFolder,
): AsyncGenerator<Listed, undefined> {
  let entries = 0
  async function* entriesOf(folder: string, isThere: boolean): AsyncGenerator<Entry, undefined> {
    try {
      for await (const entry of read(folder)) {
        if (++entries > mostEntries) throw new SourceError(tooMany(name))
        yield entry
      }
    } catch (error) {
      if (isThere || !(error instanceof SourceError) || !error.isMissing) throw error
    }
  }
  async function* below(parent: string, rest: readonly Segment[]): AsyncGenerator<Listed, undefined> {
    const open = rest.findIndex((segment) => segment.name === undefined)
    const at = open < 0 ? rest.length - 1 : open
    const folder = [parent, ...rest.slice(0, at).map((segment) => segment.name)].join('/')
    const [segment, ...others] = rest.slice(at)
    const wanted = others.length > 0 ? 'folder' : 'file'
    for await (const { kind, size, modifiedMs, name: entry } of entriesOf(folder, parent === '')) {
      const path = `${folder}/${entry}`
      if (kind !== wanted || !segment!.matches(entry)) continue
      if (kind === 'folder') yield* below(path, others)
      else yield { path, size, modifiedMs }
    }
  }
  yield* below('', segments)
}

import { describe, expect, it } from 'vitest'
import { gathered } from '../../testing/gathered.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { segmentsOf } from './pattern.ts'
import { mostEntries, walkFolders, type Entry } from './walk-folders.ts'

/** Folders of a server that has as many files as it is told, in as many folders. */
async function* read(files: number, folders: number, path: string): AsyncGenerator<Entry> {
  const [kind, count] = path === '/in' ? (['folder', folders] as const) : (['file', files] as const)
  for (let i = 0; i < count; i++) yield { name: `${i}`, kind }
}

const walk = (files: number, folders: number) =>
  gathered(
    walkFolders('the pattern', segmentsOf(new URL('sftp://h/in/*/*')), (path) => read(files, folders, path)),
  )

describe('folders', () => {
  it('are walked through as far as a run should look', async () => {
    expect(await walk(999, 100)).toHaveLength(99_900)
  })

  it('are too many when they have more entries together, and that is a sentence', async () => {
    expect(await sourceFailure(walk(1000, 100))).toEqual([
      `the pattern is a pattern over more than ${mostEntries} entries; a narrower one, or files that were read moved away, makes them fewer`,
      false,
    ])
  })
})

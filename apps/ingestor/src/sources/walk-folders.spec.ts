import { describe, expect, it } from 'vitest'
import { gathered } from '../../testing/gathered.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { segmentsOf } from './pattern.ts'
import { SourceError } from '../source-error.ts'
import { mostEntries, walkFolders, type Entry } from './walk-folders.ts'

/** Folders of a server that has as many files as it is told, in as many folders. */
async function* read(files: number, folders: number, path: string): AsyncGenerator<Entry> {
  const [kind, count] = path === '/in' ? (['folder', folders] as const) : (['file', files] as const)
  for (let i = 0; i < count; i++) yield { name: `${i}`, kind }
}

const patternsOf = (...paths: string[]) => paths.map((path) => segmentsOf(new URL(`sftp://h/${path}`)))
const walk = (files: number, folders: number, ...paths: string[]) =>
  gathered(walkFolders('the pattern', patternsOf(...paths), (path) => read(files, folders, path)))

/** A server of these files, and how often each of its folders was read. */
function serverOf(...files: string[]) {
  const reads: string[] = []
  async function* read(path: string): AsyncGenerator<Entry> {
    reads.push(path)
    const below = files.filter((file) => file.startsWith(`${path}/`))
    if (below.length === 0) throw new SourceError(`${path} does not exist`, { isMissing: true })
    const names = new Set(below.map((file) => file.slice(path.length + 1).split('/')[0]!))
    for (const name of names) yield { name, kind: files.includes(`${path}/${name}`) ? 'file' : 'folder' }
  }
  return { reads, read }
}

/** What the patterns of these dates lead to, and the folders that were read for it. */
async function walkDates(files: string[], ...paths: string[]) {
  const { reads, read } = serverOf(...files)
  const found = await gathered(walkFolders('the pattern', patternsOf(...paths), read))
  return { found: found.map(({ path }) => path), reads }
}

describe('folders', () => {
  it('are walked through as far as a run should look', async () => {
    expect(await walk(999, 100, 'in/*/*')).toHaveLength(99_900)
  })

  it('are too many when they have more entries together, and that is a sentence', async () => {
    expect(await sourceFailure(walk(1000, 100, 'in/*/*'))).toEqual([
      `the pattern is a pattern over more than ${mostEntries} entries; a narrower one, or files that were read moved away, makes them fewer`,
      false,
    ])
  })

  it('are too many when those of all dates have more together, and a smaller lookBack is one way out', async () => {
    const [sentence] = await sourceFailure(walk(40_000, 0, '3/*', '2/*', '1/*'))
    expect(sentence).toContain('the pattern and the same of 2 dates before it are patterns over more than')
    expect(sentence).toContain('a smaller source.lookBack')
  })

  it('that several dates have in common are read once, and each of their files is told once', async () => {
    const files = ['/in/a/3-2.csv', '/in/a/2-1.csv', '/in/a/1-0.csv', '/in/b/3.csv']
    expect(await walkDates(files, 'in/*/*3*.csv', 'in/*/*2*.csv')).toEqual({
      found: ['/in/a/3-2.csv', '/in/a/2-1.csv', '/in/b/3.csv'],
      reads: ['/in', '/in/a', '/in/b'],
    })
  })

  it('of a date need not be there, below one that matches or at the beginning, but for one', async () => {
    const files = ['/a/2/x.csv', '/b/1/x.csv', '/2/x.csv']
    expect(await walkDates(files, '*/3/*.csv', '*/2/*.csv', '*/1/*.csv')).toMatchObject({
      found: ['/a/2/x.csv', '/b/1/x.csv'],
    })
    expect(await walkDates(files, '3/*.csv', '2/*.csv')).toEqual({ found: ['/2/x.csv'], reads: ['/3', '/2'] })
    await expect(walkDates(files, '4/*.csv', '3/*.csv')).rejects.toThrow('/4 does not exist')
  })

  it('are no files, and files no folders', async () => {
    const files = ['/in/a.csv', '/in/b.csv/c.csv']
    expect(await walkDates(files, 'in/*.csv')).toMatchObject({ found: ['/in/a.csv'] })
    expect(await walkDates(files, 'in/*.csv/*')).toMatchObject({ found: ['/in/b.csv/c.csv'] })
  })
})

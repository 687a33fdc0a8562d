import { describe, expect, it } from 'vitest'
import type { Listed } from '../sources/walk-folders.ts'
import { nextFile, withFile, type FileOrder, type FilesRead } from './new-files.ts'

const choice = (order: FileOrder) => ({ order, skip: [], until: Infinity })
async function* listingOf(files: Listed[]) {
  yield* files
}

/** Reads what is new until nothing is. */
async function readAll(files: Listed[], order: FileOrder, read?: FilesRead) {
  const paths: string[] = []
  for (; paths.length < 2 * files.length;) {
    const { file } = await nextFile(listingOf(files), choice(order), read)
    if (!file) break
    paths.push(file.path)
    read = withFile(read, { pattern: 'p', order }, file, `run ${paths.length}`)
  }
  return { paths, read: read! }
}

/** What is known once all of them were read. */
function knownOf(files: Listed[], order: FileOrder): FilesRead {
  const known = files.map(({ path, modifiedMs }) => ({ path, modified: modifiedMs!, version: '1' }))
  const sorted = known.toSorted((a, b) =>
    order === 'time' ? a.modified - b.modified : a.path < b.path ? -1 : 1,
  )
  let all: FilesRead | undefined
  for (const file of sorted) all = withFile(all, { pattern: 'p', order }, file, 'run')
  return all!
}

const many = (count: number, modifiedMs: (i: number) => number, length = 4) =>
  Array.from({ length: count }, (_, i) => ({
    path: `/in/${String(i).padStart(length, '0')}`,
    size: 1,
    modifiedMs: modifiedMs(i),
  }))

describe('what is remembered of files', () => {
  it.each<[string, FileOrder, (i: number) => number]>([
    ['by their time', 'time', (i) => i],
    ['by their time, when all have the same', 'time', () => 7],
    ['by their names', 'name', (i) => -i],
  ])('is bounded, and each of them is read once: %s', async (_, order, modifiedMs) => {
    const files = many(1050, modifiedMs)
    const { paths, read } = await readAll(files, order)
    expect(paths).toEqual(files.map(({ path }) => path))
    expect(read.seen).toHaveLength(1000)
    expect(read.upTo).toMatchObject({ path: '/in/0049' })
    expect(await nextFile(listingOf(files), choice(order), read)).toEqual({
      ...{ file: undefined, waiting: 0, matching: 1050 },
    })
  })

  it('is bounded by the length of their names, too', async () => {
    const { read } = await readAll(
      many(100, (i) => i, 1000),
      'time',
    )
    expect(read.seen).toHaveLength(48)
  })

  it('keeps nothing of a listing of 100,000 files but the next one', async () => {
    const { read } = await readAll(
      many(3, (i) => i),
      'time',
    )
    const before = process.memoryUsage().heapUsed
    async function* long() {
      for (let i = 0; i < 100_000; i++) yield { path: `/in/${i}`, size: 1, modifiedMs: i }
    }
    expect((await nextFile(long(), choice('time'), read)).waiting).toBe(99_999)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6)
  })

  it.each<[string, (i: number) => number]>([
    ['grow with their times', (i) => i],
    ['fall with them', (i) => 1049 - i],
  ])('is kept when the order is another one, and once more: files whose names %s', async (_, modifiedMs) => {
    const files = many(1050, modifiedMs)
    for (const [before, after] of [
      ['time', 'name'],
      ['name', 'time'],
    ] as const) {
      const read = knownOf(files, before)
      expect((await readAll(files, after, read)).paths).toEqual([])
      const more = { path: '/in/1050', size: 1, modifiedMs: 1050 }
      const changed = await readAll([...files, more], after, read)
      expect(changed.paths).toEqual(['/in/1050'])
      expect((await readAll([...files, more], before, changed.read)).paths).toEqual([])
    }
  })

  it('lets a file through that was written since the order was changed, wherever its name is in the order before', async () => {
    const read = knownOf(
      many(1050, (i) => i),
      'name',
    )
    const files = [...many(1050, (i) => i), { path: '/in/0-new-names', size: 1, modifiedMs: 2000 }]
    expect((await readAll(files, 'name', read)).paths).toEqual([])
    expect((await readAll(files, 'time', read)).paths).toEqual(['/in/0-new-names'])
  })

  it('is where a file counts as read that comes late, older than all that are remembered', async () => {
    const { read } = await readAll(
      many(1001, (i) => i + 10),
      'time',
    )
    const late = [{ path: '/in/late', size: 1, modifiedMs: 5 }]
    expect((await nextFile(listingOf(late), choice('time'), read)).file).toBeUndefined()
  })
})

describe('the next file', () => {
  it('of a bucket is the one whose name has the smaller bytes', async () => {
    const names = ['/\u{10000}', '/\uff01']
    const { paths } = await readAll(
      names.map((path) => ({ path })),
      'name',
    )
    expect(paths).toEqual(['/\uff01', '/\u{10000}'])
  })

  it('cannot be told by time where a server tells none', async () => {
    const read = nextFile(listingOf([{ path: '/a', size: 1 }]), choice('time'), undefined)
    await expect(read).rejects.toThrow('the server tells no time of "/a", by which files are read in order')
  })
})

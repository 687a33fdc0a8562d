import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatasetWatch } from './dataset-watch.ts'

let parent: string
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'dsf-'))))
afterEach(() => rmSync(parent, { recursive: true, force: true }))

const definition = (name: string, title: string) =>
  JSON.stringify({
    ...{ name, title },
    resources: [
      { name, path: 'x.csv', schema: { primaryKey: 'id', fields: [{ name: 'id', type: 'string' }] } },
    ],
  })

function write(name: string, text: string, folder = parent): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'datapackage.json'), text)
}

/** Looks so often, and says which looks found something else than the one before. */
async function looks(watch: DatasetWatch, times: number): Promise<boolean[]> {
  const others: boolean[] = []
  for (let i = 0; i < times; i++) {
    const before = watch.datasets()
    await watch.look()
    const now = watch.datasets()
    const isSameSet = before.size === now.size && [...now].every(([name, one]) => before.get(name) === one)
    others.push(!isSameSet || before.refused.length !== now.refused.length)
  }
  return others
}

const titles = (watch: DatasetWatch) =>
  Object.fromEntries([...watch.datasets()].map(([name, { title }]) => [name, title]))

describe('a look at the folders', () => {
  it('takes a new folder, a changed definition and a removed folder with the second look that sees it', async () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    expect([await looks(watch, 2), titles(watch)]).toEqual([[false, false], { a: 'one' }])
    write('b', definition('b', 'new'))
    expect([await looks(watch, 1), titles(watch)]).toEqual([[false], { a: 'one' }])
    expect([await looks(watch, 2), titles(watch)]).toEqual([[true, false], { a: 'one', b: 'new' }])
    write('a', definition('a', 'two'))
    expect([await looks(watch, 3), titles(watch)]).toEqual([[false, true, false], { a: 'two', b: 'new' }])
    rmSync(join(parent, 'a'), { recursive: true })
    expect([await looks(watch, 3), titles(watch)]).toEqual([[false, true, false], { b: 'new' }])
  })

  it('sees what changed between the start and the first look', async () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    write('a', definition('a', 'two'))
    expect([await looks(watch, 3), titles(watch)]).toEqual([[false, true, false], { a: 'two' }])
  })

  it('gives the same object for a dataset that means the same', async () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    const before = watch.datasets().get('a')
    write('a', `${definition('a', 'one')}\n`)
    write('b', definition('b', 'new'))
    await looks(watch, 3)
    expect([watch.datasets().get('a') === before, watch.datasets().size]).toEqual([true, 2])
  })

  it('takes nothing of a file that is being written, and no gap between two steps for a removal', async () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    write('a', '{"name": "a"')
    expect(await looks(watch, 1)).toEqual([false])
    rmSync(join(parent, 'a/datapackage.json'))
    expect(await looks(watch, 1)).toEqual([false])
    write('a', definition('a', 'two'))
    expect([await looks(watch, 2), titles(watch), watch.datasets().refused]).toEqual([
      [false, true],
      { a: 'two' },
      [],
    ])
  })

  it('goes on with the definition before one that is broken, says why, and takes the mended one', async () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    const before = watch.datasets().get('a')
    write('a', '{"name": "a"}')
    await looks(watch, 2)
    expect(watch.datasets().get('a')).toBe(before)
    expect(watch.datasets().refused).toEqual([
      {
        ...{ name: 'a', folder: join(parent, 'a') },
        problems: [
          'the changed definition cannot be used, the one before goes on: /resources: is missing, expected a list',
        ],
      },
    ])
    write('a', definition('a', 'two'))
    await looks(watch, 2)
    expect([titles(watch), watch.datasets().refused]).toEqual([{ a: 'two' }, []])
  })

  it('takes one that was broken from the start when it is mended', async () => {
    write('a', '{')
    const watch = new DatasetWatch([parent])
    expect([titles(watch), watch.datasets().refused.length]).toEqual([{}, 1])
    write('a', definition('a', 'one'))
    await looks(watch, 2)
    expect([titles(watch), watch.datasets().refused]).toEqual([{ a: 'one' }, []])
  })

  it('sees the swapped link of a ConfigMap', async () => {
    write('a', definition('a', 'one'), join(parent, '..1'))
    write('a', definition('a', 'two'), join(parent, '..2'))
    symlinkSync('..1', join(parent, '..data'))
    symlinkSync('..data/a', join(parent, 'a'))
    const watch = new DatasetWatch([parent])
    symlinkSync('..2', join(parent, '..new'))
    renameSync(join(parent, '..new'), join(parent, '..data'))
    expect([await looks(watch, 2), titles(watch)]).toEqual([[false, true], { a: 'two' }])
  })

  it('takes nothing away while a folder of the list cannot be read, and names it', async () => {
    const mount = join(parent, 'mount')
    write('a', definition('a', 'one'), mount)
    write('b', definition('b', 'other'), join(parent, 'others'))
    const watch = new DatasetWatch([mount, join(parent, 'others')])
    renameSync(mount, join(parent, 'away'))
    write('c', definition('c', 'new'), join(parent, 'others'))
    expect([await looks(watch, 3), titles(watch)]).toEqual([
      [false, true, false],
      { a: 'one', b: 'other', c: 'new' },
    ])
    expect([...watch.unreadable.keys()]).toEqual([mount])
    renameSync(join(parent, 'away'), mount)
    expect([await looks(watch, 2), watch.unreadable.size]).toEqual([[false, false], 0])
  })

  it('lets the second folder of a name take over when the first one goes', async () => {
    const [first, second] = [join(parent, 'first'), join(parent, 'second')]
    write('a', definition('a', 'one'), first)
    write('a', definition('a', 'two'), second)
    const watch = new DatasetWatch([first, second])
    expect([titles(watch), watch.datasets().refused[0]?.folder]).toEqual([{ a: 'one' }, join(second, 'a')])
    rmSync(join(first, 'a'), { recursive: true })
    await looks(watch, 2)
    expect([titles(watch), watch.datasets().refused]).toEqual([{ a: 'two' }, []])
  })
})

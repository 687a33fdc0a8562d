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

/** Looks so often, and says which looks found something new. */
const looks = (watch: DatasetWatch, times: number) => Array.from({ length: times }, () => watch.look())

const titles = (watch: DatasetWatch) =>
  Object.fromEntries([...watch.datasets()].map(([name, { title }]) => [name, title]))

describe('a look at the folders', () => {
  it('takes a new folder, a changed definition and a removed folder with the second look that sees it', () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    expect([looks(watch, 2), titles(watch)]).toEqual([[false, false], { a: 'one' }])
    write('b', definition('b', 'new'))
    expect([watch.look(), titles(watch)]).toEqual([false, { a: 'one' }])
    expect([looks(watch, 2), titles(watch)]).toEqual([[true, false], { a: 'one', b: 'new' }])
    write('a', definition('a', 'two'))
    expect([looks(watch, 3), titles(watch)]).toEqual([[false, true, false], { a: 'two', b: 'new' }])
    rmSync(join(parent, 'a'), { recursive: true })
    expect([looks(watch, 3), titles(watch)]).toEqual([[false, true, false], { b: 'new' }])
  })

  it('gives the same object for a dataset that nobody changed', () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    const before = watch.datasets().get('a')
    write('b', definition('b', 'new'))
    looks(watch, 2)
    expect(watch.datasets().get('a')).toBe(before)
  })

  it('takes nothing of a file that is being written, and no gap between two steps for a removal', () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    write('a', '{"name": "a"')
    expect(watch.look()).toBe(false)
    rmSync(join(parent, 'a/datapackage.json'))
    expect(watch.look()).toBe(false)
    write('a', definition('a', 'two'))
    expect([looks(watch, 2), titles(watch), watch.datasets().refused]).toEqual([
      [false, true],
      { a: 'two' },
      [],
    ])
  })

  it('goes on with the definition before one that is broken, says why, and takes the mended one', () => {
    write('a', definition('a', 'one'))
    const watch = new DatasetWatch([parent])
    const before = watch.datasets().get('a')
    write('a', '{"name": "a"}')
    looks(watch, 2)
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
    looks(watch, 2)
    expect([titles(watch), watch.datasets().refused]).toEqual([{ a: 'two' }, []])
  })

  it('takes one that was broken from the start when it is mended', () => {
    write('a', '{')
    const watch = new DatasetWatch([parent])
    expect([titles(watch), watch.datasets().refused.length]).toEqual([{}, 1])
    write('a', definition('a', 'one'))
    looks(watch, 2)
    expect([titles(watch), watch.datasets().refused]).toEqual([{ a: 'one' }, []])
  })

  it('sees the swapped link of a ConfigMap', () => {
    write('a', definition('a', 'one'), join(parent, '..1'))
    write('a', definition('a', 'two'), join(parent, '..2'))
    symlinkSync('..1', join(parent, '..data'))
    symlinkSync('..data/a', join(parent, 'a'))
    const watch = new DatasetWatch([parent])
    symlinkSync('..2', join(parent, '..new'))
    renameSync(join(parent, '..new'), join(parent, '..data'))
    expect([looks(watch, 2), titles(watch)]).toEqual([[false, true], { a: 'two' }])
  })

  it('takes nothing away while a folder of the list cannot be read, and names it', () => {
    const mount = join(parent, 'mount')
    write('a', definition('a', 'one'), mount)
    write('b', definition('b', 'other'), join(parent, 'others'))
    const watch = new DatasetWatch([mount, join(parent, 'others')])
    renameSync(mount, join(parent, 'away'))
    write('c', definition('c', 'new'), join(parent, 'others'))
    expect([looks(watch, 3), titles(watch)]).toEqual([
      [false, true, false],
      { a: 'one', b: 'other', c: 'new' },
    ])
    expect([...watch.unreadable.keys()]).toEqual([mount])
    renameSync(join(parent, 'away'), mount)
    expect([looks(watch, 2), watch.unreadable.size]).toEqual([[false, false], 0])
  })

  it('lets the second folder of a name take over when the first one goes', () => {
    const [first, second] = [join(parent, 'first'), join(parent, 'second')]
    write('a', definition('a', 'one'), first)
    write('a', definition('a', 'two'), second)
    const watch = new DatasetWatch([first, second])
    expect([titles(watch), watch.datasets().refused[0]?.folder]).toEqual([{ a: 'one' }, join(second, 'a')])
    rmSync(join(first, 'a'), { recursive: true })
    looks(watch, 2)
    expect([titles(watch), watch.datasets().refused]).toEqual([{ a: 'two' }, []])
  })
})

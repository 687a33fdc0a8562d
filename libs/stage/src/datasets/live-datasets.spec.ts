import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatasetError } from '../health/failure.ts'
import { Health } from '../health/health.ts'
import { LiveDatasets, type Changes } from './live-datasets.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsf-'))
  cpSync(join(import.meta.dirname, '../../../../datasets'), folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'datapackage.json'), text)
}

const definition = (name: string, title: string) =>
  JSON.stringify({
    ...{ name, title },
    resources: [
      { name, path: 'x.csv', schema: { primaryKey: 'id', fields: [{ name: 'id', type: 'string' }] } },
    ],
  })

function opened(prepare: (title: string) => void = () => undefined) {
  const lines: string[] = []
  const log = pino(
    {},
    { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  )
  const health = new Health()
  const live = new LiveDatasets({
    ...{ folders: [folder], health, log, stopping: () => false, lookEveryMs: 1 },
    prepare: async ({ title }) => prepare(title),
  })
  /** What is otherwise, over so many looks. */
  const next = async (looks = 4) => {
    const all: Changes[] = []
    for (let i = 0; i < looks; i++) all.push(await live.next())
    const names = (of: 'came' | 'changed') => all.flatMap((one) => one[of].map(({ name }) => name))
    return { came: names('came'), changed: names('changed'), gone: all.flatMap(({ gone }) => gone) }
  }
  return { live, health, lines, next }
}

const refusedIn = (health: Health) =>
  (health.ready().body as { refusedDatasets?: Record<string, string[]> }).refusedDatasets

const nothing = { came: [], changed: [], gone: [] }

describe('the datasets of a stage', () => {
  it('are those that can be used, and it is told once why the others cannot', async () => {
    write('broken', '{"name": "broken"}')
    const { live, health, lines, next } = opened()
    expect((await live.first()).map(({ name }) => name)).toEqual(['earthquakes', 'seattle-weather'])
    expect(refusedIn(health)).toEqual({ broken: ['/resources: is missing, expected a list'] })
    expect(health.ready().ok).toBe(true)
    write('other', definition('other', 'one'))
    expect(await next()).toEqual({ ...nothing, came: ['other'] })
    expect(lines).toEqual([
      `the definition of broken in ${folder}/broken cannot be used: /resources: is missing, expected a list`,
    ])
  })

  it('come, change and go, in one map that is always the present one', async () => {
    const { live, next } = opened()
    const { datasets } = live
    await live.first()
    write('a', definition('a', 'one'))
    expect(await next()).toEqual({ ...nothing, came: ['a'] })
    write('a', definition('a', 'two'))
    expect(await next()).toEqual({ ...nothing, changed: ['a'] })
    expect(datasets.get('a')?.title).toBe('two')
    rmSync(join(folder, 'a'), { recursive: true })
    expect(await next()).toEqual({ ...nothing, gone: ['a'] })
    expect([...datasets.keys()]).toEqual(['earthquakes', 'seattle-weather'])
    expect(await next()).toEqual(nothing)
  })

  it('are as before while a changed definition cannot be used, and as it is when it is changed back', async () => {
    write('a', definition('a', 'one'))
    const { live, health, next } = opened((title) => {
      if (title === 'wrong') throw new DatasetError('the registry refused it')
    })
    await live.first()
    write('a', definition('a', 'wrong'))
    expect(await next()).toEqual(nothing)
    expect([live.datasets.get('a')?.title, live.missing('a')]).toEqual(['one', undefined])
    expect(health.parked).toMatchObject([{ dataset: 'a', what: 'change of a' }])
    write('a', definition('a', 'right'))
    expect(await next()).toEqual({ ...nothing, changed: ['a'] })
    expect([live.datasets.get('a')?.title, health.parked]).toEqual(['right', []])
  })

  it('that could not start and go are not told of any more', async () => {
    write('a', definition('a', 'wrong'))
    const { live, health, next } = opened((title) => {
      if (title === 'wrong') throw new DatasetError('the registry refused it')
    })
    await live.first()
    expect([health.parked.length, live.missing('a')]).toEqual([1, 'the registry refused it'])
    rmSync(join(folder, 'a'), { recursive: true })
    expect(await next()).toEqual(nothing)
    expect([health.parked, live.missing('a')]).toEqual([[], undefined])
  })
})

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { loadDataset, type Dataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { importRuns } from './import-run.ts'
import { newRun, type Run } from './run.ts'
import { RunStates } from './run-state.ts'
import type { Work } from './save-run.ts'
import { Slots } from './slots.ts'

const base = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(base, { recursive: true }))
const weather = loadDataset(join(import.meta.dirname, '../../../../datasets/seattle-weather'))
const sourceOf = (more: Partial<Dataset['source']>): Dataset => ({
  ...weather,
  source: { ...weather.source, ...more },
})
const csv = (day: number, header = 'date,precipitation,temp_max,temp_min,wind,weather') =>
  `${header}\n2026-01-${String(day).padStart(2, '0')},1,12.8,5.0,4.7,sun\n`

let folder: string
let states: RunStates
let pattern: string
beforeEach(() => {
  folder = mkdtempSync(join(base, 'in-'))
  states = new RunStates({ runs: 1000, days: 90 })
  pattern = `file://${folder}/*.csv`
  ids.clear()
})

/** A file that was written so many minutes ago. */
function write(name: string, minutesAgo: number, text = csv(1)): void {
  const [file, at] = [join(folder, name), new Date(Date.now() - 60_000 * minutesAgo)]
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  utimesSync(file, at, at)
}

/** All that there were in a test. */
const ids = new Set<string>()
const runs = () => [...ids].flatMap((run) => states.get(run) ?? [])

const objects = new Map<string, Buffer>()
const store = {
  putStream: async (key: string, stream: Readable) => void objects.set(key, await buffer(stream)),
  stream: (key: string) => Promise.resolve(Readable.from([objects.get(key)!])),
} as ObjectStore

let asked = 0

/** What became of a run, and of all that it led to. `dies` is the transaction before whose commit the lane is lost. */
async function ask(more: { dataset?: Dataset; force?: boolean; dies?: number } = {}): Promise<Run[]> {
  const { dataset = weather, force = false } = more
  const requested_at = Date.now() + ++asked
  const request = {
    run: `asked-${asked}`,
    type: 'import' as const,
    source: pattern,
    replay: null,
    requested_at,
  }
  states.set(newRun({ ...request, force }, dataset.lanes))
  states.commit()
  return work(dataset, more.dies)
}

async function work(dataset = weather, dies = Infinity): Promise<Run[]> {
  const lost = new AbortController()
  let transactions = 0
  const lane: Work = {
    ...{ dataset, lane: 0, state: states, signal: lost.signal },
    transact: (change) => {
      for (const { key, value } of change(states).out?.['runs'] ?? []) if (value) ids.add(String(key))
      if (++transactions < dies) return Promise.resolve(states.commit())
      states.rollback()
      lost.abort(new Error('killed'))
      return Promise.reject(lost.signal.reason as Error)
    },
    resting: (wait) => wait(),
    idle: () => Promise.resolve(lost.abort(new Error('idle'))),
    onCommit: () => () => undefined,
    heard: () => undefined,
    log: { info: () => undefined, warn: () => undefined },
  }
  const importer = {
    ...{ store, limits: { allow: [], roots: [base] }, rowsPerTransaction: 20_000 },
    ...{ fetching: new Slots(1), publishing: new Slots(1) },
  }
  await importRuns(importer, lane).catch((error: unknown) => {
    if (error !== lost.signal.reason) throw error
  })
  return runs()
    .filter(({ turn }) => turn > 0)
    .toSorted((a, b) => a.turn - b.turn)
}

/** Of each run its state, and the file that it read. */
const told = (runs: Run[]) =>
  runs.slice(-9).map(({ state, address }) => `${state} ${basename(address ?? '')}`)
const newOnes = async (more?: Parameters<typeof ask>[0]) => {
  const before = new Set(known())
  return told((await ask(more)).filter(({ run }) => !before.has(run)))
}
const known = () =>
  runs()
    .filter(({ turn }) => turn > 0)
    .map(({ run }) => run)

describe('new files of a folder', () => {
  it('are read by one request, each by a run of its own, the oldest first, and each once', async () => {
    for (const [name, minutes] of [
      ['b', 30],
      ['a', 20],
      ['c', 30],
    ] as const)
      write(`${name}.csv`, minutes)
    const done = await ask()
    expect(told(done)).toEqual(['processing b.csv', 'processing c.csv', 'processing a.csv'])
    expect(done.map(({ waiting, next }) => [waiting, next])).toEqual([
      [2, done[1]!.run],
      [1, done[2]!.run],
      [0, null],
    ])
    expect(done.map(({ files }) => files?.seen.length)).toEqual([undefined, undefined, 3])
    expect(await newOnes()).toEqual(['succeeded '])
    write('d.csv', 25)
    expect(await newOnes()).toEqual(['processing d.csv'])
  })

  it('are none: that is a success without a row, which says which run read the last one', async () => {
    write('a.csv', 10)
    const [first] = await ask()
    const again = (await ask()).at(-1)!
    expect(again).toMatchObject({
      ...{ state: 'succeeded', row: 0, landing: null, address: null, next: null },
      unchanged: { since: first!.run, by: 'no new file' },
    })
  })

  it('are read by name where the definition says so', async () => {
    for (const [name, minutes] of [
      ['b', 30],
      ['a', 20],
      ['c', 40],
    ] as const)
      write(`${name}.csv`, minutes)
    expect(await newOnes({ dataset: sourceOf({ order: 'name' }) })).toEqual(
      ['a', 'b', 'c'].map((name) => `processing ${name}.csv`),
    )
  })

  it('are also those that were replaced, whatever became of their time, and those that are as another one', async () => {
    write('a.csv', 10)
    write('b.csv', 10, csv(2))
    await ask()
    write('a.csv', 60, csv(11) + csv(12).split('\n')[1]! + '\n')
    write('c.csv', 5, csv(2))
    expect(await newOnes()).toEqual(['processing a.csv', 'processing c.csv'])
  })

  it('are read although one has the very content of the file that was read before', async () => {
    write('a.csv', 10)
    const [first] = await ask()
    states.set({ ...first!, state: 'succeeded' })
    states.commit()
    write('b.csv', 5)
    expect(await newOnes()).toEqual(['processing b.csv'])
  })

  it('lie in folders, too, and a name that begins with a point is none of them', async () => {
    pattern = `file://${folder}/*/part-*.csv`
    for (const name of ['1/part-1.csv', '2/part-1.csv', '2/other.csv', '.3/part-1.csv', 'part-1.csv'])
      write(name, 10)
    const done = await ask()
    expect(done.map(({ address }) => address!.slice(`file://${folder}`.length))).toEqual([
      '/1/part-1.csv',
      '/2/part-1.csv',
    ])
  })

  it('may still be in the writing for a minute, and those behind them wait for them', async () => {
    write('a.csv', 0.1)
    const [failed] = await ask()
    expect(failed).toMatchObject({
      state: 'failed',
      reason: `no file matches file ${folder}/*.csv that was written more than 60 s ago: a younger one may still be in the writing`,
    })
    write('b.csv', 10)
    expect(await newOnes()).toEqual(['processing b.csv'])
    expect(await newOnes()).toEqual(['succeeded '])
    write('a.csv', 2)
    expect(await newOnes()).toEqual(['processing a.csv'])
  })

  it('have names with whatever characters an address can be written with', async () => {
    const names = ['a b.csv', '%41.csv', 'ü?.csv', '#1.csv', '*.csv', "'&+;=.csv"]
    names.forEach((name, i) => write(name, 60 - i))
    const done = await ask()
    expect(done.map(({ state }) => state)).toEqual(names.map(() => 'processing'))
    expect(done.map(({ address }) => decodeURIComponent(basename(address!)))).toEqual(names)
  })

  it('fail the run in a sentence when no address can have their name, unless they are left out', async () => {
    write('a\nb.csv', 10)
    write('c.csv', 5)
    const [failed] = await ask()
    expect(failed).toMatchObject({
      state: 'failed',
      reason: `file ${folder}/*.csv matches "${folder}/a\\nb.csv", which cannot be written as an address: rename it, or leave it out by source.skip of the definition`,
    })
    expect(await newOnes({ dataset: sourceOf({ skip: ['a\nb.csv'] }) })).toEqual(['processing c.csv'])
  })

  it('are none in a folder that is empty, which fails the run', async () => {
    expect((await ask())[0]).toMatchObject({
      state: 'failed',
      reason: `no file matches file ${folder}/*.csv`,
    })
  })

  it('are not looked for outside of the folders that sources may come from', async () => {
    pattern = 'file:///etc/*.conf'
    expect((await ask())[0]!.reason).toBe(
      'folder /etc is refused: it lies outside the folders that sources may come from',
    )
  })
})

describe('a file that fails its run', () => {
  it('is asked for again by the next request, and those behind it wait until it is mended or left out', async () => {
    write('a.csv', 30)
    write('b.csv', 20, csv(2, 'date,other'))
    write('c.csv', 10)
    expect(await newOnes()).toEqual(['processing a.csv', 'failed b.csv'])
    expect(await newOnes()).toEqual(['failed b.csv'])
    expect(await newOnes({ dataset: sourceOf({ skip: ['b.csv'] }) })).toEqual(['processing c.csv'])
    write('b.csv', 5)
    expect(await newOnes()).toEqual(['processing b.csv'])
  })
})

describe('what was read of a pattern', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'is whole, and each file was read, when the lane is lost at transaction %i',
    async (dies) => {
      for (const name of ['a', 'b', 'c']) write(`${name}.csv`, 10)
      await ask({ dies })
      await work()
      const read = runs().filter(({ address }) => address !== null)
      expect(told(read.toSorted((a, b) => a.turn - b.turn))).toEqual(
        ['a', 'b', 'c'].map((name) => `processing ${name}.csv`),
      )
      expect(runs().flatMap(({ files }) => files?.seen.length ?? [])).toEqual([3])
    },
  )

  it('outlives the runs that are kept, and other sources in between', async () => {
    states = new RunStates({ runs: 1, days: 1 })
    write('a.csv', 10)
    await ask()
    const one = pattern
    write('other/b.csv', 10)
    pattern = `file://${folder}/other/*.csv`
    for (let i = 0; i < 3; i++) await ask()
    for (const { run } of runs()) states.set({ ...states.get(run)!, state: 'succeeded' })
    states.commit()
    states.prune(Date.now() + 30 * 86_400_000)
    states.commit()
    pattern = one
    expect(await newOnes()).toEqual(['succeeded '])
  })

  it('is forgotten by force, which reads all files again', async () => {
    for (const name of ['a', 'b']) write(`${name}.csv`, 10)
    await ask()
    expect(await newOnes({ force: true })).toEqual(['processing a.csv', 'processing b.csv'])
  })

  it('does not lead to a second run where one is asked for', async () => {
    for (const name of ['a', 'b', 'c']) write(`${name}.csv`, 10)
    states.set(newRun({ run: 'other', type: 'import', source: pattern, replay: null, requested_at: 1 }, 4))
    const done = await ask()
    expect(told(done)).toEqual(['a', 'b', 'c'].map((name) => `processing ${name}.csv`))
    expect(done.slice(0, 2).map(({ run }) => run)).toEqual(['other', expect.stringMatching(/^asked/)])
  })
})

/** A folder whose new files are imported: its runs, one after the other, as a lane works at them. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { loadDataset, type Dataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { afterAll, beforeEach } from 'vitest'
import { importRuns } from '../src/importing/import-run.ts'
import { newRun, type Run } from '../src/importing/run.ts'
import { RunStates } from '../src/importing/run-state.ts'
import type { Work } from '../src/importing/save-run.ts'
import { Slots } from '../src/importing/slots.ts'
import { gathering } from './gathering.ts'

const base = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(base, { recursive: true }))
export const weather = loadDataset(join(import.meta.dirname, '../../../datasets/seattle-weather'))
export const sourceOf = (more: Partial<Dataset['source']>): Dataset => ({
  ...weather,
  source: { ...weather.source, ...more },
})
export const csv = (day: number, header = 'date,precipitation,temp_max,temp_min,wind,weather') =>
  `${header}\n2026-01-${String(day).padStart(2, '0')},1,12.8,5.0,4.7,sun\n`

/** New for each test. */
export const watched = { folder: '', pattern: '', states: new RunStates({ runs: 1000, days: 90 }) }
/** All that there were in a test. */
const ids = new Set<string>()
beforeEach(() => {
  const folder = mkdtempSync(join(base, 'in-'))
  const states = new RunStates({ runs: 1000, days: 90 })
  Object.assign(watched, { folder, pattern: `file://${folder}/*.csv`, states })
  ids.clear()
})

/** A file that was written so many minutes ago. */
export function write(name: string, minutesAgo: number, text = csv(1)): void {
  const [file, at] = [join(watched.folder, name), new Date(Date.now() - 60_000 * minutesAgo)]
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  utimesSync(file, at, at)
}

export const runs = () => [...ids].flatMap((run) => watched.states.get(run) ?? [])

const objects = new Map<string, Buffer>()
const store = {
  putStream: async (key: string, stream: Readable) => void objects.set(key, await buffer(stream)),
  stream: (key: string) => Promise.resolve(Readable.from([objects.get(key)!])),
} as ObjectStore
const importer = {
  ...{ store, reach: { allow: [], roots: [base] }, rowsPerTransaction: 20_000 },
  ...{ fetching: new Slots(1), publishing: new Slots(1) },
}

let asked = 0

/** What became of a run, and of all that it led to. `dies` is the transaction before whose commit the lane is lost. */
export async function ask(more: { dataset?: Dataset; force?: boolean; dies?: number } = {}): Promise<Run[]> {
  const { dataset = weather, force = false } = more
  const requested_at = Date.now() + ++asked
  const request = { run: `asked-${asked}`, type: 'import', source: watched.pattern, replay: null } as const
  watched.states.set(newRun({ ...request, requested_at, force }, dataset.lanes))
  watched.states.commit()
  return work(dataset, more.dies)
}

export async function work(dataset = weather, dies = Infinity): Promise<Run[]> {
  const { states } = watched
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
    gather: gathering,
    resting: (wait) => wait(),
    isFailing: () => false,
    idle: () => Promise.resolve(lost.abort(new Error('idle'))),
    onCommit: () => () => undefined,
    heard: () => undefined,
    log: { info: () => undefined, warn: () => undefined },
  }
  await importRuns(importer, lane).catch((error: unknown) => {
    if (error !== lost.signal.reason) throw error
  })
  return begun().toSorted((a, b) => a.turn - b.turn)
}

const begun = () => runs().filter(({ turn }) => turn > 0)

/** Of each run its state, and the file that it read. */
export const told = (some: Run[]) =>
  some.slice(-9).map(({ state, address }) => `${state} ${basename(address ?? '')}`)

/** The same of the runs that a request leads to. */
export async function newOnes(more?: Parameters<typeof ask>[0]): Promise<string[]> {
  const before = new Set(begun().map(({ run }) => run))
  return told((await ask(more)).filter(({ run }) => !before.has(run)))
}

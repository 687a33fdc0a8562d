/** One lane of an ingestor, without Kafka and MinIO: what imports land and commit there is kept to be looked at. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { isoDate, loadDataset, type TopicKind } from '@dsf/dataset'
import type { Output, Result } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { afterAll, beforeEach, vi, type Mock } from 'vitest'
import { importRuns } from '../src/importing/import-run.ts'
import type { Importer } from '../src/importing/importer.ts'
import { begins, newRun, type Run, type RunRequest } from '../src/importing/run.ts'
import { RunStates } from '../src/importing/run-state.ts'
import type { Work } from '../src/importing/save-run.ts'
import { Slots } from '../src/importing/slots.ts'
import { gathering, type Gathering } from './gathering.ts'

export const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
export const weather = loadDataset(join(import.meta.dirname, '../../../datasets/seattle-weather'))
export const header = 'date,precipitation,temp_max,temp_min,wind,weather\n'
/** One row in a thousand has a cell too few. */
export const line = (i: number) =>
  i % 1000 === 999 ? `${isoDate(i)},0\n` : `${isoDate(i)},${i},12.8,5.0,4.7,sun\n`
export const csvOf = (rows: number) => header + Array.from({ length: rows }, (_, i) => line(i)).join('')

export const objects = new Map<string, Buffer>()
export const store = {
  putStream: async (key: string, stream: Readable) => void objects.set(key, await buffer(stream)),
  stream: async (key: string) => {
    const bytes = objects.get(key)!
    const cut = Math.ceil(bytes.length / 7)
    return Readable.from(Array.from({ length: 7 }, (_, i) => bytes.subarray(i * cut, (i + 1) * cut)))
  },
} as ObjectStore
export const now = Date.parse('2026-11-23T10:00:00Z')
vi.useFakeTimers({ toFake: ['Date'], now })
beforeEach(() => objects.clear())

export const importOf = (from: string, requested_at = 1): RunRequest => ({
  ...{ run: 'r', type: 'import', source: from, replay: null, requested_at },
})
export const newStates = () => new RunStates({ runs: 1000, days: 90 })

/** Puts the text where the request finds it. */
export function source(content: string | Buffer, name = 'source.csv'): RunRequest {
  writeFileSync(join(folder, name), content)
  return importOf(pathToFileURL(join(folder, name)).href)
}

export const warn: Mock = vi.fn()
export const importerOf = (from: ObjectStore): Importer => ({
  ...{ store: from, reach: { allow: [], roots: [folder] }, rowsPerTransaction: 20_000 },
  ...{ fetching: new Slots(1), publishing: new Slots(1) },
})

/** A lane whose transactions are kept, and which is lost in the one numbered `dies`, before its commit. */
export function laneOf(state: RunStates, dies = Infinity) {
  const committed: Result[] = []
  const lost = new AbortController()
  const listeners = new Set<() => void>()
  const commit = ({ gathered, ...result }: Result) => {
    state.commit()
    const rows = (gathered as Gathering | undefined)?.out
    committed.push(rows ? { ...result, out: { ...rows, ...result.out } } : result)
    for (const listener of [...listeners]) listener()
  }
  const work: Work = {
    ...{ dataset: weather, lane: 0, state, signal: lost.signal },
    transact: async (change) => {
      lost.signal.throwIfAborted()
      const result = change(state)
      if (committed.length < dies) return commit(result)
      state.rollback()
      lost.abort(new Error('killed'))
      lost.signal.throwIfAborted()
    },
    gather: gathering,
    resting: (wait) => wait(),
    isFailing: () => false,
    idle: async () => lost.abort(),
    onCommit: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    heard: () => undefined,
    log: { info: () => undefined, warn },
  }
  return { work, committed, commit, lost }
}

/** Takes the request in, and works at the run until nothing is left of it, or until the lane dies. */
export async function run(request: RunRequest, states = newStates(), dies = Infinity): Promise<Result[]> {
  if (begins(states.get('r'), request)) states.set(newRun(request, weather.lanes))
  states.commit()
  const { work, committed, lost } = laneOf(states, dies)
  await importRuns(importerOf(store), work).catch((error: unknown) => {
    if (error !== lost.signal.reason) throw error
  })
  return committed
}
export const outputs = (results: Result[], kind: TopicKind): Output[] =>
  results.flatMap(({ out }) => out?.[kind] ?? [])
export const rowsOf = (results: Result[]) => [
  outputs(results, 'raw').map(({ value }) => (value as { dsf_row: number }).dsf_row),
  outputs(results, 'quarantine').map(({ value }) => (value as { dsf_row: number }).dsf_row),
]
/** How many rows went where, and what they were: comparing them one by one would take seconds. */
export const digest = (results: Result[]) =>
  (['raw', 'quarantine'] as const).map((kind) => {
    const rows = outputs(results, kind)
    return [rows.length, createHash('sha1').update(JSON.stringify(rows)).digest('hex')]
  })
export const lastRun = (results: Result[]) => outputs(results, 'runs').at(-1)!.value as Run
export const receipts = (results: Result[]) => results.flatMap(({ receipts: some }) => some ?? [])

/** Runs of one dataset, one after the other, each of which came through. */
export async function runs(contents: string[], dataset = weather) {
  const states = newStates()
  const results: Result[][] = []
  for (const [i, content] of contents.entries()) {
    const request = { ...source(content), run: `r${i}`, requested_at: i + 1 }
    states.set(newRun(request, dataset.lanes))
    states.commit()
    const { work, committed } = laneOf(states)
    await importRuns(importerOf(store), { ...work, dataset })
    results.push(committed)
    const run = states.get(request.run)!
    states.set(run.state === 'processing' ? { ...run, state: 'succeeded' } : run)
    states.commit()
  }
  return { results, states }
}

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { loadDataset, type TopicKind } from '@dsf/dataset'
import { TransientError, type Output, type Result } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { importRun, importRuns, type Work } from './import-run.ts'
import type { Importer } from './importer.ts'
import { begins, cancel, newRun, type Run, type RunRequest } from './run.ts'
import { RunStates } from './run-state.ts'
import { Slots } from './slots.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
const weather = loadDataset(join(import.meta.dirname, '../../../../datasets/seattle-weather'))
const header = 'date,precipitation,temp_max,temp_min,wind,weather\n'
const dayOf = (i: number) => new Date(i * 86_400_000).toISOString().slice(0, 10)
/** One row in a thousand has a cell too few. */
const line = (i: number) => (i % 1000 === 999 ? `${dayOf(i)},0\n` : `${dayOf(i)},${i},12.8,5.0,4.7,sun\n`)
const csvOf = (rows: number) => header + Array.from({ length: rows }, (_, i) => line(i)).join('')

const objects = new Map<string, Buffer>()
const store = {
  putStream: async (key: string, stream: Readable) => void objects.set(key, await buffer(stream)),
  stream: async (key: string) => {
    const bytes = objects.get(key)!
    const cut = Math.ceil(bytes.length / 7)
    return Readable.from(Array.from({ length: 7 }, (_, i) => bytes.subarray(i * cut, (i + 1) * cut)))
  },
} as ObjectStore
const now = Date.parse('2026-11-23T10:00:00Z')
vi.useFakeTimers({ toFake: ['Date'], now })
beforeEach(() => objects.clear())

const importOf = (from: string, requested_at = 1): RunRequest => ({
  ...{ run: 'r', type: 'import', source: from, replay: null, requested_at },
})
const newStates = () => new RunStates({ runs: 1000, days: 90 })

/** Puts the text where the request finds it. */
function source(content: string | Buffer, name = 'source.csv'): RunRequest {
  writeFileSync(join(folder, name), content)
  return importOf(pathToFileURL(join(folder, name)).href)
}

const warn = vi.fn()
const importerOf = (from: ObjectStore): Importer => ({
  ...{ store: from, limits: { allow: [], roots: [folder] }, rowsPerTransaction: 20_000 },
  ...{ fetching: new Slots(1), publishing: new Slots(1) },
})

/** A lane whose transactions are kept, and which is lost in the one numbered `dies`, before its commit. */
function laneOf(state: RunStates, dies = Infinity) {
  const committed: Result[] = []
  const lost = new AbortController()
  const listeners = new Set<() => void>()
  const commit = (result: Result) => {
    state.commit()
    committed.push(result)
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
    resting: (wait) => wait(),
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
async function run(request: RunRequest, states = newStates(), dies = Infinity): Promise<Result[]> {
  if (begins(states.get('r'), request)) states.set(newRun(request, weather.lanes))
  states.commit()
  const { work, committed, lost } = laneOf(states, dies)
  await importRuns(importerOf(store), work).catch((error: unknown) => {
    if (error !== lost.signal.reason) throw error
  })
  return committed
}
const outputs = (results: Result[], kind: TopicKind): Output[] =>
  results.flatMap(({ out }) => out?.[kind] ?? [])
const rowsOf = (results: Result[]) => [
  outputs(results, 'raw').map(({ value }) => (value as { dsf_row: number }).dsf_row),
  outputs(results, 'quarantine').map(({ value }) => (value as { dsf_row: number }).dsf_row),
]
/** How many rows went where, and what they were: comparing them one by one would take seconds. */
const digest = (results: Result[]) =>
  (['raw', 'quarantine'] as const).map((kind) => {
    const rows = outputs(results, kind)
    return [rows.length, createHash('sha1').update(JSON.stringify(rows)).digest('hex')]
  })
const lastRun = (results: Result[]) => outputs(results, 'runs').at(-1)!.value as Run
const receipts = (results: Result[]) => results.flatMap(({ receipts: some }) => some ?? [])

describe('an import', () => {
  it('lands the file in a transaction, and publishes its rows in another, with a receipt in every lane', async () => {
    const csv = csvOf(3)
    const results = await run(source(csv))
    expect(results.map(({ out, counts, receipts }) => [Object.keys(out!), counts, receipts?.length])).toEqual(
      [
        [['runs'], undefined, undefined],
        [['raw', 'quarantine', 'runs'], { read: 3 }, 4],
      ],
    )
    expect([...objects]).toEqual([['landing/dataset=seattle-weather/r.csv', Buffer.from(csv)]])
    const { read, ...progress } = lastRun(results)
    expect(progress).toMatchObject({ run: 'r', state: 'processing', reason: null, byte: csv.length, row: 3 })
    expect(outputs(results, 'runs').every(({ key, lane }) => key === 'r' && lane === 0)).toBe(true)
    expect(receipts(results)).toEqual(
      read.map((rows, lane) => ({
        to: 'raw',
        receipt: {
          run: 'r',
          dataset: 'seattle-weather',
          lane,
          lanes: 4,
          route: '',
          counters: { read: rows, quarantined: 0 },
          times: { requested: 1, ingestor: now },
        },
      })),
    )
  })

  it.each([
    [
      'a cell of several lines and a cell too many',
      '2012-01-02,"0\n2013-01-01,0,1,2,3,sun\n",12,5,4,sun,more\n',
    ],
    [
      'a cell longer than a row may be',
      `2012-01-02,"${'2013-01-01,0,1,2,3,sun\n'.repeat(4000)}",12,5,4,sun\n`,
    ],
    ['white space before a quote', '2012-01-02, "0\n2013-01-01,0,1,2,3,sun\n",12,5,4,sun\n'],
  ])('never makes a row of the text inside a cell: %s', async (_, bad) => {
    const results = await run(source(`${header}${line(1)}${bad}${line(3)}`))
    expect([rowsOf(results), lastRun(results).state]).toEqual([[[1, 3], [2]], 'processing'])
  })

  it.each([
    ['comments without end', '<!---->'.repeat(5000), 'unknown 1 name'],
    ['lines that end in CR', header.replace('\n', '\r') + line(1).replace('\n', '\r'), 'end in CR alone'],
  ])('of a landing that was there before is judged again after a restart: %s', async (_, content, reason) => {
    const states = newStates()
    await run(source(content), states, 1)
    expect(states.get('r')).toMatchObject({ state: 'publishing', landing: expect.any(String) })
    expect(lastRun(await run(source(content), states))).toMatchObject({
      ...{ state: 'failed', row: 0 },
      reason: expect.stringContaining(reason),
    })
  })

  it('of a file without rows closes the run too', async () => {
    const results = await run(source(header))
    expect([results.length, lastRun(results).state, receipts(results).length]).toEqual([2, 'processing', 4])
  })

  it('gives the same results again for the same file and request', async () => {
    const request = source(csvOf(2500))
    expect(await run(request)).toEqual(await run(request))
  })

  it('counts in the receipts of the lanes what it sent there, unreadable rows by their reason', async () => {
    const results = await run(source(csvOf(2500)))
    const inLane = (kind: TopicKind, lane: number) =>
      outputs(results, kind).filter((output) => output.lane === lane).length
    for (const { receipt } of receipts(results)) {
      const quarantined = inLane('quarantine', receipt.lane)
      expect(receipt.counters).toEqual({
        read: inLane('raw', receipt.lane) + quarantined,
        quarantined,
        ...(quarantined > 0 ? { 'quarantined:unreadable': quarantined } : {}),
      })
    }
    expect(rowsOf(results)[1]).toEqual([1000, 2000])
  })

  it('holds some of the rows at once, however long they are', async () => {
    const long = 'x'.repeat(20_000)
    const lines = Array.from({ length: 2000 }, (_, i) => `${dayOf(i)},0,12.8,5.0,4.7,${long}\n`)
    const results = await run(source(header + lines.join('')))
    const parts = results.map(({ out }) => out?.raw?.length ?? 0).filter((rows) => rows > 0)
    expect([parts.reduce((sum, rows) => sum + rows), Math.max(...parts) < 1200]).toEqual([2000, true])
    expect(lastRun(results)).toMatchObject({ state: 'processing', row: 2000 })
  })

  it('reads a compressed file as it reads the file', async () => {
    const plain = await run(source(csvOf(2500)))
    const gzipped = await run(source(gzipSync(csvOf(2500)), 'source.csv.gz'))
    expect(outputs(gzipped, 'raw')).toEqual(outputs(plain, 'raw'))
    expect([...objects.keys()]).toContain('landing/dataset=seattle-weather/r.csv.gz')
  })
})

/** Runs of one dataset, one after the other, each of which came through. */
async function runs(contents: string[], dataset = weather) {
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

describe('an import of a file that did not change', () => {
  it('has succeeded in one transaction, without rows, receipts or a landing, and says since when', async () => {
    const csv = csvOf(3)
    const [, second, third, fourth] = (await runs([csv, csv, csv, csvOf(4)])).results
    expect(second!.map(({ out, receipts }) => [Object.keys(out!), receipts])).toEqual([[['runs'], undefined]])
    expect([...objects.keys()].map((key) => key.split('/').at(-1))).toEqual(['r0.csv', 'r3.csv'])
    for (const results of [second!, third!])
      expect(lastRun(results)).toMatchObject({
        ...{ state: 'succeeded', ended_at: now, landing: null, row: 0, landing_bytes: csv.length },
        unchanged: { since: 'r0', by: 'content' },
      })
    expect(rowsOf(fourth!)[0]).toHaveLength(4)
  })
})

describe('a header that changed', () => {
  const csv = csvOf(2)
  const more = csv.replace('wind', 'rain,wind').replaceAll('4.7', '9,4.7')
  const other = csv.replace('wind', 'gusts')

  it('is told of with the run that had the one before, when it is taken', async () => {
    const dataset = { ...weather, fieldsMatch: 'subset' as const }
    const { states } = await runs([csv, csv, more, more.replace('9,', '8,')], dataset)
    const drifts = ['r0', 'r1', 'r2', 'r3'].map((run) => states.get(run)!.drift)
    const drift = { since: 'r0', added: ['rain'], gone: [], renamed: [], reordered: false, done: 'taken' }
    expect(drifts).toEqual([null, null, drift, null])
    const headers = ['r0', 'r1', 'r2', 'r3'].map((run) => states.get(run)!.header)
    expect(headers).toEqual([null, null, null, { names: expect.arrayContaining(['rain']), since: 'r2' }])
  })

  it('is told of when it is refused, again and again until it fits', async () => {
    const { states } = await runs([csv, other, other, csv])
    const renamed = [{ from: 'wind', to: 'gusts' }]
    for (const run of ['r1', 'r2']) {
      const { drift, reason, state } = states.get(run)!
      expect([drift, state]).toEqual([
        { since: 'r0', added: [], gone: [], renamed, reordered: false, done: 'refused' },
        'failed',
      ])
      expect(reason).toMatch(/missing "wind".*since run r0: "wind" is now "gusts"; it was refused$/)
    }
    expect([states.get('r3')!.drift, states.get('r3')!.header?.since]).toEqual([null, 'r0'])
  })

  it('of a file that is plainly another one is not told of', async () => {
    const { states } = await runs([csv, 'user,password\na,b\n'])
    expect([states.get('r1')!.drift, states.get('r1')!.reason]).toEqual([
      null,
      expect.not.stringContaining('password'),
    ])
  })
})

describe('an import that was broken off', () => {
  const rows = 45_000
  const request = source(csvOf(rows), 'long.csv')
  let whole: Result[]
  beforeAll(async () => {
    whole = await run(request)
    expect(whole.length).toBe(3)
  })

  it.each([0, 1, 2])(
    'before transaction %i was committed goes on with exactly the rows that are missing',
    async (dies) => {
      const states = newStates()
      const before = await run(request, states, dies)
      const after = await run(request, states)
      expect(before.length).toBe(dies)
      const both = [...before, ...after]
      expect(digest(both)).toEqual(digest(whole))
      expect(receipts(both)).toEqual(receipts(whole))
      expect(lastRun(both)).toEqual(lastRun(whole))
    },
  )

  it('reads the landing again, not the source, which may have changed', async () => {
    const changing = source(csvOf(30_000), 'changing.csv')
    const all = await run(changing)
    const states = newStates()
    const before = await run(changing, states, 2)
    source('something else', 'changing.csv')
    expect(digest([...before, ...(await run(changing, states))])).toEqual(digest(all))
  })
})

describe('a run whose end somebody asks for', () => {
  const rows = 45_000
  const request = source(csvOf(rows), 'long.csv')
  const cancelled = (states: RunStates) => states.set(cancel(states.get('r')!, now))

  it.each([
    ['before its source has come', 0],
    ['before its first row', 1],
  ])('%s is cancelled, and nothing of it is published', async (_, transactions) => {
    const states = newStates()
    await run(request, states, transactions)
    cancelled(states)
    states.commit()
    const results = await run(request, states)
    expect(states.get('r')).toMatchObject({ state: 'cancelled', row: 0, ended_at: now })
    expect([outputs(results, 'raw'), receipts(results)]).toEqual([[], []])
  })

  it('in its middle is cancelled at the next transaction, with receipts for the rows that are on their way', async () => {
    const states = newStates()
    states.set(newRun(request, weather.lanes))
    states.commit()
    const { work, committed, commit } = laneOf(states)
    work.onCommit(() => {
      const { row, cancel_at } = states.get('r')!
      if (row === 0 || cancel_at !== null) return
      cancelled(states)
      commit({})
    })
    await importRun(importerOf(store), work, 'r')
    const { row, read, state } = states.get('r')!
    expect([state, row > 0 && row < rows, read.reduce((sum, n) => sum + n)]).toEqual(['cancelled', true, row])
    expect(outputs(committed, 'raw').length + outputs(committed, 'quarantine').length).toBe(row)
    expect(receipts(committed).map(({ receipt }) => receipt.counters['read'])).toEqual(read)
  })
})

describe('a run whose end is taken in just before a transaction of its own', () => {
  const request = source(csvOf(3), 'short.csv')
  /** Does something in a batch of the lane while the transaction of that number waits for its turn. */
  async function interrupted(at: number, batch: (states: RunStates) => void) {
    const states = newStates()
    states.set(newRun(request, weather.lanes))
    states.commit()
    const { work, committed, commit } = laneOf(states)
    const transact = work.transact
    const seen: (string | undefined)[] = []
    work.onCommit(() => void seen.push(states.get('r')?.state))
    work.transact = async (change) => {
      if (at-- === 0) {
        batch(states)
        commit({ out: { runs: states.changes() } })
      }
      return transact(change)
    }
    await importRun(importerOf(store), work, 'r')
    return { states, committed, seen }
  }
  const cancelled = (states: RunStates) => states.set(cancel(states.get('r')!, now))

  it('stays cancelled from then on', async () => {
    const { states, committed, seen } = await interrupted(0, cancelled)
    expect(new Set(seen)).toEqual(new Set(['cancelled']))
    expect([states.get('r')!.state, outputs(committed, 'raw')]).toEqual(['cancelled', []])
  })

  it('is cancelled with its last row, and its lanes are closed', async () => {
    const { states, committed } = await interrupted(1, cancelled)
    expect(states.get('r')).toMatchObject({ state: 'cancelled', row: 3, ended_at: now })
    expect([outputs(committed, 'raw').length, receipts(committed).length]).toEqual([3, 4])
  })

  it('may be forgotten too, and nothing of it comes back', async () => {
    const { states, committed } = await interrupted(0, (runs) => {
      runs.set(cancel(runs.get('r')!, now))
      runs.commit()
      runs.prune(now + 91 * 86_400_000)
    })
    expect([states.get('r'), outputs(committed, 'runs').at(-1)!.value]).toEqual([undefined, null])
  })
})

describe('a finished run', () => {
  it.each([
    ['processing', csvOf(3)],
    ['failed', '<html>'],
  ])('that is %s gives nothing when it is asked for again', async (state, content) => {
    const states = newStates()
    const request = source(content)
    expect(lastRun(await run(request, states)).state).toBe(state)
    expect(await run(request, states)).toEqual([])
  })
})

describe('a failed run that is asked for again', () => {
  const missing = importOf(pathToFileURL(join(folder, 'late.csv')).href)

  it('starts anew, once for each request', async () => {
    const states = newStates()
    expect(lastRun(await run(missing, states)).state).toBe('failed')
    expect(await run(missing, states)).toEqual([])
    source(csvOf(3), 'late.csv')
    const results = await run({ ...missing, requested_at: 2 }, states)
    expect(lastRun(results)).toMatchObject({ state: 'processing', reason: null, row: 3 })
    expect(await run({ ...missing, requested_at: 3 }, states)).toEqual([])
  })

  it('stays failed when other stages have rows of it', async () => {
    const states = newStates()
    states.restore('r', { ...newRun(missing, 4), state: 'failed', row: 1 })
    expect(await run({ ...missing, requested_at: 2 }, states)).toEqual([])
  })
})

describe('a source that is wrong', () => {
  it.each<[what: string, content: string, reason: string | RegExp]>([
    [
      'is another kind of file',
      '<html><title>Not found</title>',
      'the file is not CSV but an HTML page titled "Not found"',
    ],
    ['is empty', '', 'the file is empty'],
    [
      'has another header',
      'date,rain\n',
      /^the header does not fit \(fieldsMatch exact\): missing "precipitation"/,
    ],
  ])('because it %s fails the run with its sentence, after it landed', async (_, content, reason) => {
    const results = await run(source(content))
    expect(results.map(({ out }) => Object.keys(out!))).toEqual([['runs'], ['runs']])
    expect(lastRun(results)).toEqual({
      ...(outputs(results, 'runs')[0]!.value as Run),
      state: 'failed',
      ended_at: now,
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    })
    expect([receipts(results), objects.size]).toEqual([[], 1])
  })

  it('because it cannot be had fails the run before anything has landed, and says so in the log', async () => {
    warn.mockClear()
    const request = importOf(pathToFileURL(join(folder, 'none.csv')).href)
    const results = await run(request)
    const reason = `file ${join(folder, 'none.csv')} does not exist`
    expect([results.length, lastRun(results).state, lastRun(results).reason, objects.size]).toEqual([
      1,
      'failed',
      reason,
      0,
    ])
    expect(warn.mock.calls).toEqual([[{ dataset: 'seattle-weather', run: 'r', reason }, 'import failed']])
  })
})

describe('a store that fails', () => {
  const failing = async (from: Partial<ObjectStore>, content: string | Buffer = csvOf(3)) => {
    const states = newStates()
    states.set(newRun(source(content), weather.lanes))
    states.commit()
    const { work } = laneOf(states)
    const importing = importRun(importerOf({ ...store, ...from }), work, 'r')
    const error = await importing.catch((reason: unknown) => reason)
    return { error, state: states.get('r')?.state }
  }

  it('does not fail the run: its error goes on to where it is tried again', async () => {
    const away = new TransientError('object store away')
    expect(await failing({ putStream: () => Promise.reject(away) })).toEqual({ error: away, state: 'queued' })
    expect(await failing({ stream: () => Promise.reject(away) })).toEqual({
      error: away,
      state: 'publishing',
    })
  })

  it('in the middle of the landing is no fault of the source, which was whole when it landed', async () => {
    const gzip = gzipSync(csvOf(3000))
    const stream = async () => Readable.from([gzip.subarray(0, -200)])
    expect(await failing({ stream }, gzip)).toEqual({
      error: new TransientError('reading the landing object: the gzip data is cut short'),
      state: 'publishing',
    })
  })
})

import type { TopicReader } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import {
  weather,
  csvOf,
  store,
  now,
  newStates,
  source,
  importerOf,
  laneOf,
  run,
  outputs,
  receipts,
} from '../../testing/import-lane.ts'
import { importRun } from './import-run.ts'
import { cancel, newRun } from './run.ts'
import type { RunStates } from './run-state.ts'

const cancelled = (states: RunStates) => states.set(cancel(states.get('r')!, now))

describe('a run whose end somebody asks for', () => {
  const rows = 45_000
  const request = source(csvOf(rows), 'long.csv')

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

describe('a replay that waits for a transaction in the quarantine', () => {
  const replay = { selection: {}, until: [9, 0, 0, 0] }
  const request = { run: 'r', type: 'replay' as const, source: null, replay, requested_at: 1 }
  /** Its topic never comes past its first offset. */
  function waiting() {
    const states = newStates()
    states.set(newRun(request, weather.lanes))
    states.commit()
    const lane = laneOf(states)
    const fetched = Promise.withResolvers<void>()
    const topics = {
      ranges: async () => [9, 0, 0, 0].map((end) => ({ first: 0, end })),
      fetch: async (_: unknown, __: unknown, { offset }: { offset: number }) => {
        fetched.resolve()
        return { records: [], from: offset, next: offset, stable: offset }
      },
    } as unknown as TopicReader
    const running = importRun({ ...importerOf(store), topics }, lane.work, 'r')
    return { states, running, ...lane, fetched: fetched.promise }
  }

  it('is cancelled all the same', async () => {
    const { states, running, commit, fetched } = waiting()
    await fetched
    cancelled(states)
    commit({})
    await running
    expect(states.get('r')).toMatchObject({ state: 'cancelled', row: 0 })
  })

  it('ends with its lane', async () => {
    const { running, lost, fetched } = waiting()
    await fetched
    lost.abort(new Error('lost'))
    await expect(running).rejects.toThrow('lost')
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

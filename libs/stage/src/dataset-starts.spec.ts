import type { Dataset } from '@dsf/dataset'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DatasetStarts } from './dataset-starts.ts'
import { DatasetError, FatalError, TransientError } from './failure.ts'
import { Health } from './health.ts'
import { createLog } from './log.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Datasets by name, with what is wrong with each; it may be mended while they start. */
function open(wrong: Record<string, Error | undefined>) {
  const health = new Health()
  const datasets = new Map(Object.keys(wrong).map((name) => [name, { name } as Dataset]))
  const starts = new DatasetStarts(datasets, {
    ...{ health, log: createLog('test', 'silent'), stopping: () => false },
    prepare: async ({ name }) => {
      if (wrong[name]) throw wrong[name]
    },
  })
  return { starts, health }
}

const names = (datasets: Dataset[]) => datasets.map(({ name }) => name)

describe('datasets that start', () => {
  it('come in without those that are parked or wait, which are told of', async () => {
    const { starts, health } = open({
      a: undefined,
      b: new DatasetError('topic b.raw has 3 partitions'),
      c: new TransientError('registry away'),
      d: undefined,
    })
    expect(names(await starts.first())).toEqual(['a', 'd'])
    expect(health.ready()).toMatchObject({
      ok: false,
      body: {
        waiting: { 'start of c': 'registry away' },
        parked: [{ dataset: 'b', what: 'start of b', reason: 'topic b.raw has 3 partitions' }],
      },
    })
    expect([starts.missing('a'), starts.missing('b')]).toEqual([undefined, 'topic b.raw has 3 partitions'])
  })

  it('are waited for while a server is away and none is in, and not when all are parked', async () => {
    const wrong: Record<string, Error | undefined> = { a: new TransientError('registry away') }
    const waiting = open(wrong).starts.first()
    await vi.advanceTimersByTimeAsync(1000)
    wrong['a'] = undefined
    await vi.advanceTimersByTimeAsync(10_000)
    expect(names(await waiting)).toEqual(['a'])
    expect(await open({ a: new TypeError('no such thing') }).starts.first()).toEqual([])
  })

  it('come in late by themselves once they are mended', async () => {
    const wrong: Record<string, Error | undefined> = { a: undefined, b: new DatasetError('refused') }
    const { starts, health } = open(wrong)
    await starts.first()
    const late: string[] = []
    const others = starts.others(async (datasets) => void late.push(...names(datasets)))
    await vi.advanceTimersByTimeAsync(5000)
    expect(late).toEqual([])
    wrong['b'] = undefined
    await vi.advanceTimersByTimeAsync(10_000)
    await others
    expect([late, health.parked, starts.missing('b')]).toEqual([['b'], [], undefined])
  })

  it('end the process for what concerns it as a whole', async () => {
    const { starts } = open({ a: undefined, b: new FatalError('the registry refused the password') })
    await expect(starts.first()).rejects.toThrow('the registry refused the password')
  })
})

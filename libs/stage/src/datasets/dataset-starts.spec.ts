import type { Dataset } from '@dsf/dataset'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DatasetStarts } from './dataset-starts.ts'
import { DatasetError, FatalError, TransientError } from '../health/failure.ts'
import { Health } from '../health/health.ts'
import { createLog } from '../health/log.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Datasets by name, with what is wrong with each; it may be mended while they start. */
function open(wrong: Record<string, Error | undefined>) {
  const health = new Health()
  const starts = new DatasetStarts({
    ...{ health, log: createLog('test', 'silent'), stopping: () => false },
    prepare: async ({ name }) => {
      if (wrong[name]) throw wrong[name]
    },
  })
  for (const name of Object.keys(wrong)) starts.add({ name } as Dataset, false)
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
    expect([starts.missing('a'), starts.missing('unknown')]).toEqual(['it is being started', undefined])
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

  it('come in late by themselves once they are mended, and are not tried before their time', async () => {
    const wrong: Record<string, Error | undefined> = { a: undefined, b: new DatasetError('refused') }
    const { starts, health } = open(wrong)
    await starts.first()
    wrong['b'] = undefined
    expect([names(await starts.due()), starts.nextInMs()]).toEqual([[], 1000])
    await vi.advanceTimersByTimeAsync(1000)
    expect([names(await starts.due()), health.parked, starts.missing('b')]).toEqual([['b'], [], undefined])
    expect(starts.nextInMs()).toBe(Infinity)
  })

  it('end the process for what concerns it as a whole', async () => {
    const { starts } = open({ a: undefined, b: new FatalError('the registry refused the password') })
    await expect(starts.first()).rejects.toThrow('the registry refused the password')
  })
})

describe('the changed definition of a dataset that is in', () => {
  const before = async (error: Error) => {
    const wrong: Record<string, Error | undefined> = { a: undefined }
    const opened = open(wrong)
    await opened.starts.first()
    wrong['a'] = error
    opened.starts.add({ name: 'a', version: '2' } as Dataset, true)
    return { ...opened, wrong }
  }

  it.each([new DatasetError('incompatible'), new TransientError('registry away')])(
    'is parked with its reason while it cannot be used, and the dataset is in all the same: %s',
    async (error) => {
      const { starts, health } = await before(error)
      expect(await starts.due()).toEqual([])
      expect(starts.missing('a')).toBeUndefined()
      const reason = `the changed definition cannot be used, the one before goes on: ${error.message}`
      expect(health.ready()).toMatchObject({
        ok: true,
        body: { waiting: {}, parked: [{ dataset: 'a', reason }] },
      })
    },
  )

  it('is tried at once when it changes again, and then not told of any more', async () => {
    const { starts, health, wrong } = await before(new DatasetError('incompatible'))
    await starts.due()
    wrong['a'] = undefined
    const mended = { name: 'a', version: '3' } as Dataset
    starts.add(mended, true)
    expect([await starts.due(), health.parked]).toEqual([[mended], []])
  })

  it('is not told of any more when the dataset goes', async () => {
    const { starts, health } = await before(new DatasetError('incompatible'))
    await starts.due()
    starts.drop('a')
    expect([health.parked, starts.nextInMs()]).toEqual([[], Infinity])
  })
})

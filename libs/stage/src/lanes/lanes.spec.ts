import { setTimeout as sleep } from 'node:timers/promises'
import { namesOf, topicName, type Dataset } from '@dsf/dataset'
import type { EachBatchPayload } from 'kafkajs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LaneWork } from '../batches/define.ts'
import { Health } from '../health/health.ts'
import { Lane } from './lane.ts'
import { Lanes } from './lanes.ts'
import type { StageKit } from '../batches/stage-kit.ts'

const nothing = () => undefined
const { signal: unstopped } = new AbortController()
vi.spyOn(Lane.prototype, 'openSession').mockImplementation(async () => ({
  ...{ state: { restore: nothing, commit: nothing, rollback: nothing } },
  signal: new AbortController().signal,
}))
const serde = new Proxy({}, { get: () => nothing })
const opened: Lanes[] = []
afterEach(async () => {
  for (const lanes of opened.splice(0)) await lanes.rest().then(() => lanes.release())
})

const datasetOf = (name: string, title = 'one') => ({ name, title, lanes: 1 }) as Dataset

/** Lanes whose work notes that it begins, and ends as late as its dataset is told to. */
function lanesOf(...names: string[]) {
  const datasets = new Map(names.map((name) => [name, datasetOf(name)]))
  const begun: string[] = []
  const working: string[] = []
  const late = new Map<string, Promise<void>>()
  const work = async ({ dataset, signal }: LaneWork) => {
    const what = `${dataset.name} ${dataset.title}`
    begun.push(what)
    working.push(what)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    await late.get(dataset.name)
    working.splice(working.indexOf(what), 1)
  }
  const kit = {
    ...{ stage: { name: 's', reads: ['requests'], writes: [], work }, serde, names: namesOf() },
    ...{ log: { info: nothing }, metrics: { keepLags: nothing } },
    ...{ pause: nothing, resume: nothing, stopping: unstopped },
  }
  const lanes = new Lanes(kit as unknown as StageKit, datasets, new Health(), nothing)
  opened.push(lanes)
  const assign = (...mine: string[]) =>
    lanes.assigned(Object.fromEntries(mine.map((name) => [topicName(name, 'requests'), [0]])))
  const endsLate = (name: string) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    late.set(name, promise)
    return resolve
  }
  return { lanes, datasets, begun, working, assign, endsLate }
}
const turn = () => new Promise(setImmediate)

describe('work of a lane that takes long to end', () => {
  it('keeps no other lane from its work', async () => {
    const { assign, begun, endsLate } = lanesOf('a', 'b')
    await assign('a')
    await turn()
    const end = endsLate('a')
    const assigned = assign('b')
    await turn()
    expect(begun).toEqual(['a one', 'b one'])
    end()
    await assigned
  })

  it('brings no lane back that has gone meanwhile', async () => {
    const { assign, begun, working, endsLate } = lanesOf('a', 'b')
    await assign('a', 'b')
    await turn()
    const end = endsLate('a')
    const first = assign('b')
    await assign()
    end()
    await first
    await turn()
    expect([begun, working]).toEqual([['a one', 'b one'], []])
  })

  it('is followed by one with the changed definition alone, whatever the group assigns meanwhile', async () => {
    const { lanes, datasets, assign, working, endsLate } = lanesOf('a')
    await assign('a')
    await turn()
    const end = endsLate('a')
    datasets.set('a', datasetOf('a', 'two'))
    const forgotten = lanes.forget('a')
    await assign('a')
    end()
    await forgotten
    await turn()
    expect(working).toEqual(['a two'])
  })
})

describe('a batch', () => {
  it('that ends because the process stops has not failed, and nothing is said of it', async () => {
    const place = { topic: topicName('a', 'requests'), partition: 0 }
    const stop = new AbortController()
    const failed = vi.fn()
    const kit = {
      ...{ stage: { name: 's', reads: ['requests'], writes: [] }, names: namesOf(), serde },
      ...{ log: { info: nothing }, metrics: { keepLags: nothing, failed } },
      ...{ pause: nothing, resume: nothing, stopping: stop.signal },
    }
    const health = new Health()
    const lanes = new Lanes(kit as unknown as StageKit, new Map([['a', datasetOf('a')]]), health, nothing)
    opened.push(lanes)
    vi.spyOn(Lane.prototype, 'process').mockImplementationOnce(() =>
      sleep(600_000, undefined, { signal: stop.signal }),
    )
    const batch = { ...place, messages: [], fetchedOffset: '5' }
    const running = { isStale: () => false, isRunning: () => true, heartbeat: async () => undefined }
    await lanes.batch({ batch, ...running } as unknown as EachBatchPayload)
    stop.abort()
    await lanes.rest()
    expect([failed.mock.calls, health.parked, health.ready().ok]).toEqual([[], [], true])
  })
})

describe('an input that cannot be read', () => {
  it('is parked until a fetch can read it again, though nothing came', async () => {
    const dataset = datasetOf('a')
    const place = { topic: topicName('a', 'requests'), partition: 0 }
    const kit = {
      ...{ stage: { name: 's', reads: ['requests'], writes: [] }, names: namesOf(), serde },
      ...{ log: { info: nothing, error: nothing }, metrics: { keepLags: nothing, failed: nothing } },
      ...{ pause: nothing, resume: nothing, seek: nothing, stopping: unstopped },
    }
    const health = new Health()
    const lanes = new Lanes(kit as unknown as StageKit, new Map([['a', dataset]]), health, nothing)
    opened.push(lanes)
    const batch = { ...place, messages: [], fetchedOffset: '5', error: new Error('refused') }
    const running = { isStale: () => false, isRunning: () => true, heartbeat: async () => undefined }
    await lanes.batch({ batch, ...running } as unknown as EachBatchPayload)
    const empty = { ...place, batchSize: 0, firstOffset: null, highWatermark: '5' }
    const fetched = (more: object) =>
      lanes.fetched({ ...empty, ...more } as unknown as Parameters<Lanes['fetched']>[0])
    fetched({})
    expect(health.parked).toMatchObject([{ what: 'a.requests/0', reason: expect.stringMatching('refused') }])
    fetched({ isReadableAgain: true })
    expect(health.parked).toEqual([])
  })
})

import type { TopicKind } from '@dsf/dataset'
import { describe, expect, it, vi } from 'vitest'
import {
  fileUrl,
  quakes,
  sourceless,
  instances,
  ask,
  found,
  refusal,
  request,
  begun,
} from '../../testing/instances.ts'
import { newRun, type Run } from '../importing/run.ts'
import type { RunsView } from './runs-view.ts'

describe('a run as every instance sees it', () => {
  const seen = async (...records: [TopicKind, object | null][]) => {
    const { view, tell } = await instances(1)
    for (const [kind, record] of records) tell(kind, record)
    return found(view, 'r')
  }

  it('is queued once it is requested, and none before', async () => {
    expect(await seen()).toBe(undefined)
    expect(await seen(['requests', request])).toMatchObject({ runId: 'r', source: 's', state: 'queued' })
  })

  it('goes on with its progress, whichever of the topics is read first', async () => {
    const landed = { ...begun, landing: 'landing/r.csv', landing_bytes: 9, landing_sha256: 'ab' }
    const expected = {
      state: 'publishing',
      rows: 12,
      landing: { key: 'landing/r.csv', bytes: 9, sha256: 'ab' },
    }
    expect(await seen(['requests', request], ['runs', landed])).toMatchObject(expected)
    expect(await seen(['runs', landed], ['requests', request])).toMatchObject(expected)
  })

  it('tells why it failed, and when it was in which state', async () => {
    const failed = { ...begun, state: 'failed', reason: 'no such file', fetching_at: 2, ended_at: 3 }
    expect(await seen(['runs', failed])).toMatchObject({
      ...{ state: 'failed', reason: 'no such file' },
      times: {
        requested: '1970-01-01T00:00:00.001Z',
        fetching: '1970-01-01T00:00:00.002Z',
        ended: expect.any(String),
      },
    })
  })

  it('names a source without its credentials', async () => {
    const secret = { ...request, source: 'https://me:secret@example.org/a.csv?token=secret' }
    expect(JSON.stringify(await seen(['requests', secret]))).not.toContain('secret')
  })

  it('is gone when it is not kept any more', async () => {
    expect(await seen(['runs', begun], ['runs', null])).toBe(undefined)
  })
})

describe('rows that replays took', () => {
  it('count as taken as soon as they are on their way, and are open again when that fails', async () => {
    const { view, tell } = await instances(1)
    const replay = { selection: {}, until: [3] }
    const states = ['publishing', 'processing', 'succeeded', 'failed'] as const
    const taken = states.map((state) => {
      tell('runs', { ...begun, type: 'replay', source: null, replay, state })
      return view.replaysOf(quakes)
    })
    expect(taken).toEqual([[], [replay], [replay], []])
    expect(view.replaysOf(sourceless)).toEqual([])
  })
})

describe('runs', () => {
  const run = (name: string, requested_at: number, state: Run['state'] = 'succeeded'): Run => ({
    ...newRun({ ...request, run: name, requested_at }, 4),
    state,
  })

  it('are listed newest first, by dataset and state, a page after the other', async () => {
    const { view, tell } = await instances(1)
    const all = [run('a', 1), run('b', 3), run('c', 2, 'failed'), run('d', 3)]
    for (const one of all) tell('runs', one)
    tell('runs', run('e', 9), sourceless)
    const names = (query: Partial<Parameters<RunsView['list']>[0]>) =>
      view.list({ limit: 10, ...query }).map((known) => known.run.run)
    expect(names({})).toEqual(['e', 'd', 'b', 'c', 'a'])
    expect(names({ dataset: 'earthquakes', state: 'succeeded' })).toEqual(['d', 'b', 'a'])
    expect(names({ limit: 2, before: { requestedAt: 3, run: 'd' } })).toEqual(['b', 'c', 'a'])
  })

  it('come in whatever order, and are listed page by page as one list sorted', async () => {
    const { view, tell } = await instances(1)
    // two of each time
    const times = Array.from({ length: 300 }, (_, i) => Math.floor(((i * 7919) % 300) / 2))
    times.forEach((time, i) => tell('runs', run(`r${i}`, time)))
    const listed: [number, string][] = []
    for (let before: Parameters<RunsView['list']>[0]['before']; ;) {
      const found = view.list({ limit: 7, ...(before ? { before } : {}) })
      const page = found.slice(0, 7).map((known): [number, string] => [known.run.requested_at, known.run.run])
      listed.push(...page)
      if (found.length <= 7) break
      before = { requestedAt: page.at(-1)![0], run: page.at(-1)![1] }
    }
    const all = times.map((time, i): [number, string] => [time, `r${i}`])
    expect(listed).toEqual(all.toSorted((a, b) => b[0] - a[0] || (a[1] < b[1] ? 1 : -1)))
  })

  it('that come at once are no more than a thousand either, however long Kafka takes', async () => {
    const { view, runtime } = await instances(1)
    const taken = Promise.withResolvers<void>()
    runtime.send = vi.fn(() => taken.promise)
    const asked = Array.from({ length: 1010 }, (_, i) =>
      refusal(ask(view, 'earthquakes', `k${i}`, undefined)),
    )
    await vi.waitFor(() => expect(runtime.send).toHaveBeenCalledTimes(1000))
    taken.resolve()
    const refused = (await Promise.all(asked)).filter((answer) => answer !== 'no error')
    expect(refused.map((answer) => (answer as unknown[])[0])).toEqual(Array(10).fill(429))
  })

  it('are refused when a thousand of the dataset wait already', async () => {
    const { view, tell } = await instances(1)
    for (let i = 0; i < 1000; i++) tell('requests', { ...request, run: String(i) })
    expect(await refusal(ask(view, 'earthquakes', undefined, undefined))).toEqual([
      429,
      '1000 runs of "earthquakes" wait already; ask again when some are over',
    ])
    expect((await ask(view, 'sourceless', undefined, fileUrl('a.csv'))).state).toBe('queued')
  })
})

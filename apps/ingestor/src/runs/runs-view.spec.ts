import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadDataset, type Dataset, type TopicKind } from '@dsf/dataset'
import { RequestError, type Output, type Runtime } from '@dsf/stage'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { toAnswer, type RunAnswer } from './run-answer.ts'
import { newRun, type Run, type RunRequest } from '../importing/run.ts'
import { RunStates } from '../importing/run-state.ts'
import { RunsView } from './runs-view.ts'
import { takeIn } from '../importing/take-in.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
const fileUrl = (name: string) => pathToFileURL(join(folder, name)).href
for (const name of ['a.csv', 'b.csv']) writeFileSync(join(folder, name), 'id\n')

const loaded = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const quakes: Dataset = { ...loaded, source: { ...loaded.source, url: fileUrl('a.csv') } }
const sourceless: Dataset = { ...loaded, name: 'sourceless', source: { ...loaded.source, url: undefined } }

/** Instances of the ingestor that read the same topics; `sent` is what they wrote there. */
async function instances(count: number) {
  const sent: { dataset: string; to: TopicKind; output: Output }[] = []
  const followers: Parameters<Runtime['follow']>[1][] = []
  const tell = (kind: TopicKind, record: object | null, dataset = quakes, key = 'r') => {
    for (const seen of followers) seen(dataset, kind, record as Record<string, unknown> | null, key)
  }
  const runtime: Pick<Runtime, 'datasets' | 'send' | 'follow'> = {
    datasets: Object.assign(new Map([quakes, sourceless].map((dataset) => [dataset.name, dataset])), {
      refused: [{ name: 'broken', folder: '/srv/broken', problems: ['/x-dsf/lanes: expected at most 64'] }],
    }),
    send: async (dataset, to, output) => void sent.push({ dataset: dataset.name, to, output }),
    follow: async (kinds, seen) => {
      expect(kinds).toEqual(['requests', 'runs'])
      followers.push(seen)
    },
  }
  const views = Array.from({ length: count }, () => new RunsView({ allow: [], roots: [folder] }))
  for (const view of views) await view.open(runtime)
  return { views, view: views[0]!, sent, tell, runtime }
}
/** What a caller is answered. */
const ask = async (view: RunsView, ...wanted: Parameters<RunsView['import']>): Promise<RunAnswer> =>
  toAnswer(await view.import(...wanted))
const found = (view: RunsView, run: string): RunAnswer | undefined => {
  const known = view.find(run)
  return known && toAnswer(known)
}
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof RequestError ? [error.status, error.message, ...(error.errors ?? [])] : error,
  )

describe('a request', () => {
  it('becomes a queued run, written to the topic of requests under its id', async () => {
    const { view, sent } = await instances(1)
    const run = await ask(view, 'earthquakes', 'hour 7', undefined)
    expect(run).toEqual({
      runId: expect.stringMatching(/^[0-9a-f]{32}$/),
      dataset: 'earthquakes',
      type: 'import',
      source: fileUrl('a.csv'),
      state: 'queued',
      times: { requested: expect.stringMatching(/^20.*Z$/) },
      fetched: { bytes: 0 },
      rows: 0,
      ...{ closed: 0, expected: 8, counters: {}, statusUrl: `/v1/runs/${run.runId}` },
    })
    const value = {
      ...{ run: run.runId, type: 'import', source: fileUrl('a.csv'), replay: null },
      requested_at: expect.any(Number),
    }
    expect(sent).toEqual([{ dataset: 'earthquakes', to: 'requests', output: { key: run.runId, value } }])
    expect(found(view, run.runId)).toEqual(run)
  })

  it('with the same key is the same run, and is written once', async () => {
    const { view, sent } = await instances(1)
    const first = await ask(view, 'earthquakes', 'hour 7', undefined)
    expect(await ask(view, 'earthquakes', 'hour 7', fileUrl('a.csv'))).toEqual(first)
    expect(sent.length).toBe(1)
  })

  it('with the same key has the same id on an instance that has not heard of it', async () => {
    const { views } = await instances(2)
    const [one, other] = await Promise.all(views.map((view) => ask(view, 'earthquakes', 'hour 7', undefined)))
    expect(one!.runId).toEqual(other!.runId)
  })

  it.each(['requests first', 'runs first'] as const)(
    'with the key of a run that failed before its first row starts it again, on any instance, %s',
    async (order) => {
      const { views, sent, tell } = await instances(2)
      const { runId } = await ask(views[0]!, 'earthquakes', 'hour 7', undefined)
      const first = sent[0]!.output.value as RunRequest
      const failed = { ...newRun(first, 4), state: 'failed' as const, reason: 'no such file' }
      tell('requests', first)
      tell('runs', failed)
      const again = await ask(views[0]!, 'earthquakes', 'hour 7', undefined)
      expect([again.runId, again.state, sent.length]).toEqual([runId, 'queued', 2])
      const second = sent[1]!.output.value as RunRequest
      expect(second.requested_at).toBeGreaterThan(first.requested_at)

      const late = await instances(1)
      const [one, other] = [() => late.tell('requests', second), () => late.tell('runs', failed)]
      for (const heard of order === 'requests first' ? [one, other] : [other, one]) heard()
      expect(found(late.view, runId)?.state).toBe('queued')

      const succeeded = { ...newRun(second, 4), state: 'succeeded' as const, row: 3 }
      for (const heard of [() => tell('runs', succeeded), () => tell('requests', second)]) heard()
      const states = views.map((view) => found(view, runId)?.state)
      expect([states, sent.length]).toEqual([['succeeded', 'succeeded'], 2])
    },
  )

  it('that two instances have heard before they heard of each other is one run, as its owner has it', async () => {
    const { views, sent, tell } = await instances(2)
    const { runId } = await ask(views[0]!, 'earthquakes', 'hour 7', undefined)
    await new Promise((resolve) => setTimeout(resolve, 2))
    await ask(views[1]!, 'earthquakes', 'hour 7', undefined)
    const states = new RunStates({ runs: 1000, days: 90 })
    const requests = sent.map(({ output }) => output.value as RunRequest)
    expect(requests[1]!.requested_at).toBeGreaterThan(requests[0]!.requested_at)
    const told = () => views.map((view) => found(view, runId)?.state)
    const take = (record: RunRequest) => {
      const batch = { dataset: quakes, from: 'requests', records: [record] } as Parameters<typeof takeIn>[0]
      const { out } = takeIn(batch, states)
      states.commit()
      for (const { value } of out!.runs!) tell('runs', value as Run)
      tell('requests', record)
    }
    for (const request of requests) take(request)
    const run = states.get(runId)!
    tell('runs', { ...run, state: 'fetching' })
    expect(told()).toEqual(['fetching', 'fetching'])
    tell('runs', { ...run, state: 'failed' })
    expect(told()).toEqual(['failed', 'failed'])
  })

  it('that comes when the run is over changes nothing, on any instance', async () => {
    const { views, sent, tell } = await instances(2)
    const { runId } = await ask(views[0]!, 'earthquakes', 'hour 7', undefined)
    await new Promise((resolve) => setTimeout(resolve, 2))
    await ask(views[1]!, 'earthquakes', 'hour 7', undefined)
    tell('runs', { ...newRun(sent[0]!.output.value as RunRequest, 4), state: 'succeeded', row: 3 })
    expect(views.map((view) => found(view, runId)?.state)).toEqual(['succeeded', 'succeeded'])
  })

  it('with the key of a run that failed behind its first row is that failed run', async () => {
    const { view, sent, tell } = await instances(1)
    await ask(view, 'earthquakes', 'hour 7', undefined)
    const failed = { ...newRun(sent[0]!.output.value as RunRequest, 4), state: 'failed' as const, row: 1 }
    tell('runs', failed)
    expect((await ask(view, 'earthquakes', 'hour 7', undefined)).state).toBe('failed')
    expect(sent.length).toBe(1)
  })

  it('with another key, for another dataset, or without a key is another run', async () => {
    const { view } = await instances(1)
    const source = fileUrl('a.csv')
    const requests: [string, string | undefined][] = [
      ['earthquakes', 'hour 7'],
      ['earthquakes', 'hour 8'],
      ['sourceless', 'hour 7'],
      ['earthquakes', undefined],
      ['earthquakes', undefined],
    ]
    const runs = await Promise.all(requests.map(([name, key]) => ask(view, name, key, source)))
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(5)
  })

  it('for a dataset whose definition cannot be used is told what is wrong with it', async () => {
    const { view } = await instances(1)
    expect(await refusal(ask(view, 'broken', undefined, undefined))).toEqual([
      422,
      'the definition of "broken" in /srv/broken cannot be used',
      '/x-dsf/lanes: expected at most 64',
    ])
  })

  it('with a key that was used for another source is refused, on any instance that has heard of it', async () => {
    const { views, sent, tell } = await instances(2)
    await ask(views[0]!, 'earthquakes', 'hour 7', undefined)
    tell('requests', sent[0]!.output.value as object)
    for (const view of views)
      expect(await refusal(ask(view, 'earthquakes', 'hour 7', fileUrl('b.csv')))).toEqual([
        422,
        `the idempotency key was used for the source ${fileUrl('a.csv')} before`,
      ])
    expect(sent.length).toBe(1)
  })

  it.each<[what: string, name: string, source: string | undefined, status: number, sentence: string]>([
    [
      'an unknown dataset',
      'quake',
      undefined,
      404,
      'no dataset is named "quake"; known are earthquakes, sourceless',
    ],
    [
      'no source at all',
      'sourceless',
      undefined,
      422,
      'the dataset "sourceless" has no source.url, so the request must name a source',
    ],
    ['a source that is no URL', 'earthquakes', 'a.csv', 422, 'the source is not a URL'],
    [
      'a password in its source',
      'earthquakes',
      'https://me:pass@example.org/a.csv',
      422,
      'the source has a user or password in it, which would be kept with the run: name a secret in the definition (source.headers, source.login)',
    ],
    [
      'a private address',
      'earthquakes',
      'http://127.0.0.1/a.csv',
      422,
      'http://127.0.0.1/a.csv is refused: 127.0.0.1 is not a public address (loopback)',
    ],
    [
      'a file elsewhere',
      'earthquakes',
      'file:///etc/passwd',
      422,
      'file /etc/passwd is refused: it lies outside the folders that sources may come from',
    ],
    ['a missing file', 'earthquakes', fileUrl('c.csv'), 422, `file ${join(folder, 'c.csv')} does not exist`],
  ])('with %s is refused before it becomes a run', async (_, name, source, status, sentence) => {
    const { view, sent } = await instances(1)
    expect(await refusal(ask(view, name, 'key', source))).toEqual([status, sentence])
    expect(sent).toEqual([])
  })

  it('has to wait while the ingestor is starting', async () => {
    const view = new RunsView({ allow: [], roots: [] })
    expect(await refusal(ask(view, 'earthquakes', undefined, undefined))).toEqual([
      503,
      'the ingestor is still starting',
    ])
  })

  it('that could not be written has not become a run', async () => {
    const { view } = await instances(1)
    const broken = new RunsView({ allow: [], roots: [folder] })
    await broken.open({
      datasets: Object.assign(new Map([['earthquakes', quakes]]), { refused: [] }),
      follow: async () => undefined,
      send: () => Promise.reject(new Error('broker away')),
    })
    await expect(ask(broken, 'earthquakes', 'hour 7', undefined)).rejects.toThrow('broker away')
    const { runId } = await ask(view, 'earthquakes', 'hour 7', undefined)
    expect(found(broken, runId)).toBe(undefined)
  })
})

const request: RunRequest = { run: 'r', type: 'import', source: 's', replay: null, requested_at: 1 }
const begun: Run = { ...newRun(request, 4), state: 'publishing', row: 12 }

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

describe('who waits for a run', () => {
  it('hears of its end at once, and otherwise when the time is over', async () => {
    const { view, tell } = await instances(1)
    tell('runs', begun)
    const end = view.whenOver('r', 60_000)
    tell('runs', { ...begun, row: 13 })
    tell('runs', { ...begun, state: 'succeeded' })
    expect((await end)?.run.state).toBe('succeeded')
    tell('runs', { ...begun, run: 's' }, quakes, 's')
    expect((await view.whenOver('s', 5))?.run.state).toBe('publishing')
    expect(await view.whenOver('nobody', 60_000)).toBe(undefined)
  })

  it('is answered at once while a thousand others wait', async () => {
    const { view, tell } = await instances(1)
    tell('runs', begun)
    const waiting = Array.from({ length: 1000 }, () => view.whenOver('r', 60_000))
    expect((await view.whenOver('r', 60_000))?.run.state).toBe('publishing')
    tell('runs', { ...begun, state: 'succeeded' })
    expect((await Promise.all(waiting)).every((known) => known?.run.state === 'succeeded')).toBe(true)
    tell('runs', { ...begun, run: 's' }, quakes, 's')
    const again = view.whenOver('s', 60_000)
    tell('runs', { ...begun, run: 's', state: 'failed' }, quakes, 's')
    expect((await again)?.run.state).toBe('failed')
  })

  it('is not kept waiting by a process that ends', async () => {
    const { view, tell } = await instances(1)
    tell('runs', begun)
    const end = view.whenOver('r', 60_000)
    view.onModuleDestroy()
    expect((await end)?.run.state).toBe('publishing')
  })
})

describe('who asks for the end of a run', () => {
  it('writes that to the topic of requests, and hears what became of it', async () => {
    const { view, sent, tell } = await instances(1)
    tell('runs', begun)
    const cancelling = view.cancel('r')
    await new Promise(setImmediate)
    expect(sent).toMatchObject([
      { to: 'requests', output: { key: 'r', value: { type: 'cancel', run: 'r' } } },
    ])
    tell('requests', sent[0]!.output.value as object)
    tell('runs', { ...begun, state: 'cancelled' })
    expect((await cancelling).run).toMatchObject({ state: 'cancelled', row: 12 })
  })

  it('is refused for a run that is over, and for one that nobody knows', async () => {
    const { view, tell } = await instances(1)
    tell('runs', { ...begun, state: 'failed' })
    expect(await refusal(view.cancel('r'))).toEqual([409, 'the run "r" is over: it has failed'])
    expect(await refusal(view.cancel('x'))).toEqual([404, 'no run has the id "x"'])
  })
})

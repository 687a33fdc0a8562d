import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { folder, fileUrl, quakes, instances, ask, found, refusal } from '../../testing/instances.ts'
import { RunStates } from '../importing/run-state.ts'
import { newRun, type Run, type RunRequest } from '../importing/run.ts'
import { takeIn } from '../importing/take-in.ts'
import { RunsView } from './runs-view.ts'

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
    await sleep(2)
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
    await sleep(2)
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

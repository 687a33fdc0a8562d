import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadDataset, type Dataset, type TopicKind } from '@dsf/dataset'
import { RequestError, type Output, type Runtime } from '@dsf/stage'
import { afterAll, describe, expect, it } from 'vitest'
import { QuarantineView } from './quarantine-view.ts'
import { newRun, type RunProgress, type RunRequest } from './run-state.ts'
import { RunsView } from './runs-view.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
const fileUrl = (name: string) => pathToFileURL(join(folder, name)).href
for (const name of ['a.csv', 'b.csv']) writeFileSync(join(folder, name), 'id\n')

const loaded = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
const quakes: Dataset = { ...loaded, source: { ...loaded.source, url: fileUrl('a.csv') } }
const sourceless: Dataset = { ...loaded, name: 'sourceless', source: { ...loaded.source, url: undefined } }

/** Instances of the ingestor that read the same topics; `sent` is what they wrote there. */
async function instances(count: number) {
  const sent: { dataset: string; to: TopicKind; output: Output }[] = []
  const followers: Parameters<Runtime['follow']>[1][] = []
  const tell = (kind: TopicKind, record: object, dataset = quakes) => {
    for (const seen of followers) seen(dataset, kind, record as Record<string, unknown>)
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
  return { views, view: views[0]!, sent, tell }
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
    const run = await view.request('earthquakes', 'hour 7', undefined)
    expect(run).toEqual({
      runId: expect.stringMatching(/^[0-9a-f]{32}$/),
      dataset: 'earthquakes',
      source: fileUrl('a.csv'),
      state: 'queued',
      rows: 0,
    })
    const value = { run: run.runId, source: fileUrl('a.csv'), requested_at: expect.any(Number) }
    expect(sent).toEqual([{ dataset: 'earthquakes', to: 'requests', output: { key: run.runId, value } }])
    expect(view.find(run.runId)).toEqual(run)
  })

  it('with the same key is the same run, and is written once', async () => {
    const { view, sent } = await instances(1)
    const first = await view.request('earthquakes', 'hour 7', undefined)
    expect(await view.request('earthquakes', 'hour 7', fileUrl('a.csv'))).toEqual(first)
    expect(sent.length).toBe(1)
  })

  it('with the same key has the same id on an instance that has not heard of it', async () => {
    const { views } = await instances(2)
    const [one, other] = await Promise.all(
      views.map((view) => view.request('earthquakes', 'hour 7', undefined)),
    )
    expect(one).toEqual(other)
  })

  it.each(['requests first', 'runs first'] as const)(
    'with the key of a run that failed before its first row starts it again, on any instance, %s',
    async (order) => {
      const { views, sent, tell } = await instances(2)
      const { runId } = await views[0]!.request('earthquakes', 'hour 7', undefined)
      const first = sent[0]!.output.value as RunRequest
      const failed = { ...newRun(first, 4), state: 'failed' as const, reason: 'no such file' }
      tell('requests', first)
      tell('runs', failed)
      const again = await views[0]!.request('earthquakes', 'hour 7', undefined)
      expect([again.runId, again.state, sent.length]).toEqual([runId, 'queued', 2])
      const second = sent[1]!.output.value as RunRequest
      expect(second.requested_at).toBeGreaterThan(first.requested_at)

      const late = await instances(1)
      const [one, other] = [() => late.tell('requests', second), () => late.tell('runs', failed)]
      for (const heard of order === 'requests first' ? [one, other] : [other, one]) heard()
      expect(late.view.find(runId)?.state).toBe('queued')

      const succeeded = { ...newRun(second, 4), state: 'succeeded' as const, row: 3 }
      for (const heard of [() => tell('runs', succeeded), () => tell('requests', second)]) heard()
      const states = views.map((view) => view.find(runId)?.state)
      expect([states, sent.length]).toEqual([['succeeded', 'succeeded'], 2])
    },
  )

  it.each(['', ' ', '\t \u00a0'])('with the empty key %j is refused, and so is a replay', async (key) => {
    const { view, sent } = await instances(1)
    const refused = [
      400,
      'the header Idempotency-Key is empty; leave it out for a run of its own, or give the request a name',
    ]
    expect(await refusal(view.request('earthquakes', key, undefined))).toEqual(refused)
    const quarantine = new QuarantineView(view)
    const options = { dryRun: true, force: false }
    expect(await refusal(quarantine.replay('earthquakes', key, {}, options))).toEqual(refused)
    expect(sent).toEqual([])
  })

  it('with the key of a run that failed behind its first row is that failed run', async () => {
    const { view, sent, tell } = await instances(1)
    await view.request('earthquakes', 'hour 7', undefined)
    const failed = { ...newRun(sent[0]!.output.value as RunRequest, 4), state: 'failed' as const, row: 1 }
    tell('runs', failed)
    expect((await view.request('earthquakes', 'hour 7', undefined)).state).toBe('failed')
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
    const runs = await Promise.all(requests.map(([name, key]) => view.request(name, key, source)))
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(5)
  })

  it('for a dataset whose definition cannot be used is told what is wrong with it', async () => {
    const { view } = await instances(1)
    expect(await refusal(view.request('broken', undefined, undefined))).toEqual([
      422,
      'the definition of "broken" in /srv/broken cannot be used',
      '/x-dsf/lanes: expected at most 64',
    ])
  })

  it('with a key that was used for another source is refused, on any instance that has heard of it', async () => {
    const { views, sent, tell } = await instances(2)
    await views[0]!.request('earthquakes', 'hour 7', undefined)
    tell('requests', sent[0]!.output.value as object)
    for (const view of views)
      expect(await refusal(view.request('earthquakes', 'hour 7', fileUrl('b.csv')))).toEqual([
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
    expect(await refusal(view.request(name, 'key', source))).toEqual([status, sentence])
    expect(sent).toEqual([])
  })

  it('has to wait while the ingestor is starting', async () => {
    const view = new RunsView({ allow: [], roots: [] })
    expect(await refusal(view.request('earthquakes', undefined, undefined))).toEqual([
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
    await expect(broken.request('earthquakes', 'hour 7', undefined)).rejects.toThrow('broker away')
    const { runId } = await view.request('earthquakes', 'hour 7', undefined)
    expect(broken.find(runId)).toBe(undefined)
  })
})

describe('a run as every instance sees it', () => {
  const progress: RunProgress = { ...newRun({ run: 'r', source: 's', requested_at: 1 }, 4), row: 12 }
  const seen = async (...records: [TopicKind, object][]) => {
    const { view, tell } = await instances(1)
    for (const [kind, record] of records) tell(kind, record)
    return view.find('r')
  }
  const answer = { runId: 'r', dataset: 'earthquakes', source: 's' }

  it('is queued once it is requested, and none before', async () => {
    expect(await seen()).toBe(undefined)
    expect(await seen(['requests', { run: 'r', source: 's' }])).toEqual({
      ...answer,
      state: 'queued',
      rows: 0,
    })
  })

  it('goes on with its progress, whichever of the topics is read first', async () => {
    const landed = { ...progress, landing: 'landing/r.csv', landing_bytes: 9, landing_sha256: 'ab' }
    const expected = {
      ...answer,
      state: 'running',
      rows: 12,
      landing: { key: 'landing/r.csv', bytes: 9, sha256: 'ab' },
    }
    const requested: [TopicKind, object] = ['requests', { run: 'r', source: 's' }]
    expect(await seen(requested, ['runs', landed])).toEqual(expected)
    expect(await seen(['runs', landed], requested)).toEqual(expected)
  })

  it('tells why it failed', async () => {
    expect(await seen(['runs', { ...progress, state: 'failed', reason: 'no such file' }])).toEqual({
      ...answer,
      state: 'failed',
      reason: 'no such file',
      rows: 12,
    })
  })
})

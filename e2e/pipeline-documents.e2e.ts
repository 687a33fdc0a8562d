/** What the dashboard of the pipeline shows of a run is what its receipt says. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeQuakes } from '../bench/generate-quakes.ts'
import { queryOf, rowsOf } from '../dashboards/queries.ts'
import { pipelineDashboard } from '../dashboards/pipeline-dashboard.ts'
import { stackStatus, statusTable } from '../infra/local/status.ts'
import { topicName, type TopicKind } from '../libs/dataset/src/index.ts'
import { lagOfGroup } from '../libs/stage/src/kafka/lag.ts'
import { ask } from './support/documents.ts'
import { whileFrozen } from './support/processes.ts'
import { feedUrl, importSource, ingested, receiptOf, startRun, type Run } from './support/runs.ts'
import { filesDir, settings } from './support/stack.ts'
import { withAdmin } from './support/topics.ts'
import { until } from './support/until.ts'

const dataset = 'quakes-pipeline'
const dashboard = pipelineDashboard()
let receipt: Run

async function documents(kind: string, of: object): Promise<Record<string, any>[]> {
  await ask('dsf-pipeline/_refresh')
  const filter = Object.entries({ kind, ...of }).map(([field, value]) => ({ term: { [field]: value } }))
  const { hits } = (await ask('dsf-pipeline/_search', { size: 10_000, query: { bool: { filter } } })).hits
  return hits.map(({ _source }: { _source: object }) => _source)
}

/** The rows of a panel, of this dataset alone. */
async function rows(id: string) {
  const panel = dashboard.panels.find((one) => one.id === id)!
  const where = [...dashboard.where, { field: 'dataset', is: dataset }]
  return rowsOf(panel, await ask('dsf-pipeline/_search', queryOf({ ...dashboard, where }, panel)))
}

beforeAll(async () => {
  receipt = await importSource(dataset, `${feedUrl}/earthquakes/window-2.csv`)
  // written behind the last receipt, which is all that the end of an import waits for
  await until('the document of the run', async () => (await documents('run', { run: receipt.runId })).length)
})

describe('a finished run', () => {
  it('is one document with the counters of its receipt', async () => {
    const [run, ...others] = await documents('run', { run: receipt.runId })
    expect(others).toEqual([])
    const { quarantined, ...counters } = receipt.counters
    const named = Object.entries(counters).filter(([name]) => !name.includes(':') && name !== 'undecodable')
    expect(run).toMatchObject({ dataset, state: 'succeeded', quarantined, ...Object.fromEntries(named) })
    expect(run!['duration_ms']).toBeGreaterThan(0)
  })

  it('has the time that each stage took', async () => {
    const stages = await documents('stage', { run: receipt.runId })
    expect(stages.map(({ stage }) => stage).toSorted()).toEqual([
      ...['cleaner', 'generator', 'indexer', 'ingestor', 'sink-minio'],
    ])
    for (const { duration_ms } of stages) expect(duration_ms).toBeGreaterThanOrEqual(0)
  })

  it('has its refused rows by their reason', async () => {
    const rejects = await documents('reject', { run: receipt.runId })
    const found = Object.fromEntries(rejects.map(({ code, rows }) => [`quarantined:${code}`, rows]))
    const expected = Object.entries(receipt.counters).filter(([name]) => name.startsWith('quarantined:'))
    expect(expected.length).toBeGreaterThan(2)
    expect(found).toEqual(Object.fromEntries(expected))
  })
})

it('an import that fails is a document too, though it sends no receipts', async () => {
  const run = await startRun(dataset, `${feedUrl}/earthquakes/no-such-file.csv`)
  const { reason } = await ingested(run)
  const [found] = await until('the document of the failed import', async () => {
    const failed = await documents('run', { run })
    return failed.length > 0 && failed
  })
  expect(found).toMatchObject({ dataset, state: 'failed', reason, read: 0 })
})

it('the panels show the sums of these documents', async () => {
  const counters = ['read', 'clean', 'duplicate', 'quarantined', 'stored', 'created', 'replaced']
  const [sums] = await rows('receipts')
  expect(sums).toMatchObject({
    key: dataset,
    ...Object.fromEntries(counters.map((name, i) => [`value${i + 2}`, receipt.counters[name]])),
  })
  expect(await rows('failed')).toEqual([{ value: 1 }])
  expect((await rows('last')).map(({ state }) => state)).toEqual(['failed', 'succeeded'])
  const perReason = await rows('rejects')
  const total = perReason.reduce((sum, { value }) => sum + Number(value), 0)
  expect(total).toBeGreaterThanOrEqual(receipt.counters['quarantined']!)
})

it('a failed import whose source was mended starts again under its key, and its document is that of its success', async () => {
  const file = join(filesDir, 'mended.csv')
  writeFileSync(file, 'of,another,feed\n1,2,3\n')
  const run = await startRun(dataset, `file://${file}`, 'mended')
  expect((await ingested(run)).state).toBe('failed')
  await until('the document of the failure', async () => {
    const [failed] = await documents('run', { run, state: 'failed' })
    return failed
  })
  await writeQuakes(file, { rows: 100, seed: 9 })
  expect(await startRun(dataset, `file://${file}`, 'mended')).toBe(run)
  const { counters } = await receiptOf(run)
  expect(counters['read']).toBe(100)
  const [document] = await until('the document of the success', () =>
    documents('run', { run, state: 'succeeded' }).then((found) => found.length > 0 && found),
  )
  expect(document).toMatchObject({ read: 100 })
})

it('records that wait are samples, until they wait no more', async () => {
  const samples = async () =>
    (await documents('lag', { dataset, stage: 'sink-minio', topic: 'enriched' }))
      .toSorted((a, b) => a['@timestamp'] - b['@timestamp'])
      .map(({ records }) => records as number)
  const run = await whileFrozen('sink-minio', async () => {
    const started = await startRun(dataset, `${feedUrl}/earthquakes/window-2.csv`)
    await until('a sample of what waits', async () => ((await samples()).at(-1) ?? 0) > 0)
    return started
  })
  await receiptOf(run)
  await until('a sample at rest', async () => (await samples()).at(-1) === 0)
})

it('nothing is behind once all has come, say offsets, metrics, documents and status alike, quarantine included', async () => {
  const { counters } = await importSource(dataset, `${feedUrl}/earthquakes/window-2.csv`)
  // their objects are announced by nobody's receipt
  expect(counters['quarantined']).toBeGreaterThan(0)
  const behind = { offsets: offsetsBehind, metrics: statusBehind, documents: lastSamples }
  for (const [what, ask] of Object.entries(behind)) {
    let last: unknown[] = []
    await until(`${what} to say that nothing waits`, async () => (last = await ask()).length === 0).catch(
      (error: unknown) => Promise.reject(new Error(`${JSON.stringify(last)} wait`, { cause: error })),
    )
  }
  expect(statusTable((await stackStatus(settings)).services)).not.toContain(`behind in ${dataset}`)
})

const read: Record<string, TopicKind[]> = {
  ingestor: ['requests'],
  cleaner: ['raw'],
  generator: ['clean'],
  'sink-minio': ['clean', 'enriched', 'quarantine', 'profile'],
  indexer: ['objects'],
}

async function offsetsBehind(): Promise<string[]> {
  const places = Object.entries(read).flatMap(([stage, kinds]) => kinds.map((kind) => [stage, kind] as const))
  const found = await withAdmin((admin) =>
    Promise.all(
      places.map(async ([stage, kind]) => {
        const records = await lagOfGroup(admin, `dsf.${stage}`, topicName(dataset, kind))
        return records === 0 ? [] : `${stage} ${kind} ${records}`
      }),
    ),
  )
  return found.flat()
}

async function statusBehind(): Promise<unknown[]> {
  const { services } = await stackStatus(settings)
  return services.flatMap(({ behind = [] }) => behind).filter(({ topic }) => topic.startsWith(`${dataset}.`))
}

/** Of each place that ever waited, what its last sample says that is not 0. */
async function lastSamples(): Promise<unknown[]> {
  const last = new Map<string, Record<string, any>>()
  for (const one of await documents('lag', { dataset })) {
    const place = `${one['stage']} ${one['topic']}`
    if (!last.has(place) || last.get(place)!['@timestamp'] < one['@timestamp']) last.set(place, one)
  }
  return [...last.values()].filter(({ records }) => records !== 0)
}

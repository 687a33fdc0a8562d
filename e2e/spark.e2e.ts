/** Profiles and trends as Spark computes them, against DuckDB over the same lake; and a job that dies in each part of a micro-batch. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { writeQuakes } from '../bench/generate-quakes.ts'
import { loadDataset } from '../libs/dataset/src/index.ts'
import { byKey, expectClose, type Measures, type Rows } from './support/compare-rows.ts'
import { ask } from './support/documents.ts'
import { bytesOf, tableKeysOf } from './support/objects.ts'
import { kill, revive } from './support/processes.ts'
import { feedUrl, importSource, type Run } from './support/runs.ts'
import {
  answerOf,
  caughtUp,
  crash,
  killJobs,
  progressOf,
  saidBy,
  startJob,
  type Job,
} from './support/spark-jobs.ts'
import { profilesOf, trendsOf } from './support/spark-sql.ts'
import { filesDir, runDir, settings } from './support/stack.ts'
import { tableRows } from './support/tables.ts'
import { decode, isReceipt, messagesOf } from './support/topics.ts'
import { until } from './support/until.ts'

// a session takes seconds to start, and minutes where others take the processors
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const dataset = 'quakes-spark'
const { fields } = loadDataset(join(runDir, 'datasets', dataset))
const runs: string[] = []

async function importFile(source: string): Promise<Run> {
  const receipt = await importSource(dataset, source)
  runs.push(receipt.runId)
  return receipt
}

/** New events of one day. */
async function importEvents(seed: number, rows: number, end: number): Promise<Run> {
  const file = join(filesDir, `spark-${seed}.csv`)
  await writeQuakes(file, { rows, seed, days: 1, end })
  return importFile(`file://${file}`)
}

beforeAll(async () => {
  await importFile(`${feedUrl}/earthquakes/window-1.csv`)
  await importFile(`${feedUrl}/earthquakes/window-2.csv`)
})

afterAll(killJobs)

describe('csv-profile', () => {
  const key = ['dsf_run', 'type', 'window_start', 'field', 'at']
  const counts = ['rows', 'keys', 'nulls', 'distinct']
  const spread = ['minimum', 'maximum', 'mean', 'p05', 'p25', 'p50', 'p75', 'p95']
  let job: Job

  const records = async (): Promise<Rows> => {
    const messages = (await messagesOf(`${dataset}.profile`)).filter((message) => !isReceipt(message))
    return Promise.all(messages.map(({ value }) => decode(value!)))
  }

  it.each(['before-commit', 'after-publish'])('can be killed in a micro-batch, %s', async (point) => {
    await crash('csv-profile', dataset, point)
    expect((await records()).length > 0).toBe(point === 'after-publish')
  })

  it('goes on, and has profiled every row once', async () => {
    const before = await records()
    job = await startJob('csv-profile', dataset)
    await caughtUp(job, dataset)
    const found = await records()
    expect(found).toEqual(before)
    const withoutAt = key.filter((column) => column !== 'at')
    expectClose(
      byKey(found, withoutAt, [...counts, ...spread]),
      byKey(await profilesOf(dataset, fields), withoutAt, [...counts, ...spread]),
    )
    expect(new Set(found.map(({ at }) => Number(at))).size).toBe(1)
  })

  it('profiles what comes while it runs; the sums of all micro-batches are those of the runs', async () => {
    const { counters } = await importEvents(1, 4000, Date.UTC(2018, 1, 5))
    const { rowsTotal } = await caughtUp(job, dataset)
    expect(rowsTotal).toBeGreaterThanOrEqual(counters['processed']!)
    const sums = (rows: Rows) => {
      const totals = new Map<string, Measures>()
      for (const row of rows) {
        const name = [row['dsf_run'], row['type'], Number(row['window_start']), row['field']].join('|')
        const { rows: n = 0, nulls = 0 } = totals.get(name) ?? {}
        totals.set(name, { rows: n! + Number(row['rows']), nulls: nulls! + Number(row['nulls']) })
      }
      return totals
    }
    const found = await records()
    byKey(found, key, counts)
    expectClose(sums(found), sums(await profilesOf(dataset, fields)))
    expect(await answerOf('csv-profile', '/health/ready')).toMatchObject({ status: 200 })
  })

  it('has its records in the lake, once', async () => {
    const found = await records()
    const wanted = byKey(found, key, [...counts, ...spread])
    const arrived = async () => {
      const rows = await tableRows(dataset, 'profile', ['at', 'window_start', 'window_end'])
      return rows.length >= found.length && rows
    }
    const rows = await until('the profiles in the lake', arrived, { everyMs: 1000 })
    expectClose(byKey(rows, key, [...counts, ...spread]), wanted)
  })

  it('waits for a server that is away, and says so', async () => {
    await kill(settings.store)
    try {
      const { body } = await until('the job to be not ready', async () => {
        const answer = await answerOf('csv-profile', '/health/ready')
        return answer.status === 503 && answer
      })
      expect(body).toMatchObject({ status: 'waiting', dependencies: { kafka: 'ok' } })
      await until('its query to wait', async () => (await readiness('csv-profile'))[dataset] !== 'ok', {
        seconds: 120,
      })
    } finally {
      await revive(settings.store)
    }
    await caughtUp(job, dataset)
    expect((await answerOf('csv-profile', '/health/ready')).status).toBe(200)
  })

  it('ends with 0 at SIGTERM', async () => {
    job.child.kill('SIGTERM')
    expect(await job.ended).toBe(0)
  })
})

const readiness = async (name: Job['name']): Promise<Record<string, string>> =>
  (await answerOf(name, '/health/ready')).body.dependencies

describe('trends', () => {
  const key = ['window_start', 'type', 'simulated', 'field']
  const measures = ['events', 'values', 'mean', 'minimum', 'maximum']
  let job: Job
  let first: Map<string, Buffer>

  const announced = async (): Promise<Rows> => {
    const messages = (await messagesOf(`${dataset}.objects`)).filter((message) => !isReceipt(message))
    const objects = await Promise.all(messages.map(({ value }) => decode(value!)))
    return objects.filter(({ route }) => route === 'trends')
  }

  const objects = async () => {
    const keys = await tableKeysOf(dataset, 'trends')
    return new Map(await Promise.all(keys.map(async (name) => [name, await bytesOf(name)] as const)))
  }

  /** Of each window, type and field the row of the last micro-batch that changed it. */
  async function newest(): Promise<Rows> {
    const rows = await tableRows(dataset, 'trends', ['window_start', 'window_end'])
    const last = new Map<string, Record<string, any>>()
    for (const row of rows) {
      const name = key.map((column) => String(row[column])).join('|')
      if (!(Number(last.get(name)?.['dsf_version'] ?? 0) > Number(row['dsf_version']))) last.set(name, row)
    }
    return [...last.values()]
  }

  const same = async (of: string[]) =>
    expectClose(
      byKey(await newest(), key, measures),
      byKey(await trendsOf(dataset, fields, of), key, measures),
    )

  it.each(['after-write', 'after-publish'])('can be killed in a micro-batch, %s', async (point) => {
    await crash('trends', dataset, point)
    first ??= await objects()
    expect(first.size).toBeGreaterThan(0)
    expect(new Set((await announced()).map((object) => object['key'])).size).toBe(
      point === 'after-publish' ? first.size : 0,
    )
  })

  it('goes on; the objects are those of before, and count each key once', async () => {
    job = await startJob('trends', dataset)
    await caughtUp(job, dataset)
    expect(await objects()).toEqual(first)
    await same(runs)
  })

  it('counts a key that was revised in a later micro-batch no second time', async () => {
    await importFile(`${feedUrl}/earthquakes/window-2.csv`)
    await importEvents(2, 2000, Date.UTC(2018, 1, 6))
    await caughtUp(job, dataset)
    await same(runs)
    const written = [...(await objects())]
    expect(written.length).toBeGreaterThan(first.size)
    const keys = (await announced()).map((object) => object['key'] as string)
    expect([...new Set(keys)].toSorted()).toEqual(written.map(([name]) => name))
  })

  it('leaves out rows behind the watermark, and counts them', async () => {
    // what a micro-batch learns of time holds from the second one behind it
    for (const seed of [3, 4]) {
      await importEvents(seed, 300, Date.UTC(2026, 10, 1))
      expect(await caughtUp(job, dataset)).toMatchObject({ dropped: 0 })
    }
    const counted = [...runs]
    const { counters } = await importEvents(5, 300, Date.UTC(2018, 1, 6))
    expect(await caughtUp(job, dataset)).toMatchObject({ dropped: counters['enriched'] })
    await same(counted)
    expect(saidBy('trends')).toMatch(/rows were later than the watermark/)
  })

  it('has its newest rows as documents', async () => {
    const wanted = byKey(await newest(), key, measures)
    const query = { term: { dataset } }
    const arrived = async () => {
      await ask('dsf-trends/_refresh')
      return (await ask('dsf-trends/_count', { query })).count === wanted.size
    }
    await until('the documents', arrived, { everyMs: 1000 })
    const sum = async (field: string) =>
      (await ask('dsf-trends/_search', { size: 0, query, aggs: { sum: { sum: { field } } } })).aggregations
        .sum.value
    const total = (field: string) => [...wanted.values()].reduce((all, row) => all + (row[field] ?? 0), 0)
    expect([await sum('events'), await sum('values')]).toEqual([total('events'), total('values')])
  })

  it('waits for a broker that is away, and says so', async () => {
    await kill('kafka')
    try {
      await until(
        'the job to be not ready',
        async () => (await answerOf('trends', '/health/ready')).status === 503,
      )
      await until('its query to wait', async () => (await readiness('trends'))[dataset] !== 'ok', {
        seconds: 120,
      })
    } finally {
      await revive('kafka')
    }
    await caughtUp(job, dataset)
    expect((await progressOf('trends', dataset)).lag).toBe(0)
  })

  it('ends with 0 at SIGTERM', async () => {
    job.child.kill('SIGTERM')
    expect(await job.ended).toBe(0)
  })
})

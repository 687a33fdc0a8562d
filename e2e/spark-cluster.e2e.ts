/**
 * Both Spark jobs on a cluster of a master and two workers count what they count in one process. Beside the others only when it is asked
 * for, because it takes three minutes: make test-spark
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { feedUrl, importSource } from './support/runs.ts'
import { startSparkCluster, type SparkCluster } from './support/spark-cluster.ts'
import { caughtUp, killJobs, startJob, type Job } from './support/spark-jobs.ts'
import { tableRows } from './support/tables.ts'
import { decode, isReceipt, messagesOf } from './support/topics.ts'

// a session takes seconds to start, and minutes where others take the processors
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const alone = 'quakes-alone'
const spread = 'quakes-spread'
let cluster: SparkCluster

beforeAll(async () => {
  cluster = await startSparkCluster()
  // the same file as two datasets of the same definition
  for (const dataset of [alone, spread])
    expect((await importSource(dataset, `${feedUrl}/earthquakes/window-1.csv`)).state).toBe('succeeded')
})

afterAll(() => {
  killJobs()
  cluster.end()
})

type Row = Record<string, unknown>

/** Without what names the run, the moment or the dataset; numbers as text, and sums of doubles without their last digits. */
const countsOf = (rows: readonly Row[], columns: readonly string[]): string[] =>
  rows.map((row) => columns.map((column) => `${column} ${plain(row[column])}`).join(', ')).toSorted()

const plain = (value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(12) : String(value)

async function work(name: Job['name'], dataset: string, own: NodeJS.ProcessEnv): Promise<number> {
  const job = await startJob(name, dataset, undefined, own)
  const { rowsTotal } = await caughtUp(job, dataset)
  expect(await cluster.cores()).toBe(dataset === spread ? 2 : 0)
  job.child.kill('SIGTERM')
  expect(await job.ended).toBe(0)
  return rowsTotal
}

async function profiles(dataset: string): Promise<Row[]> {
  const messages = (await messagesOf(`${dataset}.profile`)).filter((message) => !isReceipt(message))
  return Promise.all(messages.map(({ value }) => decode(value!) as Promise<Row>))
}

const statistics = ['minimum', 'maximum', 'mean', 'p05', 'p25', 'p50', 'p75', 'p95']

it
  .runIf(process.env['SPARK_CLUSTER'] === '1')
  .each<{ name: Job['name']; rowsOf: (dataset: string) => Promise<Row[]>; columns: string[] }>([
    {
      name: 'csv-profile',
      rowsOf: profiles,
      columns: ['type', 'window_start', 'field', 'rows', 'keys', 'nulls', 'distinct', ...statistics],
    },
    {
      name: 'trends',
      rowsOf: (dataset) => tableRows(dataset, 'trends', ['window_start', 'window_end']),
      columns: ['window_start', 'type', 'simulated', 'field', 'events', 'values', ...statistics.slice(0, 3)],
    },
  ])('$name counts the same on two workers as in one process', async ({ name, rowsOf, columns }) => {
  const rows = await work(name, alone, {})
  expect(rows).toBeGreaterThan(0)
  expect(await work(name, spread, cluster.variables)).toBe(rows)
  const counted = countsOf(await rowsOf(alone), columns)
  expect(counted.length).toBeGreaterThan(0)
  expect(countsOf(await rowsOf(spread), columns)).toEqual(counted)
})

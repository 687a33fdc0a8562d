/** Plays the Spark jobs: writes profiles and trends as they do, with clients that are not the stages'. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Message } from 'kafkajs'
import { bytesOf, putObject, queryTable } from './objects.ts'
import { filesDir } from './stack.ts'
import { openKafka, openRegistry } from './topics.ts'

const registry = openRegistry()

/** Encodes with the schema that a stage has registered. */
async function encode(subject: string, value: object): Promise<Buffer> {
  return registry.encode(await registry.getLatestSchemaId(subject), value)
}

/** One micro-batch of a job: records and, behind them, the receipt that closes the reader's batch, in one transaction. */
async function writeBatch(
  dataset: string,
  kind: string,
  records: object[],
  closing: { route: string; run?: string; counters?: Record<string, number> },
): Promise<void> {
  const topic = `${dataset}.${kind}`
  const producer = openKafka().producer({
    transactionalId: `dsf.test.${topic}`,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  try {
    const messages: Message[] = []
    for (const [i, record] of records.entries())
      messages.push({ key: String(i), partition: 0, value: await encode(`${topic}-value`, record) })
    const receipt = { run: '', dataset, lane: 0, lanes: 1, counters: {}, times: {}, ...closing }
    messages.push({
      key: receipt.run,
      partition: 0,
      value: await encode('dsf.Receipt', receipt),
      headers: { 'dsf-kind': 'receipt' },
    })
    const transaction = await producer.transaction()
    await transaction.send({ topic, acks: -1, messages })
    await transaction.commit()
  } finally {
    await producer.disconnect()
  }
}

export interface Profile {
  dsf_run: string
  dsf_version: number
  at: number
  type: string | null
  window_start: number | null
  window_end: number | null
  field: string
  rows: number
  keys: number
  nulls: number
  distinct: number
  minimum: number | null
  maximum: number | null
  mean: number | null
  p05: number | null
  p25: number | null
  p50: number | null
  p75: number | null
  p95: number | null
}

export const writeProfiles = (dataset: string, profiles: Profile[]): Promise<void> =>
  writeBatch(dataset, 'profile', profiles, { route: 'profile' })

export interface Trend {
  dsf_version: number
  type: string | null
  simulated: boolean
  window_start: number
  window_end: number
  field: string
  events: number
  values: number
  mean: number | null
  minimum: number | null
  maximum: number | null
}

/** Profiles and trends of a few days, with numbers that differ from row to row, for a picture. */
export async function writeSampleTables(dataset: string, types: string[], fields: string[]): Promise<void> {
  const dayMs = 86_400_000
  const first = Date.parse('2018-02-01T00:00:00Z')
  const cases = [0, 1, 2].flatMap((day) =>
    types.flatMap((type, t) => fields.map((field, f) => ({ day, type, field, n: 7 * day + 3 * t + f }))),
  )
  const places = ({ day, type, field }: (typeof cases)[0]) => ({
    ...{ type, field, window_start: first + day * dayMs, window_end: first + (day + 1) * dayMs },
  })
  const range = (n: number) => ({ minimum: n - 1.5, maximum: n + 2.25, mean: n })
  await writeProfiles(
    dataset,
    cases.map((one) => ({
      ...{
        dsf_run: `run-${one.day}`,
        dsf_version: one.n,
        at: first + (10 + one.day) * dayMs,
        ...places(one),
      },
      ...{ rows: 20 + one.n, keys: 19 + one.n, nulls: one.n % 4, distinct: 5, ...range(one.n) },
      ...{ p05: 0, p25: 1, p50: 2, p75: 3, p95: 4 },
    })),
  )
  const trends = cases.flatMap((one) =>
    [false, true].map((simulated) => ({
      ...{ dsf_version: 1, simulated, events: 5 + one.n, values: 4 + one.n, ...places(one), ...range(one.n) },
    })),
  )
  await announceTrends(dataset, await putTrends(dataset, 1, trends), trends.length)
}

/** Writes the object of a day of a micro-batch, and returns its key. */
export async function putTrends(dataset: string, batch: number, trends: Trend[]): Promise<string> {
  const path = join(mkdtempSync(join(filesDir, 'trends-')), 'trends.parquet')
  const connection = await (await DuckDBInstance.create()).connect()
  const value = (one: unknown) => (typeof one === 'string' ? `'${one}'` : String(one))
  const rows = trends.map((trend) => `(${trendColumns.map(([name]) => value(trend[name])).join()})`)
  const columns = trendColumns.map(([name, type]) => `${type.replace('$', name)} AS ${name}`)
  const from = `(VALUES ${rows.join()}) AS given(${trendColumns.map(([name]) => name).join()})`
  await connection.run(
    `COPY (SELECT ${columns.join()} FROM ${from}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`,
  )
  const dt = new Date(trends[0]!.window_start).toISOString().slice(0, 10)
  const name = `0badcafe-${String(batch).padStart(16, '0')}.parquet`
  const key = `lake/dataset=${dataset}/table=trends/dt=${dt}/${name}`
  await putObject(key, readFileSync(path))
  return key
}

const trendColumns: [name: keyof Trend, sql: string][] = [
  ['dsf_version', '$::BIGINT'],
  ['type', '$::VARCHAR'],
  ['simulated', '$::BOOLEAN'],
  ['window_start', 'make_timestamp_ms($)::TIMESTAMP_MS'],
  ['window_end', 'make_timestamp_ms($)::TIMESTAMP_MS'],
  ['field', '$::VARCHAR'],
  ['events', '$::BIGINT'],
  ['values', '$::BIGINT'],
  ['mean', '$::DOUBLE'],
  ['minimum', '$::DOUBLE'],
  ['maximum', '$::DOUBLE'],
]

/** Announces an object of trends as the job does; again, when it is not sure that it did. */
export const announceTrends = (dataset: string, key: string, records: number): Promise<void> =>
  announce(dataset, [{ route: 'trends', key, records }], { route: 'trends' })

/** Announces objects that are in the store, and closes them with a receipt. */
export async function announce(
  dataset: string,
  objects: { route: string; key: string; records: number }[],
  closing: { route: string; run?: string; counters?: Record<string, number> },
): Promise<void> {
  const records = objects.map(async ({ route, key, records }) => {
    const bytes = await bytesOf(key)
    const number = Number(/-(\d{16})\.parquet$/.exec(key)![1])
    return {
      ...{ dsf_run: closing.run ?? '', route, key, format: 'parquet', type: null },
      ...{ dt: /dt=([^/]*)/.exec(key)![1]!, lane: 0, first_offset: number, last_offset: number },
      ...{ records, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    }
  })
  await writeBatch(dataset, 'objects', await Promise.all(records), closing)
}

/** The rows of a table of the lake as DuckDB reads them, times as ms, with the folders of their objects as columns. */
export async function tableRows(
  dataset: string,
  table: string,
  times: string[],
): Promise<Record<string, unknown>[]> {
  const inMs = times.map((name) => `epoch_ms("${name}") AS "${name}"`).join()
  const sql = await queryTable(dataset, table)
  const plain = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
  return (await sql(`SELECT * EXCLUDE (filename) REPLACE (${inMs}) FROM ${table}`)).map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
  )
}

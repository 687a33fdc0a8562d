/** Profiles and trends, which Spark jobs write: they become objects and documents, once, and disturb no run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { repositoryRoot } from '../infra/local/settings.ts'
import { aliasOf, ask, countDocuments, documentsOf } from './support/documents.ts'
import { keysOf, queryLake, tableKeysOf } from './support/objects.ts'
import { revive, secondInstance, terminate } from './support/processes.ts'
import { feedUrl, importSource } from './support/runs.ts'
import { environment } from './support/stack.ts'
import {
  announce,
  announceTrends,
  putTrends,
  tableRows,
  writeProfiles,
  type Profile,
  type Trend,
} from './support/tables.ts'
import { decode, isReceipt, messagesOf } from './support/topics.ts'
import { until } from './support/until.ts'

const dataset = 'quakes-tables'
const day = (date: string) => Date.parse(`${date}T00:00:00Z`)

/** Documents of an alias that are of this dataset, by id, without what nobody wrote. */
async function documents(alias: string, of: object = {}): Promise<Map<string, Record<string, any>>> {
  await ask(`${alias}/_refresh`)
  const filter = Object.entries({ dataset, ...of }).map(([field, value]) => ({ term: { [field]: value } }))
  const { hits } = (await ask(`${alias}/_search`, { size: 1000, query: { bool: { filter } } })).hits
  return new Map(hits.map(({ _id, _source }: { _id: string; _source: object }) => [_id, _source]))
}

const profilesOf = (run: string) => documents('dsf-pipeline', { kind: 'profile', run })

const announced = async (): Promise<Record<string, any>[]> => {
  const rows = (await messagesOf(`${dataset}.objects`)).filter((message) => !isReceipt(message))
  return Promise.all(rows.map(({ value }) => decode(value!)))
}

const numbers = { minimum: -0.5, maximum: 6.25, mean: 1.5, p05: 0, p25: 1, p50: 1.5, p75: 2, p95: 4 }
const noNumbers = Object.fromEntries(Object.keys(numbers).map((name) => [name, null])) as Record<
  keyof typeof numbers,
  null
>
const profile = (run: string, start: string | null, more: Partial<Profile> = {}): Profile => ({
  ...{ dsf_run: run, dsf_version: 1_795_471_200_123, at: 1_795_471_200_123, type: 'earthquake' },
  window_start: start === null ? null : day(start),
  window_end: start === null ? null : day(start) + 86_400_000,
  ...{ field: 'mag', rows: 20, keys: 19, nulls: 2, distinct: 12, ...numbers, ...more },
})

const trend = (start: string, version: number, more: Partial<Trend> = {}): Trend => ({
  ...{ dsf_version: version, type: 'earthquake', simulated: false, window_start: day(start) },
  ...{ window_end: day(start) + 3_600_000, field: 'mag', events: 7, values: 6 },
  ...{ mean: 2.25, minimum: -0.5, maximum: 5, ...more },
})

beforeAll(async () => {
  await importSource(dataset, `${feedUrl}/earthquakes/window-1.csv`)
})

describe('profiles', () => {
  const run = 'profiled'
  const records = [
    profile(run, '2018-02-06'),
    profile(run, '2018-02-07', { type: null }),
    profile(run, '2018-02-06', { field: 'place', ...noNumbers }),
    profile(run, null, { nulls: 20, ...noNumbers }),
  ]

  it('become Parquet of a table of their own, by the day of their window', async () => {
    await writeProfiles(dataset, records)
    await until('its objects', async () => (await tableKeysOf(dataset, 'profile')).length === 3)
    const folder = `lake/dataset=${dataset}/table=profile`
    const file = '00-0000000000000000.parquet'
    expect(await tableKeysOf(dataset, 'profile')).toEqual(
      ['2018-02-06', '2018-02-07', '__HIVE_DEFAULT_PARTITION__'].map((dt) => `${folder}/dt=${dt}/${file}`),
    )
    const folders = (start: number | null) => ({
      ...{ dataset, table: 'profile' },
      dt: start === null ? null : new Date(start).toISOString().slice(0, 10),
    })
    const found = await tableRows(dataset, 'profile', ['at', 'window_start', 'window_end'])
    expect(found.length).toBe(records.length)
    expect(found).toEqual(
      expect.arrayContaining(records.map((record) => ({ ...record, ...folders(record.window_start) }))),
    )
  })

  it('become documents of the pipeline', async () => {
    const found = await until('documents', async () => {
      const some = await profilesOf(run)
      return some.size === records.length && some
    })
    const wanted = records.map(({ dsf_run, dsf_version: _, at, ...rest }) => {
      const present = Object.entries(rest).filter(([, value]) => value !== null)
      return { kind: 'profile', dataset, run: dsf_run, '@timestamp': at, ...Object.fromEntries(present) }
    })
    expect([...found.values()]).toEqual(expect.arrayContaining(wanted))
  })

  it('are the same objects and documents when the sink was killed between an object and its announcement', async () => {
    const other = 'killed'
    await terminate('sink-minio')
    await writeProfiles(dataset, [profile(other, '2018-02-06'), profile(other, '2018-02-08')])
    const dying = await secondInstance('sink-minio', {
      CRASH_AT: 'after-put',
      SESSION_TIMEOUT_MS: '6000',
    }).catch(() => undefined)
    if (dying) expect(await dying.ended).toBe('SIGKILL')
    const between = await tableKeysOf(dataset, 'profile')
    const before = (await announced()).map(({ key }) => key as string)
    await revive('sink-minio')
    await until('the documents', async () => (await profilesOf(other)).size === 2)
    // the records before were the first four
    const mine = ['2018-02-06', '2018-02-08'].map(
      (dt) => `lake/dataset=${dataset}/table=profile/dt=${dt}/00-0000000000000004.parquet`,
    )
    expect(between).toEqual(expect.arrayContaining(mine))
    expect(before).not.toEqual(expect.arrayContaining([mine[0]]))
    const keys = (await announced()).map(({ key }) => key as string)
    expect(keys.filter((key) => mine.includes(key)).toSorted()).toEqual(mine)
    expect((await tableKeysOf(dataset, 'profile')).length).toBe(5)
  })
})

describe('trends', () => {
  const wanted = ({ window_start, ...rest }: Trend) => ({ dataset, '@timestamp': window_start, ...rest })
  let first: string

  it('become documents, one for each window, type, kind and field', async () => {
    const rows = [
      trend('2018-02-06', 1000),
      trend('2018-02-06', 1000, { simulated: true }),
      trend('2018-02-06', 1000, { field: 'depth', values: 0, mean: null, minimum: null, maximum: null }),
      trend('2018-02-06', 1000, { type: null }),
    ]
    first = await putTrends(dataset, 1, rows)
    await announceTrends(dataset, first, rows.length)
    const found = await until('documents', async () => {
      const some = await documents('dsf-trends')
      return some.size === rows.length && some
    })
    const present = rows.map((row) =>
      Object.fromEntries(Object.entries(wanted(row)).filter(([, value]) => value !== null)),
    )
    expect([...found.values()]).toEqual(expect.arrayContaining(present))
  })

  it('are replaced by what a later micro-batch says, and by no earlier one that is announced again', async () => {
    const later = trend('2018-02-06', 2000, { events: 8, values: 8 })
    await announceTrends(dataset, await putTrends(dataset, 2, [later]), 1)
    const id = `${dataset}.earthquake.${day('2018-02-06')}.false.mag`
    const newest = async () => (await documents('dsf-trends')).get(id)
    await until('the later one', async () => (await newest())?.['events'] === 8)
    await announceTrends(dataset, first, 4)
    // a batch behind it shows that it was handled
    await announceTrends(dataset, await putTrends(dataset, 3, [trend('2018-02-07', 3000)]), 1)
    await until('the batch behind', async () => (await documents('dsf-trends')).size === 5)
    expect(await newest()).toEqual(wanted(later))
  })
})

/** Receipts that reached the end, in their order. */
async function receiptsOf(dataset: string, run: string): Promise<any[]> {
  const messages = await messagesOf(`${dataset}.receipts`)
  const receipts = await Promise.all(messages.map(({ value }) => decode(value!)))
  return receipts.filter((receipt) => receipt.run === run)
}

describe('a run that they lie between', () => {
  it('counts what is its own', async () => {
    const run = 'between'
    const sql = await queryLake(dataset)
    const objects = await sql(
      `SELECT filename AS key, count(*)::INTEGER AS records FROM lake GROUP BY 1 ORDER BY 1 LIMIT 3`,
    )
    const [first, ...others] = objects.map(({ key, records }) => ({
      ...{ route: 'lake', key: key as string, records: records as number },
    }))
    const [profile] = (await tableKeysOf(dataset, 'profile')).slice(-1)
    const trends = await putTrends(dataset, 4, [trend('2018-02-09', 1000)])
    const derived = [
      { route: 'profile', key: profile!, records: 1 },
      { route: 'trends', key: trends, records: 1 },
    ]
    const rows = objects.reduce((sum, { records }) => sum + Number(records), 0)
    const counters = { read: rows, clean: rows }
    const stored = { ...counters, enriched: rows, stored: rows }

    await announce(dataset, [first!, ...derived], { route: 'trends' })
    await announce(dataset, derived, { route: 'profile' })
    await announce(dataset, derived, { route: 'processed', run, counters: { ...counters, processed: rows } })
    await announce(dataset, [derived[1]!, ...others], { route: 'lake', run, counters: stored })

    const receipts = await until('the receipts', async () => {
      const found = await receiptsOf(dataset, run)
      return found.length === 2 && found
    })
    expect(receipts.map(({ route }) => route)).toEqual(['processed', 'lake'])
    // these objects were announced before: the index has their documents
    const documentsOfRun = { created: 0, replaced: rows, repeated: rows, superseded: 0, refused: 0 }
    expect(receipts[1]!.counters).toMatchObject(documentsOfRun)
  })
})

describe('the rows beside them', () => {
  it('are all that a new version of the index is filled with', async () => {
    const present = await documentsOf(dataset)
    const lake = await keysOf('lake', dataset)
    expect(lake.filter((key) => key.includes('table='))).toEqual([])
    const program = join(repositoryRoot, 'apps/indexer/dist/reindex.main.js')
    const env = { ...process.env, ...environment, HEALTH_PORT: '0' }
    const child = spawn('node', [program, dataset], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const said = text(child.stdout)
    expect((await once(child, 'close'))[0]).toBe(0)
    // rows of a table would be refused by the strict mapping
    expect(await said).toMatch(new RegExp(`rows of ${lake.length} objects, 0 refused$`, 'm'))
    expect(await said).not.toMatch(/[1-9]\d* refused$/m)
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v2`])
    expect(await countDocuments(dataset, { term: { simulated: false } })).toBe(present.size)
    expect(await countDocuments(dataset, { bool: { must_not: { exists: { field: 'id' } } } })).toBe(0)
  })
})

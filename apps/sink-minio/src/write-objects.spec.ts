import { createHash } from 'node:crypto'
import { topicSchemas, type Dataset, type Row } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { parquetMetadata } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { batchOf, openStore, quake, quakes } from '../testing/chunks.ts'
import { routesOf, writeObjects, type Read } from './write-objects.ts'

const asJson: Dataset = {
  ...quakes,
  sinks: { ...quakes.sinks, lake: { ...quakes.sinks.lake, format: 'jsonl' } },
}
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const noted = () => undefined
const write = async (store: ObjectStore, from: Read, records: Row[], dataset = quakes) =>
  (await writeObjects(store, routesOf(dataset)[from], batchOf(from, records, dataset), noted)).objects

describe('a chunk of clean rows', () => {
  it('becomes one CSV object, named by lane and number of its first record, and a record that announces it', async () => {
    const { store, objects } = openStore()
    const written = await write(store, 'clean', [quake('a'), quake('b', { type: 'explosion' })])
    const key = 'processed/dataset=earthquakes/02-0000000000000700.csv'
    const { bytes, metadata } = objects.get(key)!
    expect([...objects.keys()]).toEqual([key])
    expect(bytes.toString().split('\n').length).toBe(4)
    expect(written).toEqual([
      {
        key,
        value: {
          dsf_run: 'r',
          route: 'processed',
          key,
          format: 'csv',
          type: null,
          dt: null,
          lane: 2,
          first_offset: 1200,
          last_offset: 1202,
          records: 2,
          bytes: bytes.length,
          sha256: sha256(bytes),
        },
      },
    ])
    expect(metadata).toEqual({
      'x-amz-meta-dsf-lane': '2',
      'x-amz-meta-dsf-first-offset': '1200',
      'x-amz-meta-dsf-last-offset': '1202',
      'x-amz-meta-dsf-records': '2',
      'x-amz-meta-dsf-sha256': sha256(bytes),
    })
  })

  it('of no rows becomes no object', async () => {
    const { store, objects } = openStore()
    expect([await write(store, 'clean', []), objects.size]).toEqual([[], 0])
  })
})

describe('a chunk of the lake', () => {
  const rows = [
    quake('a'),
    quake('b', { type: 'quarry blast' }),
    quake('c', { time: Date.parse('2018-02-08T00:00:00Z') }),
    quake('d', { type: null }),
    quake('e', { time: null }),
    quake('f'),
  ]
  const prefix = 'lake/dataset=earthquakes'
  const file = '02-0000000000000700.parquet'

  it('becomes an object for each type and day, and each tells of its own part', async () => {
    const { store, objects } = openStore()
    const written = await write(store, 'enriched', rows)
    const none = '__HIVE_DEFAULT_PARTITION__'
    expect([...objects.keys()].toSorted()).toEqual([
      `${prefix}/type=${none}/dt=2018-02-07/${file}`,
      `${prefix}/type=earthquake/dt=2018-02-07/${file}`,
      `${prefix}/type=earthquake/dt=2018-02-08/${file}`,
      `${prefix}/type=earthquake/dt=${none}/${file}`,
      `${prefix}/type=quarry%20blast/dt=2018-02-07/${file}`,
    ])
    const told = written.map(({ value }) => value as Row)
    expect(told.map(({ type, dt, records, format }) => [type, dt, records, format])).toEqual([
      ['earthquake', '2018-02-07', 2, 'parquet'],
      ['quarry blast', '2018-02-07', 1, 'parquet'],
      ['earthquake', '2018-02-08', 1, 'parquet'],
      [null, '2018-02-07', 1, 'parquet'],
      ['earthquake', null, 1, 'parquet'],
    ])
    expect(told.reduce((sum, { records }) => sum + Number(records), 0)).toBe(rows.length)
    for (const { key, bytes, sha256: sum } of told) {
      const object = objects.get(String(key))!
      expect([
        object.bytes.length,
        sha256(object.bytes),
        object.metadata?.['x-amz-meta-dsf-records'],
      ]).toEqual([bytes, sum, String(told.find((each) => each.key === key)!.records)])
    }
  })

  it.each([quakes, asJson])(
    'is the same names and bytes when it is written again, as $sinks.lake.format',
    async (dataset) => {
      const [first, again] = [openStore(), openStore()]
      const written = await write(first.store, 'enriched', rows, dataset)
      expect(await write(again.store, 'enriched', rows, dataset)).toEqual(written)
      expect(again.objects).toEqual(first.objects)
    },
  )

  it('is of the format that the dataset asks for', async () => {
    const { store, objects } = openStore()
    await write(store, 'enriched', [quake('a')], asJson)
    const [[key, { bytes }]] = [...objects] as [[string, { bytes: Buffer }]]
    expect(key).toBe(`${prefix}/type=earthquake/dt=2018-02-07/02-0000000000000700.jsonl`)
    expect(JSON.parse(bytes.toString())).toMatchObject({ id: 'a', time: '2018-02-07T01:26:13.840Z' })
  })

  it('is uploaded a few objects at a time, and announced in the order of its rows', async () => {
    const { store, busy } = openStore()
    const days = Array.from({ length: 20 }, (_, day) => quake(`q${day}`, { time: day * 86_400_000 }))
    const written = await write(store, 'enriched', days)
    expect(written.map(({ value }) => (value as Row).dt)).toEqual(
      days.map(({ time }) => new Date(Number(time)).toISOString().slice(0, 10)),
    )
    expect(busy.most).toBe(8)
  })

  it('announces nothing when one of its objects could not be written', async () => {
    const { store } = openStore((key) => key.includes('quarry'))
    await expect(write(store, 'enriched', rows)).rejects.toThrow(
      'cannot put lake/dataset=earthquakes/type=quarry',
    )
  })
})

describe('a chunk of profiles', () => {
  const profile = (window_start: number | null): Row => ({
    ...{ dsf_run: 'r', dsf_version: 5, at: 5, type: null, window_start, window_end: null, field: 'mag' },
    ...{ rows: 3, keys: 3, nulls: 1, distinct: 2, minimum: 1, maximum: 2, mean: 1.5 },
    ...{ p05: 1, p25: 1, p50: 1.5, p75: 2, p95: 2 },
  })

  it('is a table of the lake in Parquet, announced as no part of it, whatever form the rows have', async () => {
    const { store, objects } = openStore()
    const written = await write(store, 'profile', [profile(0), profile(null), profile(0)], asJson)
    const folder = 'lake/dataset=earthquakes/table=profile'
    const file = '02-0000000000000700.parquet'
    const key = `${folder}/dt=1970-01-01/${file}`
    expect([...objects.keys()]).toEqual([key, `${folder}/dt=__HIVE_DEFAULT_PARTITION__/${file}`])
    expect(written.map(({ value }) => value)).toMatchObject([
      { dsf_run: 'r', route: 'profile', key, format: 'parquet', type: null, dt: '1970-01-01', records: 2 },
      { dsf_run: 'r', route: 'profile', format: 'parquet', type: null, dt: null, records: 1 },
    ])
    const columns = topicSchemas.profile(asJson).fields.map(({ name }) => name)
    const metadata = parquetMetadata(new Uint8Array(objects.get(key)!.bytes).buffer)
    expect(metadata.schema.slice(1).map(({ name }) => name)).toEqual(columns)
  })
})

describe('a chunk of refused rows', () => {
  it('becomes one object of JSON lines under quarantine', async () => {
    const { store, objects } = openStore()
    const refused = {
      dsf_run: '',
      dsf_row: 7,
      stage: 'cleaner',
      reasons: [],
      content: 'csv',
      bytes: Buffer.from('a,b'),
    }
    const [written] = await write(store, 'quarantine', [refused as unknown as Row])
    const key = 'quarantine/dataset=earthquakes/02-0000000000000700.jsonl'
    expect(written!.value).toMatchObject({
      dsf_run: '',
      route: 'quarantine',
      key,
      format: 'jsonl',
      records: 1,
    })
    expect(JSON.parse(objects.get(key)!.bytes.toString())).toEqual({ ...refused, bytes: 'YSxi', text: 'a,b' })
  })
})

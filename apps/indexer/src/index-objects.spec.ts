import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { loadDataset } from '@dsf/dataset'
import type { Batch } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { describe, expect, it } from 'vitest'
import type { Fate } from './bulk-answer.ts'
import type { Index } from './elasticsearch.ts'
import { sendBulk } from './send-bulk.ts'
import { objectIndexer, type AnnouncedObject } from './index-objects.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/seattle-weather'))

const row = (date: string) => ({ dsf_run: 'r', dsf_row: 1, dsf_version: 1, simulated: false, date })
const trend = {
  dsf_version: 1,
  type: 'rain',
  simulated: false,
  window_start: 0,
  window_end: 1,
  field: 'wind',
}
const figures = { events: 2, values: 2, mean: 1, minimum: 1, maximum: 1 }
const objects: Record<string, object[]> = {
  'lake/a': [row('2012-01-01'), row('2012-01-02')],
  'lake/b': [row('2012-01-03')],
  'lake/old': [{ ...row('2012-01-04'), date: undefined, day: '2012-01-04' }, row('2012-01-05')],
  'lake/t': [{ ...trend, ...figures }],
}
const bytesOf = (key: string) => Buffer.from(objects[key]!.map((one) => `${JSON.stringify(one)}\n`).join(''))

const announced = (route: string, key: string): AnnouncedObject => ({
  ...{ route, key, format: 'jsonl', records: objects[key]!.length },
  sha256: createHash('sha256').update(bytesOf(key)).digest('hex'),
})

/** A store and an index in memory; the index takes what its alias does not refuse. */
function open(refusing?: string, answers: Fate[] = []) {
  const taken: Record<string, number> = {}
  const store = { get: async (key: string) => bytesOf(key) } as unknown as ObjectStore
  const turns: unknown[] = []
  const bulk: Index['bulk'] = async (items, how) => {
    turns.push(how?.turn)
    const { body, rows } = items
    if (items.refused !== undefined) return sendBulk(() => Promise.reject(new Error('sent')), items)
    const alias = (JSON.parse(body.split('\n')[0]!) as { index: { _index: string } }).index._index
    const refused = alias === refusing ? rows.map((_, at) => ({ at, reason: 'no such field' })) : []
    taken[alias] = (taken[alias] ?? 0) + rows.length - refused.length
    const fate = answers.shift() ?? 'created'
    return { fates: rows.map(() => (alias === refusing ? undefined : fate)), refused, retry: [] }
  }
  const signs = { count: 0 }
  const handle = objectIndexer(store, { bulk, nameOf: (name: string) => name } as Index)(dataset)
  let lane = 0
  const batch = (firstRecord: number, ...records: AnnouncedObject[]) =>
    handle({ records, lane, firstRecord } as Batch<AnnouncedObject>, {
      heard: () => signs.count++,
      signal: new AbortController().signal,
    })
  const inLane = (other: number, ...records: AnnouncedObject[]) => {
    lane = other
    return batch(0, ...records)
  }
  return {
    taken,
    signs,
    turns,
    batch,
    inLane,
    handle: (...records: AnnouncedObject[]) => batch(0, ...records),
  }
}

describe('a batch of announced objects', () => {
  it('gives a sign of life with each request', async () => {
    const { handle, signs } = open()
    await handle(announced('lake', 'lake/a'), announced('trends', 'lake/t'))
    expect(signs.count).toBe(2)
  })

  it('sends its rows in the turn that all lanes of the dataset share', async () => {
    const { inLane, turns } = open()
    await inLane(0, announced('lake', 'lake/a'))
    await inLane(1, announced('lake', 'lake/b'))
    expect(turns).toEqual([expect.any(Function), expect.any(Function)])
    expect(turns[0]).toBe(turns[1])
  })

  it('counts the rows of the lake, and nothing of what belongs to no run', async () => {
    const { handle, taken } = open()
    const [a, b, trends] = [
      announced('lake', 'lake/a'),
      announced('replay', 'lake/b'),
      announced('trends', 'lake/t'),
    ]
    const elsewhere = announced('processed', 'lake/b')
    const { counts } = await handle(trends, a, elsewhere, trends, b)
    expect(counts).toEqual({ created: 2, replaced: 0, superseded: 0, repeated: 0, refused: 0 })
    expect(taken).toEqual({ 'seattle-weather': 3, 'dsf-trends': 2 })
  })

  it('that is handled again counts what became of its documents the first time', async () => {
    const [a, b] = [announced('lake', 'lake/a'), announced('lake', 'lake/b')]
    const { batch } = open(undefined, ['created', 'repeated', 'repeated', 'repeated', 'superseded'])
    await batch(3, a, b)
    expect((await batch(3, a, b)).counts).toMatchObject({ created: 3, replaced: 0, repeated: 0 })
    // fetched otherwise than the first time, it ends elsewhere
    expect((await batch(3, a)).counts).toMatchObject({ created: 2, replaced: 0, repeated: 0 })
    expect((await batch(4, b)).counts).toMatchObject({ created: 1, replaced: 0, repeated: 0 })
    // a newer version of the same batch, which comes again with it, does not make it superseded
    expect((await batch(4, b)).counts).toMatchObject({ created: 1, superseded: 0 })
  })

  it('whose first answers went with another process says that it found its documents there', async () => {
    const { batch } = open(undefined, ['repeated'])
    expect((await batch(3, announced('lake', 'lake/a'))).counts).toEqual({
      ...{ created: 0, replaced: 2, superseded: 0 },
      ...{ repeated: 2, refused: 0 },
    })
  })

  it('sends refused rows to quarantine', async () => {
    const { counts, out } = await open('seattle-weather').handle(announced('lake', 'lake/a'))
    expect(counts).toEqual({ created: 0, replaced: 0, superseded: 0, repeated: 0, refused: 2 })
    expect(out!.quarantine!.map(({ value }) => value)).toMatchObject([
      { object: 'lake/a' },
      { object: 'lake/a' },
    ])
  })

  it('sends a row without its key to quarantine as it was read, and the others to the index', async () => {
    const { handle, taken } = open()
    const { counts, out } = await handle(announced('lake', 'lake/old'))
    expect([counts, taken]).toMatchObject([{ created: 1, refused: 1 }, { 'seattle-weather': 1 }])
    const [{ key, value }] = out!.quarantine as [{ key: null; value: { bytes: Buffer } }]
    expect([key, JSON.parse(value.bytes.toString())]).toEqual([null, objects['lake/old']![0]])
  })

  it('names the object of each refused row', async () => {
    const { out } = await open('seattle-weather').handle(
      announced('lake', 'lake/a'),
      announced('lake', 'lake/b'),
    )
    expect(out!.quarantine!.map(({ value }) => (value as { object: string }).object)).toEqual([
      ...['lake/a', 'lake/a', 'lake/b'],
    ])
  })

  it('tells of a refused document of a table, which nobody could replay', async () => {
    const { handle } = open('dsf-trends')
    await expect(handle(announced('trends', 'lake/t'))).rejects.toThrow(
      'Elasticsearch refused 1 of 1 documents of dsf-trends, from lake/t on: no such field. Mend',
    )
  })

  it.each(['lake', 'trends'])('trusts no bytes that were not announced: %s', async (route) => {
    const { handle } = open()
    await expect(handle({ ...announced(route, 'lake/t'), sha256: 'other' })).rejects.toThrow(
      'lake/t: sha256 is ',
    )
  })
})

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { indexTemplate, loadDataset, trendsTemplate, type Row } from '@dsf/dataset'
import { DatasetError } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { describe, expect, it } from 'vitest'
import { ask } from '../../../e2e/support/documents.ts'
import { freshName, newDataset } from '../../../e2e/support/lanes.ts'
import { environment } from '../../../e2e/support/stack.ts'
import { ownIndex } from '../testing/own-index.ts'
import { bulkWriter } from './bulk-body.ts'
import type { Turn } from './one-large.ts'
import { indexSettings } from './config.ts'
import { openIndex, type NamedIndex } from './elasticsearch.ts'
import { tableIndexer } from './index-tables.ts'
import { tables } from './table-documents.ts'

const index = openIndex(indexSettings(environment))
const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))

describe('a document of a table', () => {
  const trend = {
    ...{ dsf_version: 5, type: 'earthquake', simulated: false, window_start: 0, window_end: 1, field: 'mag' },
    ...{ events: 2, values: 2, mean: 1, minimum: 1, maximum: 1 },
  }
  const bytes = Buffer.from(`${JSON.stringify(trend)}\n`)
  const store = { get: async () => bytes } as unknown as ObjectStore
  const object = {
    ...{ key: 'lake/t', format: 'jsonl', records: 1 },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
  const { signal } = new AbortController()
  const write = ({ alias }: NamedIndex) =>
    tableIndexer(
      store,
      index,
      { ...tables.trends, alias },
      dataset,
    )([object], { heard: () => undefined, signal })

  it('is written once, however often its object is announced', async () => {
    const own = ownIndex(trendsTemplate, freshName())
    await index.prepareIndex(own)
    for (let time = 0; time < 3; time++) await write(own)
    await ask(`${own.alias}/_refresh`)
    const { hits } = (await ask(`${own.alias}/_search`, { version: true })).hits
    expect(hits).toMatchObject([{ _id: 'earthquakes.earthquake.0.false.mag', _version: 5 }])
  })

  it('that an index does not take is trouble of its dataset, with the reason', async () => {
    const own = ownIndex(trendsTemplate, freshName(), ['maximum'])
    await index.prepareIndex(own)
    await expect(write(own)).rejects.toThrow(DatasetError)
    await expect(write(own)).rejects.toThrow(
      /^Elasticsearch refused 1 of 1 .*strict_dynamic_mapping.*\[maximum\]/,
    )
  })
})

describe('a row at the edge of what its types hold', () => {
  const field = (name: string, type: string, more: object = {}) => ({ name, type, ...more })
  const fields = [
    field('n', 'number'),
    field('i', 'integer'),
    field('s', 'string'),
    field('t', 'string', { 'x-dsf': { search: 'text' } }),
    field('d', 'date'),
    field('at', 'datetime'),
    field('lat', 'number', { constraints: { minimum: -90, maximum: 90 } }),
    field('lon', 'number', { constraints: { minimum: -180, maximum: 180 } }),
  ]
  const roles = { eventTime: 'at', geo: { latitude: 'lat', longitude: 'lon' } }
  const day = (text: string) => Date.parse(text) / 86_400_000
  const edges: [what: string, row: Row][] = [
    ['the largest numbers', { n: 1.7976931348623157e308, i: 2 ** 53 - 1 }],
    ['the smallest numbers', { n: -5e-324, i: -(2 ** 53 - 1) }],
    ['zero below', { n: -0 }],
    ['a number beyond all', { n: Infinity, lat: Infinity, lon: 0 }],
    ['no number', { n: NaN, lat: 1, lon: NaN }],
    ['a word longer than a term', { s: 'x'.repeat(40_000), t: 'x'.repeat(40_000) }],
    ['many bytes in few letters', { s: '🗼'.repeat(20_000), t: '🗼'.repeat(20_000) }],
    ['a text of a million letters', { t: 'word '.repeat(200_000) }],
    ['half a letter', { s: '\ud83d', t: '\ud83d' }],
    ['control characters', { s: '\u0000\u001f\u2028', t: '\u0000\u001f\u2028' }],
    ['the first day', { d: day('0001-01-01'), at: Date.parse('0001-01-01T00:00:00Z') }],
    ['the last moment', { d: day('9999-12-31'), at: Date.parse('9999-12-31T23:59:59.999Z') }],
    ['the corners of the earth', { lat: 90, lon: 180 }],
    ['the other corners', { lat: -90, lon: -180 }],
    ['a key of many bytes', { id: '🗼'.repeat(1000) }],
  ]

  it.each(edges)('is indexed, and never refused for its values: %s', async (_, row) => {
    const dataset = newDataset(1, fields, freshName(), roles)
    await index.prepare(dataset)
    const whole = { dsf_run: 'r', dsf_row: 1, dsf_version: 1, simulated: false, id: 'a', v: 1, ...row }
    const [body] = bulkWriter(dataset)([whole])
    expect(await index.bulk(body!)).toEqual({ fates: ['created'], refused: [], retry: [] })
    await ask(`${dataset.name}/_refresh`)
    const { hits } = (await ask(`${dataset.name}/_search`)).hits
    expect(hits.length).toBe(1)
  })

  it('is sent in its turn, by the length of its request', async () => {
    const dataset = newDataset(1, fields, freshName(), roles)
    await index.prepare(dataset)
    const [body] = bulkWriter(dataset)([
      { dsf_run: 'r', dsf_row: 1, dsf_version: 1, simulated: false, id: 'a', v: 1 },
    ])
    const lengths: number[] = []
    const turn: Turn = (length, send) => {
      lengths.push(length)
      return send()
    }
    expect(await index.bulk(body!, { turn })).toMatchObject({ fates: ['created'] })
    expect(lengths).toEqual([body!.body.length])
  })
})

describe('a document', () => {
  const epoch = Date.parse('1970-01-01T00:00:00Z')
  const year = (text: string) => Date.parse(`${text}-01-01T00:00:00.000Z`)
  const times = [
    -(2 ** 52),
    year('0001'),
    year('1960'),
    year('1961'),
    epoch - 1,
    epoch,
    1,
    year('2024'),
    2 ** 52,
  ]
  const row = (dsf_version: number, name: string) => ({
    ...{ dsf_run: 'r', dsf_row: 1, dsf_version, simulated: false, id: 'nv1', net: name },
    ...{ updated: Math.max(year('0001'), Math.min(dsf_version, year('9999'))), time: year('0001') },
    ...{ latitude: 1, longitude: 2, type: 'earthquake' },
  })

  it.each([
    ['the order of time', times],
    ['the opposite order', times.toReversed()],
    ['another order', times.toSorted((a, b) => Math.sin(a) - Math.sin(b))],
  ])('is that of the newest version, in %s, before 1970 too', async (_, order) => {
    const { alias, template, first } = ownIndex(indexTemplate(dataset), freshName())
    await index.prepareIndex({ alias, name: alias, first, template })
    const toBodies = bulkWriter(dataset, { index: alias })
    for (const version of order)
      for (const body of toBodies([row(version, `of ${version}`)])) {
        const answer = await index.bulk(body, { target: 'index' })
        expect(answer.refused).toEqual([])
      }
    const found = (await ask(`${alias}/_doc/nv1`, undefined, 'GET')) as { _version: number; _source: object }
    expect(found._source).toMatchObject({ dsf_version: 2 ** 52, net: `of ${2 ** 52}` })
    expect(found._version).toBe(2 ** 53)
  })

  it('is told as created, replaced, superseded or repeated, in the words of this Elasticsearch', async () => {
    const { alias, template, first } = ownIndex(indexTemplate(dataset), freshName())
    await index.prepareIndex({ alias, name: alias, first, template })
    // its own key must not be read as the answer
    const id = 'current version [1] is higher or equal to the one provided [1]'
    const fatesOf = async (...versions: number[]) => {
      const rows = versions.map((version) => ({ ...row(version, 'any'), id }))
      const bodies = [...bulkWriter(dataset, { index: alias })(rows)]
      return (await Promise.all(bodies.map((body) => index.bulk(body, { target: 'index' })))).flatMap(
        ({ fates }) => fates,
      )
    }
    const [a, b, c] = [year('2001'), year('2002'), year('2003')]
    expect(await fatesOf(a, b)).toEqual(['created', 'replaced'])
    expect(await fatesOf(a, b, b, c, a)).toEqual([
      ...['superseded', 'repeated', 'repeated', 'replaced', 'superseded'],
    ])
    expect((await ask(`${alias}/_refresh`)) && (await ask(`${alias}/_count`)).count).toBe(1)
  })

  it.each<[string, (index: string, alias: string) => Promise<unknown>]>([
    ['has lost its alias', (index, alias) => ask('_aliases', { actions: [{ remove: { index, alias } }] })],
    ['is closed', (index) => ask(`${index}/_close`)],
    ['is blocked by somebody', (index) => ask(`${index}/_block/write`, undefined, 'PUT')],
    [
      'is not the write index of its alias',
      (index, alias) => ask('_aliases', { actions: [{ add: { index, alias, is_write_index: false } }] }),
    ],
  ])('is the trouble of its dataset alone when the index %s', async (_, harm) => {
    const { alias, template, first } = ownIndex(indexTemplate(dataset), freshName())
    await index.prepareIndex({ alias, name: alias, first, template })
    await harm(first, alias)
    const [body] = bulkWriter(dataset, { index: alias })([row(1, 'any')])
    const written = index.bulk(body!)
    await expect(written).rejects.toThrow(DatasetError)
    await expect(written).rejects.toThrow('It is written once the index can be')
  })

  it('takes the place of one that was written under its plain version', async () => {
    const { alias, template, first } = ownIndex(indexTemplate(dataset), freshName())
    await index.prepareIndex({ alias, name: alias, first, template })
    const old = year('2024')
    await ask(`${alias}/_doc/nv1?version=${old}&version_type=external_gte`, row(old, 'old'))
    for (const body of bulkWriter(dataset, { index: alias })([row(old + 1, 'new')]))
      await index.bulk(body, { target: 'index' })
    const found = (await ask(`${alias}/_doc/nv1`, undefined, 'GET')) as { _source: object }
    expect(found._source).toMatchObject({ net: 'new' })
  })
})

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  indexTemplate,
  loadDataset,
  pipelineTemplate,
  trendsTemplate,
  type IndexTemplate,
  type Row,
} from '@dsf/dataset'
import { DatasetError } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { describe, expect, it } from 'vitest'
import { ask, mappingOf } from '../../../e2e/support/documents.ts'
import { freshName, newDataset } from '../../../e2e/support/lanes.ts'
import { environment } from '../../../e2e/support/stack.ts'
import { bulkWriter } from './bulk-body.ts'
import { indexSettings } from './config.ts'
import { openIndex, type NamedIndex } from './elasticsearch.ts'
import { tableIndexer } from './index-tables.ts'
import { tables } from './table-documents.ts'

const index = openIndex(indexSettings(environment))
const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))

/** An index of its own that is made of a template of ours, perhaps without some fields. */
function named(template: IndexTemplate, without: string[] = [], alias = freshName()): NamedIndex {
  const { settings, mappings } = template.template
  const properties = Object.fromEntries(
    Object.entries(mappings.properties).filter(([name]) => !without.includes(name)),
  )
  const own = { ...template, index_patterns: [`${alias}-0*`] }
  return {
    ...{ alias, name: alias, first: `${alias}-000001` },
    template: { ...own, template: { settings, mappings: { ...mappings, properties } } },
  }
}

describe('an index that is there already', () => {
  it('gets the fields that were added since, and keeps its documents', async () => {
    const older = named(pipelineTemplate, ['field', 'nulls', 'window_start', 'p50'])
    await index.prepareIndex(older)
    await ask(`${older.alias}/_doc/a?refresh=true`, { kind: 'run', run: 'r' })
    expect(Object.keys(await mappingOf(older.alias))).not.toContain('nulls')

    await index.prepareIndex(named(pipelineTemplate, [], older.alias))
    expect(await mappingOf(older.alias)).toMatchObject({
      ...{ field: { type: 'keyword' }, nulls: { type: 'long' }, p50: { type: 'double' } },
      window_start: { type: 'date', format: 'epoch_millis||strict_date_optional_time' },
    })
    expect((await ask(`${older.alias}/_count`)).count).toBe(1)
  })

  it('keeps the format of its dates, which cannot be changed, and takes a new date with the new one', async () => {
    const older = named(trendsTemplate, ['window_end'])
    const { properties } = older.template.template.mappings
    properties['@timestamp'] = { type: 'date', format: 'epoch_millis' }
    await index.prepareIndex(older)

    await index.prepareIndex(named(trendsTemplate, [], older.alias))
    expect(await mappingOf(older.alias)).toMatchObject({
      '@timestamp': { type: 'date', format: 'epoch_millis' },
      window_end: { type: 'date', format: 'epoch_millis||strict_date_optional_time' },
    })
  })
})

describe('a date of a new index', () => {
  it('is found by the text that somebody types into a filter, and is read as ms, however few', async () => {
    const own = named(trendsTemplate)
    await index.prepareIndex(own)
    const times = [-1, 0, 2024, 5000, Date.parse('2023-12-31T23:59:59.999Z'), Date.parse('2024-01-01')]
    for (const time of times) await ask(`${own.alias}/_doc`, { '@timestamp': time })
    await ask(`${own.alias}/_refresh`)
    const found = async (bounds: object) =>
      (await ask(`${own.alias}/_search`, { query: { range: { '@timestamp': bounds } } })).hits.hits
        .map(({ _source }: any) => _source['@timestamp'])
        .toSorted((a: number, b: number) => a - b)
    expect(await found({ gte: '2024-01-01' })).toEqual([times[5]])
    expect(await found({ gte: '2024-01-01T00:00:00.000Z', lte: '2024-01-01T00:00:00.000Z' })).toEqual([
      times[5],
    ])
    expect(await found({ lt: '2023-12-31' })).toEqual(times.slice(0, 4))
    expect(await found({ gte: 2024, lte: 5000 })).toEqual([2024, 5000])
  })
})

describe('a wide dataset', () => {
  const wide = (columns: number, alias = freshName()) => {
    const more = Array.from({ length: columns - dataset.fields.length }, (_, i) => ({
      ...dataset.fields[0]!,
      ...{ name: `f${i}`, column: `f${i}`, type: 'string' as const, search: 'text' as const },
    }))
    return { ...dataset, name: alias, fields: [...dataset.fields, ...more], computed: [] }
  }

  it('has an index, which takes a row with a value in every column', async () => {
    const most = wide(2000)
    await index.prepare(most)
    const row = Object.fromEntries(
      most.fields.map(({ column, type }) => [column, type === 'string' ? 'x' : 1]),
    )
    await ask(`${most.name}/_doc/a?refresh=true`, row)
    expect((await ask(`${most.name}/_search?q=f1900:x`)).hits.total.value).toBe(1)
    // as text of any field, which goes through all of them
    expect((await ask(`${most.name}/_search?q=x`)).hits.total.value).toBe(1)
  })

  it('gets columns that were added since, beyond what an index takes by itself', async () => {
    const small = wide(100)
    await index.prepare(small)
    await index.prepare(wide(1100, small.name))
    expect(Object.keys(await mappingOf(small.name))).toContain('f1050')
  })

  it('keeps the columns that its definition has lost, and takes others beside them', async () => {
    const before = wide(900)
    await index.prepare(before)
    const renamed = before.fields.map((field) => ({ ...field, column: field.name.replace(/^f(?=\d)/, 'g') }))
    await index.prepare({ ...before, fields: renamed })
    expect(Object.keys(await mappingOf(before.name))).toEqual(expect.arrayContaining(['f800', 'g800']))
  })

  it('that an index cannot take is told with the limit that it meets', async () => {
    const properties = Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`f${i}`, { type: 'long' }]))
    const own = named(trendsTemplate)
    const tooWide = {
      ...own.template,
      template: { ...own.template.template, mappings: { dynamic: 'strict' as const, properties } },
    }
    await expect(index.prepareIndex({ ...own, template: tooWide })).rejects.toThrow(
      /Limit of total fields \[1000\]/,
    )
  })
})

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
  const write = ({ alias }: NamedIndex) =>
    tableIndexer(store, index, { ...tables.trends, alias }, dataset)([object])

  it('is written once, however often its object is announced', async () => {
    const own = named(trendsTemplate)
    await index.prepareIndex(own)
    for (let time = 0; time < 3; time++) await write(own)
    await ask(`${own.alias}/_refresh`)
    const { hits } = (await ask(`${own.alias}/_search`, { version: true })).hits
    expect(hits).toMatchObject([{ _id: 'earthquakes.earthquake.0.false.mag', _version: 5 }])
  })

  it('that an index does not take is trouble of its dataset, with the reason', async () => {
    const own = named(trendsTemplate, ['maximum'])
    await index.prepareIndex(own)
    await expect(write(own)).rejects.toThrow(DatasetError)
    await expect(write(own)).rejects.toThrow(
      /^Elasticsearch refused 1 of 1 .*strict_dynamic_mapping.*\[maximum\]/,
    )
  })
})

describe('a definition that Elasticsearch does not take', () => {
  it('is refused with the limit that Elasticsearch names, which is its last cause', async () => {
    const wide = named(trendsTemplate)
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`f${i}`, { type: 'long' }]))
    wide.template.template.mappings.properties = many
    const refusal = index.prepareIndex(wide)
    await expect(refusal).rejects.toThrow(DatasetError)
    await expect(refusal).rejects.toThrow(
      /^Elasticsearch at http.*Limit of total fields \[1000\] has been exceeded/,
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
    const { alias, template, first } = named(indexTemplate(dataset))
    await index.prepareIndex({ alias, name: alias, first, template })
    const toBodies = bulkWriter(dataset, { index: alias })
    for (const version of order)
      for (const body of toBodies([row(version, `of ${version}`)])) {
        const answer = await index.bulk(body, 'index')
        expect(answer.refused).toEqual([])
      }
    const found = (await ask(`${alias}/_doc/nv1`, undefined, 'GET')) as { _version: number; _source: object }
    expect(found._source).toMatchObject({ dsf_version: 2 ** 52, net: `of ${2 ** 52}` })
    expect(found._version).toBe(2 ** 53)
  })

  it('is told as created, replaced, superseded or repeated, in the words of this Elasticsearch', async () => {
    const { alias, template, first } = named(indexTemplate(dataset))
    await index.prepareIndex({ alias, name: alias, first, template })
    // its own key must not be read as the answer
    const id = 'current version [1] is higher or equal to the one provided [1]'
    const fatesOf = async (...versions: number[]) => {
      const rows = versions.map((version) => ({ ...row(version, 'any'), id }))
      const bodies = bulkWriter(dataset, { index: alias })(rows)
      return (await Promise.all(bodies.map((body) => index.bulk(body, 'index')))).flatMap(
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

  it('takes the place of one that was written under its plain version', async () => {
    const { alias, template, first } = named(indexTemplate(dataset))
    await index.prepareIndex({ alias, name: alias, first, template })
    const old = year('2024')
    await ask(`${alias}/_doc/nv1?version=${old}&version_type=external_gte`, row(old, 'old'))
    for (const body of bulkWriter(dataset, { index: alias })([row(old + 1, 'new')]))
      await index.bulk(body, 'index')
    const found = (await ask(`${alias}/_doc/nv1`, undefined, 'GET')) as { _source: object }
    expect(found._source).toMatchObject({ net: 'new' })
  })
})

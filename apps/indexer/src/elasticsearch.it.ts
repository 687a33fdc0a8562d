import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { loadDataset, pipelineTemplate, trendsTemplate, type IndexTemplate } from '@dsf/dataset'
import { FatalError, type ObjectStore } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { ask, mappingOf } from '../../../e2e/support/documents.ts'
import { freshName } from '../../../e2e/support/lanes.ts'
import { environment } from '../../../e2e/support/stack.ts'
import { openIndex, type NamedIndex } from './elasticsearch.ts'
import { tableIndexer } from './index-tables.ts'
import { tables } from './table-documents.ts'

const index = openIndex(environment['ELASTICSEARCH_URL']!)
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
      window_start: { type: 'date', format: 'epoch_millis' },
    })
    expect((await ask(`${older.alias}/_count`)).count).toBe(1)
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

  it('that an index does not take ends the process, with the reason', async () => {
    const own = named(trendsTemplate, ['maximum'])
    await index.prepareIndex(own)
    await expect(write(own)).rejects.toThrow(FatalError)
    await expect(write(own)).rejects.toThrow(
      /^Elasticsearch refused 1 of 1 .*strict_dynamic_mapping.*\[maximum\]/,
    )
  })
})

import { join } from 'node:path'
import { loadDataset, pipelineTemplate, trendsTemplate } from '@dsf/dataset'
import { DatasetError } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { ask, mappingOf } from '../../../e2e/support/documents.ts'
import { freshName } from '../../../e2e/support/lanes.ts'
import { environment } from '../../../e2e/support/stack.ts'
import { ownIndex } from '../testing/own-index.ts'
import { indexSettings } from './config.ts'
import { openIndex } from './elasticsearch.ts'

const index = openIndex(indexSettings(environment))
const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))

describe('an index that is there already', () => {
  it('gets the fields that were added since, and keeps its documents', async () => {
    const older = ownIndex(pipelineTemplate, freshName(), ['field', 'nulls', 'window_start', 'p50'])
    await index.prepareIndex(older)
    await ask(`${older.alias}/_doc/a?refresh=true`, { kind: 'run', run: 'r' })
    expect(Object.keys(await mappingOf(older.alias))).not.toContain('nulls')

    await index.prepareIndex(ownIndex(pipelineTemplate, older.alias))
    expect(await mappingOf(older.alias)).toMatchObject({
      ...{ field: { type: 'keyword' }, nulls: { type: 'long' }, p50: { type: 'double' } },
      window_start: { type: 'date', format: 'epoch_millis||strict_date_optional_time' },
    })
    expect((await ask(`${older.alias}/_count`)).count).toBe(1)
  })

  it('keeps the format of its dates, which cannot be changed, and takes a new date with the new one', async () => {
    const older = ownIndex(trendsTemplate, freshName(), ['window_end'])
    const { properties } = older.template.template.mappings
    properties['@timestamp'] = { type: 'date', format: 'epoch_millis' }
    await index.prepareIndex(older)

    await index.prepareIndex(ownIndex(trendsTemplate, older.alias))
    expect(await mappingOf(older.alias)).toMatchObject({
      '@timestamp': { type: 'date', format: 'epoch_millis' },
      window_end: { type: 'date', format: 'epoch_millis||strict_date_optional_time' },
    })
  })
})

describe('an index that has lost its alias', () => {
  it('is not written to, and a sentence says what to do', async () => {
    const own = ownIndex(pipelineTemplate, freshName())
    await index.prepareIndex(own)
    await ask('_aliases', { actions: [{ remove: { index: own.first, alias: own.alias } }] })
    await expect(index.prepareIndex(own)).rejects.toThrow(
      `the index ${own.first} is there, and no alias ${own.alias}: give the alias to the index that has its documents`,
    )
    await expect(index.prepareIndex(own)).rejects.toThrow(DatasetError)

    await ask('_aliases', {
      actions: [{ add: { index: own.first, alias: own.alias, is_write_index: true } }],
    })
    await index.prepareIndex(own)
  })
})

describe('a date of a new index', () => {
  it('is found by the text that somebody types into a filter, and is read as ms, however few', async () => {
    const own = ownIndex(trendsTemplate, freshName())
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
    const own = ownIndex(trendsTemplate, freshName())
    const tooWide = {
      ...own.template,
      template: { ...own.template.template, mappings: { dynamic: 'strict' as const, properties } },
    }
    await expect(index.prepareIndex({ ...own, template: tooWide })).rejects.toThrow(
      /Limit of total fields \[1000\]/,
    )
  })
})

describe('a definition that Elasticsearch does not take', () => {
  it('is refused with the limit that Elasticsearch names, which is its last cause', async () => {
    const wide = ownIndex(trendsTemplate, freshName())
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`f${i}`, { type: 'long' }]))
    wide.template.template.mappings.properties = many
    const refusal = index.prepareIndex(wide)
    await expect(refusal).rejects.toThrow(DatasetError)
    await expect(refusal).rejects.toThrow(
      /^Elasticsearch at http.*Limit of total fields \[1000\] has been exceeded/,
    )
  })

  it('names the dataset without the prefix of its index, and how a new one is filled with make and without', async () => {
    const prefixed = openIndex({ ...indexSettings(environment), ELASTICSEARCH_INDEX_PREFIX: 'team-' })
    const before = { ...dataset, name: freshName() }
    await prefixed.prepare(before)
    const fields = before.fields.map((field) =>
      field.name === 'net' ? { ...field, search: 'text' as const } : field,
    )
    const refusal = prefixed.prepare({ ...before, fields })
    await expect(refusal).rejects.toThrow(DatasetError)
    await expect(refusal).rejects.toThrow(
      new RegExp(
        `^the index team-${before.name} cannot take its definition: .*\\[net\\].*\\. Fill a new one: make reindex DATASET=${before.name}, ` +
          `or on Kubernetes a Job of the CronJob "reindex" with the argument ${before.name} `,
      ),
    )
  })

  it('names no way that is not there: what is about runs and trends is not filled from the lake', async () => {
    const own = ownIndex(trendsTemplate, freshName())
    await index.prepareIndex(own)
    own.template.template.mappings.properties['dataset'] = { type: 'long' }
    await expect(index.prepareIndex(own)).rejects.toThrow(
      /cannot take its definition: .*\[dataset\].*\[long\]$/,
    )
  })
})

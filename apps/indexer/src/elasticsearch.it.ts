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

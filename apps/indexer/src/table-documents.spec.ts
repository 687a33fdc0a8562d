import { join } from 'node:path'
import { loadDataset, pipelineTemplate, topicSchemas, trendsTemplate, type Row } from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import { ObjectMismatch } from './read-object.ts'
import { checkTable, tableItemWriter, tables } from './table-documents.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
const day = Date.parse('2026-11-23T00:00:00Z')
const numbers = { minimum: -1, maximum: 7, mean: 2.5, p05: 0, p25: 1, p50: 2, p75: 3, p95: 5 }
const profile: Row = {
  ...{ dsf_run: 'r1', dsf_version: day + 7, at: day + 7, type: 'earthquake', window_start: day },
  ...{ window_end: day + 86_400_000, field: 'mag', rows: 10, keys: 9, nulls: 2, distinct: 6, ...numbers },
}
const trend: Row = {
  ...{ dsf_version: day + 7, type: 'earthquake', simulated: false, window_start: day },
  ...{ window_end: day + 3_600_000, field: 'mag', events: 4, values: 3, mean: 1, minimum: 0.5, maximum: 2 },
}

const itemOf = (route: keyof typeof tables, row: Row) => {
  const item = tableItemWriter(tables[route], dataset)(row)
  expect(item.endsWith('\n')).toBe(true)
  const [action, document] = item.trimEnd().split('\n')
  return {
    action: (JSON.parse(action!) as { index: Row }).index,
    document: JSON.parse(document!) as Row,
  }
}

describe('a profile', () => {
  it('is a document of the pipeline, of the moment of its micro-batch', () => {
    const { dsf_run, dsf_version: _, at, ...rest } = profile
    expect(itemOf('profile', profile)).toEqual({
      action: {
        _index: 'dsf-pipeline',
        _id: `profile.earthquakes.r1.earthquake.${day}.${day + 7}.mag`,
      },
      document: { kind: 'profile', dataset: 'earthquakes', run: dsf_run, '@timestamp': at, ...rest },
    })
  })

  it('has no field where it has no value, and an id all the same', () => {
    const nothing = { type: null, window_start: null, window_end: null, minimum: null }
    const { action, document } = itemOf('profile', { ...profile, ...nothing })
    expect(action['_id']).toBe(`profile.earthquakes.r1...${day + 7}.mag`)
    expect(Object.keys(document).filter((name) => name in nothing)).toEqual([])
  })

  it('has the columns that the stream has', () => {
    const streamed = topicSchemas.profile(dataset).fields.map(({ name }) => name)
    expect(streamed).toEqual(expect.arrayContaining(tables.profile.columns))
  })
})

describe('a trend', () => {
  it('is a document of its window, that a newer one replaces', () => {
    const { window_start, ...rest } = trend
    expect(itemOf('trends', trend)).toEqual({
      action: {
        _index: 'dsf-trends',
        _id: `earthquakes.earthquake.${day}.false.mag`,
        version_type: 'external_gte',
        version: day + 7,
      },
      document: { dataset: 'earthquakes', '@timestamp': window_start, ...rest },
    })
  })

  it('of a simulated event, of another window, type or field is another document', () => {
    const others: Row[] = [
      { simulated: true },
      { window_start: day + 1 },
      { type: null },
      { type: '' },
      { type: '""' },
      { type: `earthquake.${day}.false`, window_start: null },
      { field: 'depth' },
      {},
    ]
    const ids = others.map((other) => itemOf('trends', { ...trend, ...other }).action['_id'])
    expect(new Set(ids).size).toBe(others.length)
  })
})

describe('the documents of a table', () => {
  it.each([
    ['profile', profile, pipelineTemplate],
    ['trends', trend, trendsTemplate],
  ] as const)('of %s have only fields that the strict mapping knows', (route, row, { template }) => {
    const known = Object.keys(template.mappings.properties)
    expect(known).toEqual(expect.arrayContaining(Object.keys(itemOf(route, row).document)))
  })

  it('leave out what a newer job may write beside', () => {
    expect(itemOf('trends', { ...trend, median: 1 })).toEqual(itemOf('trends', trend))
  })

  it('never get an id that would fail a whole request', () => {
    const { action } = itemOf('trends', { ...trend, type: 'x'.repeat(600) })
    expect(action['_id']).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('are not made of an object of another table', () => {
    expect(() => checkTable(tables.profile, 'lake/x', [profile])).not.toThrow()
    expect(() => checkTable(tables.profile, 'lake/x', [])).not.toThrow()
    const { events: _, ...other } = trend
    expect(() => checkTable(tables.trends, 'lake/x', [other])).toThrow(ObjectMismatch)
    expect(() => checkTable(tables.trends, 'lake/x', [other])).toThrow('lake/x: lacks events')
  })
})

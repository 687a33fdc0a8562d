import { join } from 'node:path'
import { loadDataset, type Row } from '@dsf/dataset'
import { FatalError } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { describe, expect, it } from 'vitest'
import type { Index } from './elasticsearch.ts'
import { reindex } from './reindex.ts'
import { sendBulk } from './send-bulk.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/seattle-weather'))
const alias = dataset.name
const day = (date: string | null, more: Row = {}): Row => ({
  ...{ dsf_run: 'r', dsf_row: 1, dsf_version: 1, simulated: false, date, ...more },
})

/** Elasticsearch as far as reindex asks it: indices with a mapping and documents by their ids, and one alias. */
function elasticsearch(first: string[]) {
  const indices: Record<string, { ids: Set<string>; known: string[] }> = {
    [`${alias}-v1`]: { ids: new Set(first), known: [] },
  }
  const state = { indices, alias: `${alias}-v1` }
  let known: string[] = []
  const client = {
    count: async ({ index }: { index: string }) => ({ count: indices[index]!.ids.size }),
    indices: {
      getAlias: async () => ({ [state.alias]: {} }),
      getMapping: async ({ index }: { index: string }) => ({ [index]: { mappings: {} } }),
      putIndexTemplate: async ({ template }: { template: { mappings: { properties: object } } }) => {
        known = Object.keys(template.mappings.properties)
      },
      create: async ({ index }: { index: string }) => (indices[index] = { ids: new Set(), known }),
      updateAliases: async ({ actions }: { actions: { add?: { index: string } }[] }) => {
        for (const { add } of actions) if (add) state.alias = add.index
      },
      ...{ delete: async () => ({}), refresh: async () => ({}) },
      ...{ putSettings: async () => ({}), putMapping: async () => ({}) },
    },
  }
  const take = (lines: string[]) => {
    const { _index, _id } = (JSON.parse(lines[0]!) as { index: { _index: string; _id: string } }).index
    const unknown = Object.keys(JSON.parse(lines[1]!) as Row).find(
      (name) => !indices[_index]!.known.includes(name),
    )
    const error = { type: 'strict_dynamic_mapping_exception', reason: `[${unknown}] is not allowed` }
    if (unknown) return { index: { status: 400, error } }
    indices[_index]!.ids.add(_id)
    return { index: { status: 201 } }
  }
  const request = async (body: string) => {
    const lines = body.trim().split('\n')
    return { items: lines.flatMap((line, i) => (i % 2 === 0 ? [take([line, lines[i + 1]!])] : [])) }
  }
  const call = (_: string, work: (client: unknown) => unknown) => work(client)
  const index = { nameOf: (name: string) => name, call, bulk: (body) => sendBulk(request, body) } as Index
  return { state, index, idsOf: () => [...indices[state.alias]!.ids] }
}

function lakeOf(rows: Row[]): ObjectStore {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  return { list: async () => ['lake/0.jsonl'], get: async () => Buffer.from(lines) } as unknown as ObjectStore
}

const say = () => undefined

describe('a new version of the index', () => {
  it('has the rows from before a field was removed, without it', async () => {
    const { index, idsOf, state } = elasticsearch(['2012-01-01'])
    const store = lakeOf([day('2012-01-01', { snow: 1 }), day('2012-01-02')])
    expect(await reindex({ dataset, store, index, say })).toBe(`${alias}-v2`)
    expect([state.alias, idsOf()]).toEqual([`${alias}-v2`, ['2012-01-01', '2012-01-02']])
  })

  it.each([
    ['that is there', ['2012-01-01', '2012-01-02']],
    ['that was lost, and is empty', []],
  ])('does not take the place of one %s when a row is refused', async (_, first) => {
    const { index, state } = elasticsearch(first)
    const { date, ...renamed } = day('2012-01-02', { dsf_row: 2 })
    const work = { dataset, store: lakeOf([day('2012-01-01'), { ...renamed, day: date! }]), index, say }
    const refusal =
      'refused 1 of 2 rows, the first is row 2 of run r: it has no "date", which is of the key now'
    await expect(reindex(work)).rejects.toThrow(refusal)
    await expect(reindex(work)).rejects.toBeInstanceOf(FatalError)
    expect(state.alias).toBe(`${alias}-v1`)
  })

  it('leaves refused rows out when it is told to, unless it had fewer documents then', async () => {
    const rows = [day('2012-01-01'), day(null)]
    const few = elasticsearch(['2012-01-01'])
    await reindex({ dataset, store: lakeOf(rows), index: few.index, say, withoutRefused: true })
    expect([few.state.alias, few.idsOf()]).toEqual([`${alias}-v2`, ['2012-01-01']])
    const more = elasticsearch(['2012-01-01', '2012-01-02'])
    const work = { dataset, store: lakeOf(rows), index: more.index, say, withoutRefused: true }
    await expect(reindex(work)).rejects.toThrow(
      `${alias}-v2 holds 1 documents, ${alias}-v1 2: the alias stays`,
    )
    expect(more.state.alias).toBe(`${alias}-v1`)
  })
})

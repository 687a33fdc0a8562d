/** Small files that once came out wrong, and others of their kinds, through the real stages; each beside what is right. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Case } from './cases/case.ts'
import { largestRow } from './cases/datasets.ts'
import { closeServer, endOf, importCase, openServer, startCase, type Tried } from './cases/import-case.ts'
import { cameOut, reportOf, right } from './cases/judge.ts'
import { limitCases } from './cases/limits.ts'
import { nameCases } from './cases/names.ts'
import { refusedDefinitions } from './cases/refused.ts'
import { rowCases } from './cases/rows.ts'
import { timeCases } from './cases/times.ts'
import { arrowRows, batch } from './support/batch.ts'
import { documentsOf } from './support/documents.ts'
import { downloadLake, queryFolders } from './support/objects.ts'
import { remainsOf, type Remains } from './support/outcome.ts'
import { secondInstance } from './support/processes.ts'
import { reindex } from './support/reindex.ts'
import { post } from './support/runs.ts'

const cases: Case[] = [...rowCases, ...timeCases, ...nameCases, ...limitCases]
const datasets = [...new Set(cases.map(({ dataset }) => dataset))]
const tried = new Map<string, Tried>()
const remains = new Map<string, Remains>()
const report: string[] = []

let number = 0
const healthy = (): Case => {
  const id = `healthy-${++number}`
  return { name: id, dataset: 'case-healthy', file: `id,a,b,n\n${id},x,y,1\n`, rows: [[id, 'x', 'y', 1]] }
}

/** A run of a healthy dataset must come through, in no more time than a busy machine takes. */
function expectHealthy({ case: one, receipt, reason, seconds }: Tried): void {
  expect({ name: one.name, reason, read: receipt?.counters['read'] }).toEqual({ name: one.name, read: 1 })
  expect(seconds).toBeLessThan(15)
}

beforeAll(async () => {
  await openServer()
  const runs: string[] = []
  for (const one of cases) runs.push(await startCase(one))
  for (const [i, one] of cases.entries()) tried.set(one.name, await endOf(one, runs[i]!))
  for (const dataset of datasets) remains.set(dataset, await remainsOf(dataset))
}, 600_000)

afterAll(() => {
  closeServer()
  console.log(`${cases.length} cases\n${report.join('\n')}`)
})

describe('comes out right', () => {
  it.each(cases)('$name', (one) => {
    const found = cameOut(one, tried.get(one.name)!, remains.get(one.dataset)!)
    report.push(reportOf(one.name, found, right(one)))
    expect(found).toEqual(right(one))
  })
})

describe('is the same for others', () => {
  it.concurrent.each(cases.filter(({ audit }) => audit))(
    'Pandas agrees: $name',
    async ({ name, dataset }) => {
      const { code, text, summary } = await batch('audit', dataset, tried.get(name)!.runId)
      expect(code, text).toBe(0)
      expect(summary).toMatchObject({ equal: true, differences: 0 })
    },
  )

  it.each(['case-years', 'case-months', 'case-days', 'case-old-revisions'])(
    'DuckDB takes the folders of %s for days',
    async (dataset) => {
      const lake = await queryFolders(dataset)
      expect(await lake('SELECT DISTINCT typeof(dt) AS type FROM lake')).toEqual([{ type: 'DATE' }])
    },
  )

  it('pyarrow reads columns, not folders', async () => {
    const [row] = await arrowRows(await downloadLake('case-columns'))
    expect(row).toMatchObject({ id: 'hv1', day_text: 'my-dt', set_text: 'my-dataset', dt: '2024-05-06' })
    expect(row).toMatchObject({ Ab: 'upper', ab_small: 'lower', temperature: 3.5, dataset: 'case-columns' })
  })

  it.each(['case-revisions', 'case-old-revisions', 'case-numbered'])(
    'a new index of %s has the newest too',
    async (dataset) => {
      const before = await documentsOf(dataset)
      expect(await reindex(dataset).ended).toBe(0)
      const contents = (documents: typeof before) => [...documents].map(([id, { _source }]) => [id, _source])
      expect(contents(await documentsOf(dataset))).toEqual(contents(before))
    },
  )
})

describe('stops no other dataset', () => {
  it.each(cases.filter(({ hostile }) => hostile))('$name', async (one) => {
    const [beside] = await Promise.all([importCase(healthy()), importCase(one)])
    expectHealthy(beside)
    expectHealthy(await importCase(healthy()))
  })

  it('the first requests to an ingestor, all at once', async () => {
    const { child, api, ended } = await secondInstance('ingestor')
    // not the healthy dataset: its next import would wait for these
    const body = JSON.stringify({ dataset: 'case-words', source: 'http://127.0.0.1:1/x.csv' })
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => fetch(`${api}/v1/runs`, request)))
    // first: one that stays behind takes the lanes of every later stack on these ports
    child.kill()
    expect(await ended).toBe(0)
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
  })

  it.each([
    ['a row of exactly the bytes that a row may have', 'case-large', 'id,a,b,n', ',y,1'],
    ['a row that its computed field makes larger than a topic takes', 'case-grown', 'id,a', ''],
  ])('%s', async (name, dataset, header, behind) => {
    const cell = 'x'.repeat(largestRow - `max,${behind}`.length)
    const one = { name, dataset, file: `${header}\nmax,${cell}${behind}\nlast,x${behind}\n` }
    const [beside, large] = await Promise.all([importCase(healthy()), importCase(one)])
    expectHealthy(beside)
    const { stored, ...counters } = large.receipt!.counters
    const quarantined = Object.entries(counters).filter(([code]) => code.startsWith('quarantined:'))
    expect(stored! + quarantined.reduce((sum, [, rows]) => sum + rows, 0)).toBe(2)
    expect((await documentsOf(dataset)).get('last')?._source).toMatchObject({ a: 'x' })
    expectHealthy(await importCase(healthy()))
  })
})

describe('is refused, beside datasets that go on', () => {
  it.each(refusedDefinitions)('$what', async ({ name, says }) => {
    const { status, type, json } = await post({ dataset: name, source: 'http://127.0.0.1:1/x.csv' })
    expect({ status, type }).toEqual({
      status: 422,
      type: expect.stringContaining('application/problem+json'),
    })
    expect(json.detail).toContain(name)
    for (const sentence of says) expect(json.errors.join('\n')).toMatch(sentence)
  })

  it('an empty idempotency key', async () => {
    const { status, json } = await post({ dataset: 'case-healthy', source: 'http://127.0.0.1:1/x.csv' }, '')
    expect({ status, json }).toMatchObject({
      ...{ status: 400, json: { detail: expect.stringMatching(/idempotency-key/i) } },
    })
  })
})

import { join } from 'node:path'
import { loadDataset } from '@dsf/dataset'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bulkWriter } from './bulk-body.ts'

const weather = loadDataset(join(import.meta.dirname, '../../../datasets/seattle-weather'))
const day = (date: number, dsf_version = 7) => ({
  dsf_run: 'r1',
  dsf_row: 1,
  dsf_version,
  simulated: false,
  date,
  weather: 'rain',
  wind: null,
})
const items = (body: string) =>
  body
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('bulkWriter', () => {
  it('writes an action with id and external version, then the document, each on a line', () => {
    const bodies = bulkWriter(weather)([day(0), day(1, 8)])
    expect(bodies.map(({ rows }) => rows)).toEqual([[day(0), day(1, 8)]])
    expect(bodies[0]!.body.endsWith('\n')).toBe(true)
    expect(items(bodies[0]!.body)).toEqual([
      { index: { _index: 'seattle-weather', _id: '1970-01-01', version: 7, version_type: 'external_gte' } },
      {
        dsf_run: 'r1',
        dsf_row: 1,
        dsf_version: 7,
        simulated: false,
        date: '1970-01-01',
        weather: 'rain',
        '@timestamp': 0,
      },
      { index: { _index: 'seattle-weather', _id: '1970-01-02', version: 8, version_type: 'external_gte' } },
      {
        dsf_run: 'r1',
        dsf_row: 1,
        dsf_version: 8,
        simulated: false,
        date: '1970-01-02',
        weather: 'rain',
        '@timestamp': 86_400_000,
      },
    ])
  })

  it('sends no negative version, which would fail the whole request, and keeps the real one in the document', () => {
    const [action, document] = items(bulkWriter(weather)([day(0, -5)])[0]!.body)
    expect(action).toMatchObject({ index: { version: 0 } })
    expect(document).toMatchObject({ dsf_version: -5 })
  })

  it('writes nothing for no rows', () => {
    expect(bulkWriter(weather)([])).toEqual([])
  })

  it('cuts between rows: bodies within the limit, nothing lost, order kept', () => {
    const one = bulkWriter(weather)([day(0)])[0]!.body.length
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 5 * one }), (count, longest) => {
        const rows = Array.from({ length: count }, (_, i) => day(i))
        const bodies = bulkWriter(weather, { longest })(rows)
        expect(bodies.flatMap((body) => body.rows)).toEqual(rows)
        for (const { body, rows: inside } of bodies) {
          expect(inside.length === 1 || body.length <= longest).toBe(true)
          const documents = items(body).filter((_, i) => i % 2 === 1)
          expect(documents.map(({ '@timestamp': time }) => time)).toEqual(
            inside.map(({ date }) => Number(date) * 86_400_000),
          )
        }
      }),
    )
  })
})

import { join } from 'node:path'
import { loadDataset, type Row } from '@dsf/dataset'
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

const bodiesOf = (rows: Row[], options = {}) => [...bulkWriter(weather, options)(rows)]

describe('bulkWriter', () => {
  it('writes an action with id and external version, then the document, each on a line', () => {
    const bodies = bodiesOf([day(0), day(1, 8)])
    expect(bodies.map(({ rows }) => rows)).toEqual([[day(0), day(1, 8)]])
    expect(bodies[0]!.body.endsWith('\n')).toBe(true)
    expect(items(bodies[0]!.body)).toEqual([
      {
        index: {
          _index: 'seattle-weather',
          _id: '1970-01-01',
          version: 2 ** 52 + 7,
          version_type: 'external',
        },
      },
      {
        dsf_run: 'r1',
        dsf_row: 1,
        dsf_version: 7,
        simulated: false,
        date: '1970-01-01',
        weather: 'rain',
        '@timestamp': 0,
      },
      {
        index: {
          _index: 'seattle-weather',
          _id: '1970-01-02',
          version: 2 ** 52 + 8,
          version_type: 'external',
        },
      },
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

  it('sends versions that keep their order and are never negative, and the real ones in the documents', () => {
    const versions = [
      -(2 ** 52),
      1 - 2 ** 52,
      -315_619_200_000,
      -1,
      0,
      1,
      1_795_471_200_123,
      2 ** 52 - 1,
      2 ** 52,
    ]
    const written = versions.map((version) => items(bodiesOf([day(0, version)])[0]!.body))
    const sent = written.map(([action]) => (action!['index'] as { version: number }).version)
    expect(written.map(([, document]) => document!['dsf_version'])).toEqual(versions)
    expect(new Set(sent).size).toBe(versions.length)
    expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    expect(sent.every((version) => Number.isInteger(version) && version >= 0 && version <= 2 ** 53)).toBe(
      true,
    )
  })

  it('writes nothing for no rows', () => {
    expect(bodiesOf([])).toEqual([])
  })

  it('sends no row without its key, and keeps the places of all', () => {
    const { date: _, ...keyless } = day(1)
    const rows = [day(0), keyless, { ...keyless, dsf_row: 2 }, day(2)]
    const bodies = bodiesOf(rows)
    expect(bodies.map((body) => body.rows)).toEqual([rows.slice(0, 1), rows.slice(1, 3), rows.slice(3)])
    expect(bodies.map(({ body, refused }) => [items(body).length, refused])).toEqual([
      [2, undefined],
      [0, expect.stringContaining('it has no "date", which is of the key now')],
      [2, undefined],
    ])
  })

  it('cuts between rows: bodies within the limit, nothing lost, order kept', () => {
    const one = bodiesOf([day(0)])[0]!.body.length
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 5 * one }), (count, longest) => {
        const rows = Array.from({ length: count }, (_, i) => day(i))
        const bodies = bodiesOf(rows, { longest })
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

import { join } from 'node:path'
import { loadDataset, type Dataset } from '@dsf/dataset'
import type { Batch } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { enricherOf } from './enrich.ts'
import type { CleanRecord } from './simulate.ts'

const quakes = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
const everyone: Dataset = { ...quakes, simulate: { share: 1, seed: 42, jitter: { mag: 0.3 } } }

const quake = (id: string, values: CleanRecord = {}): CleanRecord => ({
  ...Object.fromEntries(quakes.fields.map(({ column }) => [column, null])),
  dsf_run: 'r',
  dsf_row: 1,
  dsf_version: 7_200_000,
  id,
  place: '5 km N of Ridgecrest, CA',
  mag: 2,
  depth: 70,
  time: 0,
  updated: 7_200_000,
  ...values,
})
const batchOf = (records: CleanRecord[]): Batch<CleanRecord> => ({
  dataset: quakes,
  lane: 0,
  from: 'clean',
  records,
  keys: records.map(({ id }) => Buffer.from(String(id))),
  values: [],
  offsets: records.map((_, i) => i),
  firstRecord: 0,
})

describe('a record', () => {
  it('gets its computed fields, keeps its key, and is no simulated one', () => {
    expect(enricherOf(quakes, false)(batchOf([quake('a')]))).toEqual({
      out: {
        enriched: [
          {
            key: Buffer.from('a'),
            value: {
              ...quake('a'),
              simulated: false,
              energyJoules: 10 ** (1.5 * 2 + 4.8),
              depthClass: 'intermediate',
              revisionHours: 2,
              region: 'California',
            },
          },
        ],
      },
      counts: { simulated: 0, enriched: 1 },
    })
  })

  it.each<[CleanRecord, CleanRecord]>([
    [{ mag: null }, { energyJoules: null }],
    [{ depth: null }, { depthClass: null }],
    [{ depth: 0 }, { depthClass: 'shallow' }],
    [{ depth: 300 }, { depthClass: 'deep' }],
    [{ place: null }, { region: null }],
    [{ place: 'Banda Sea' }, { region: 'Banda Sea' }],
    [{ place: 'north of São Tomé, off Príncipe, São Tomé' }, { region: 'São Tomé' }],
  ])('with %j has %j: null where a field that the expression uses is null', (values, computed) => {
    const { out } = enricherOf(quakes, false)(batchOf([quake('a', values)]))
    const others = {
      energyJoules: 10 ** 7.8,
      depthClass: 'intermediate',
      revisionHours: 2,
      region: 'California',
    }
    const expected = { ...quake('a', values), simulated: false, ...others, ...computed }
    expect(out!.enriched![0]!.value).toEqual(expected)
  })

  it('has no twin unless that is switched on', () => {
    const records = () => batchOf([quake('a'), quake('b')])
    expect(enricherOf(everyone, false)(records()).counts).toEqual({ simulated: 0, enriched: 2 })
    expect(enricherOf(everyone, true)(records()).counts).toEqual({ simulated: 2, enriched: 4 })
  })
})

describe('a simulated twin', () => {
  const enrich = enricherOf(everyone, true)

  it('follows its record, with a key and computed fields of its own', () => {
    const { out } = enrich(batchOf([quake('a'), quake('b')]))
    expect(out!.enriched!.map(({ key }) => String(key))).toEqual(['a', 'a~simulated', 'b', 'b~simulated'])
    const [record, twin] = out!.enriched!.map(({ value }) => value as CleanRecord)
    const mag = twin!.mag as number
    expect(mag).not.toBe(2)
    expect(twin).toEqual({
      ...record,
      id: 'a~simulated',
      mag,
      simulated: true,
      energyJoules: 10 ** (1.5 * mag + 4.8),
    })
  })

  it('is the same when the batch is handled again', () => {
    expect(enrich(batchOf([quake('a')]))).toEqual(enrich(batchOf([quake('a')])))
  })

  it('makes the sum of the receipt hold: enriched = clean + simulated', () => {
    const some = enricherOf({ ...everyone, simulate: { ...everyone.simulate!, share: 0.3 } }, true)
    const records = Array.from({ length: 200 }, (_, i) => quake(`us${i}`))
    const { out, counts } = some(batchOf(records))
    const twins = out!.enriched!.filter(({ value }) => (value as CleanRecord).simulated)
    expect(counts).toEqual({ simulated: twins.length, enriched: 200 + twins.length })
    expect(twins.length).toBeGreaterThan(0)
  })
})

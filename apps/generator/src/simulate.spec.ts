import { join } from 'node:path'
import { loadDataset, type Dataset, type Field } from '@dsf/dataset'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { simulatorOf, type CleanRecord } from './simulate.ts'

const folder = (name: string) => join(import.meta.dirname, '../../../datasets', name)
const quakes = loadDataset(folder('earthquakes'))
const weather = loadDataset(folder('seattle-weather'))

type Rules = NonNullable<Dataset['simulate']>
const simulating = (rules: Partial<Rules>) =>
  simulatorOf({ ...quakes, simulate: { share: 1, seed: 1, jitter: {}, ...rules } })
const quake = (id: string, values: CleanRecord = {}): CleanRecord => ({
  dsf_run: 'r',
  dsf_row: 3,
  dsf_version: 1000,
  id,
  latitude: 34.5,
  mag: 2,
  ...values,
})
const ids = Array.from({ length: 10_000 }, (_, i) => `us${i}`)
const chosen = (rules: Partial<Rules>) => ids.filter((id) => simulating(rules)(quake(id), id))

describe('the simulated twin of a record', () => {
  it('is the record under a key of its own, with its version, its row and its noise', () => {
    const twin = simulating({ jitter: { mag: 0.3 } })(quake('us1'), 'us1')
    expect(twin).toEqual({ ...quake('us1~simulated'), mag: twin?.mag })
    expect(twin?.mag).not.toBe(2)
  })

  it('leaves the record as it was', () => {
    const record = quake('us1')
    simulating({ jitter: { mag: 0.3 } })(record, 'us1')
    expect(record).toEqual(quake('us1'))
  })

  it('is equal for an equal record, and another one for another seed, key or version', () => {
    const magOf = (seed: number, id: string, version: number) =>
      simulating({ seed, jitter: { mag: 0.3 } })(quake(id, { dsf_version: version }), id)?.mag
    expect(magOf(1, 'a', 1)).toBe(magOf(1, 'a', 1))
    expect(new Set([magOf(1, 'a', 1), magOf(2, 'a', 1), magOf(1, 'b', 1), magOf(1, 'a', 2)]).size).toBe(4)
  })

  it('has no noise where the record has no value', () => {
    expect(simulating({ jitter: { mag: 0.3 } })(quake('a', { mag: null }), 'a')?.mag).toBe(null)
  })

  it('strays by the half-width at most, either way, and within the bounds of the field', () => {
    const jitter = fc.double({ min: 0.01, max: 500, noNaN: true })
    const latitude = fc.double({ min: -90, max: 90, noNaN: true })
    fc.assert(
      fc.property(jitter, latitude, fc.string(), (halfWidth, value, id) => {
        const twin = simulating({ jitter: { latitude: halfWidth } })(quake(id, { latitude: value }), id)
        const noisy = twin?.latitude as number
        expect(Math.abs(noisy - value)).toBeLessThanOrEqual(halfWidth + 1e-4)
        expect(Math.abs(noisy)).toBeLessThanOrEqual(90)
      }),
    )
  })

  it('is within bounds that are not allowed themselves', () => {
    const open = (field: Field): Field =>
      field.name === 'mag' ? { ...field, constraints: { exclusiveMinimum: 0, exclusiveMaximum: 1 } } : field
    const simulate = simulatorOf({
      ...quakes,
      fields: quakes.fields.map(open),
      simulate: { share: 1, seed: 1, jitter: { mag: 5 } },
    })
    const mags = ids.slice(0, 200).map((id) => simulate(quake(id, { mag: 0.5 }), id)?.mag as number)
    expect(mags.filter((mag) => mag <= 0 || mag >= 1)).toEqual([])
  })

  it('is within bounds that are written as the cells are', () => {
    const comma = (field: Field): Field =>
      field.name === 'mag'
        ? { ...field, decimalChar: ',', constraints: { minimum: '1,5', maximum: '2,5' } }
        : field
    const simulate = simulatorOf({
      ...quakes,
      fields: quakes.fields.map(comma),
      simulate: { share: 1, seed: 1, jitter: { mag: 5 } },
    })
    const mags = ids.slice(0, 200).map((id) => simulate(quake(id), id)?.mag as number)
    expect([Math.min(...mags), Math.max(...mags), new Set(mags).size > 9]).toEqual([1.5, 2.5, true])
  })

  it('uses the whole width of the noise', () => {
    const simulate = simulating({ jitter: { mag: 1 } })
    const noises = ids.map((id) => (simulate(quake(id), id)?.mag as number) - 2)
    const mean = noises.reduce((sum, noise) => sum + noise, 0) / noises.length
    expect([Math.min(...noises) < -0.99, Math.max(...noises) > 0.99, Math.abs(mean) < 0.03]).toEqual([
      true,
      true,
      true,
    ])
  })
})

describe('who has a twin', () => {
  it.each([0, 0.1, 0.5, 1])('is about the share of the keys: %d', (share) => {
    expect(Math.abs(chosen({ share }).length / ids.length - share)).toBeLessThan(
      share % 1 === 0 ? 1e-9 : 0.015,
    )
  })

  it('depends on the key alone, so that every version of a record has its twin', () => {
    const simulate = simulating({ share: 0.5 })
    const versions = (id: string) =>
      [1, 2, 3].map(
        (version) => simulate(quake(id, { dsf_version: version, mag: version }), id) !== undefined,
      )
    for (const id of ids.slice(0, 50)) expect(new Set(versions(id)).size).toBe(1)
  })

  it('grows with the share: nobody loses its twin', () => {
    const more = new Set(chosen({ share: 0.2 }))
    expect(chosen({ share: 0.1 }).filter((id) => !more.has(id))).toEqual([])
  })

  it('changes with the seed', () => {
    expect(chosen({ share: 0.1, seed: 1 })).not.toEqual(chosen({ share: 0.1, seed: 2 }))
  })

  it('is nobody without rules, or without a text in the key that could tell the twin apart', () => {
    expect(simulatorOf({ ...quakes, simulate: undefined })(quake('a'), 'a')).toBe(undefined)
    const dated = { ...weather, simulate: { share: 1, seed: 1, jitter: {} } }
    expect(simulatorOf(dated)({ date: 15_340 }, '2012-01-01')).toBe(undefined)
  })
})

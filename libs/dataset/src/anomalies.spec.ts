import { describe, expect, test } from 'vitest'
import { defined, type Json } from '../testing/define.ts'
import vectors from '../vectors/anomalies.json' with { type: 'json' }

const withAnomalies = (anomalies: Json) => defined((json: Json) => (json['x-dsf'].anomalies = anomalies))

const nothingSaid = vectors.defaults

describe('anomalies', () => {
  test('have a default for everything that is not said', () => {
    expect(defined().anomalies).toEqual(nothingSaid)
    expect(withAnomalies({ rows: {}, nulls: { fields: { mag: 0.5 } } }).anomalies).toEqual({
      ...nothingSaid,
      nulls: { change: 0.2, fields: { mag: 0.5 } },
    })
  })

  test('are what is said', () => {
    const said = {
      history: 1,
      rows: { minimum: 0, maximum: 10, change: 1.5 },
      quarantined: { maximum: 1 },
      nulls: { change: 0, fields: { kind: 1 } },
      values: { mag: { minimum: -1.5 }, stations: { minimum: 2, maximum: 2 } },
    }
    expect(withAnomalies(said).anomalies).toEqual(said)
  })

  test.each<[words: Json, path: string, expected: string]>([
    [{ row: {} }, '', '"row"'],
    [{ history: 0 }, '/history', '>=1'],
    [{ rows: { minimum: 0.5 } }, '/rows/minimum', 'int'],
    [{ rows: { change: 1 } }, '/rows/change', '>1'],
    [{ rows: { minimum: 5, maximum: 4 } }, '/rows', 'minimum 5 is above maximum 4'],
    [{ quarantined: { maximum: 5 } }, '/quarantined/maximum', '<=1'],
    [{ nulls: { fields: { mag: -0.1 } } }, '/nulls/fields/mag', '>=0'],
    [{ nulls: { fields: { mags: 0.1 } } }, '/nulls/fields/mags', 'no field is named "mags"'],
    [{ values: { MAG: {} } }, '/values/MAG', 'no field is named "MAG"'],
    [
      { values: { kind: { minimum: 1 } } },
      '/values/kind',
      '"kind" is a string, expected a number or an integer',
    ],
    [{ values: { mag: { minimum: 2, maximum: 1 } } }, '/values/mag', 'minimum 2 is above maximum 1'],
    [{ values: { mag: { least: 1 } } }, '/values/mag', '"least"'],
  ])('%j is refused', (words, path, expected) => {
    expect(() => withAnomalies(words)).toThrow(` at /x-dsf/anomalies${path}: `)
    expect(() => withAnomalies(words)).toThrow(expected)
  })
})

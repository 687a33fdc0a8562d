import { describe, expect, test } from 'vitest'
import { defined, type Json } from '../../testing/define.ts'
import vectors from '../../vectors/resolved.json' with { type: 'json' }

const withAnomalies = (anomalies: Json) => defined((json: Json) => (json['x-dsf'].anomalies = anomalies))

const nothingSaid = vectors.anomalies

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
    [{ row: {} }, '/row', 'is unknown, did you mean "rows"?'],
    [{ history: 0 }, '/history', 'expected at least 1, found 0'],
    [{ rows: { minimum: 0.5 } }, '/rows/minimum', 'expected a whole number, found 0.5'],
    [{ rows: { change: 1 } }, '/rows/change', 'expected more than 1, found 1'],
    [{ rows: { minimum: 5, maximum: 4 } }, '/rows', 'minimum 5 is above maximum 4'],
    [{ quarantined: { maximum: 5 } }, '/quarantined/maximum', 'expected at most 1, found 5'],
    [{ nulls: { fields: { mag: -0.1 } } }, '/nulls/fields/mag', 'expected at least 0, found -0.1'],
    [{ nulls: { fields: { mags: 0.1 } } }, '/nulls/fields/mags', 'no field is named "mags"'],
    [{ values: { MAG: {} } }, '/values/MAG', 'no field is named "MAG"'],
    [
      { values: { kind: { minimum: 1 } } },
      '/values/kind',
      '"kind" is a string, expected a number or an integer',
    ],
    [{ values: { mag: { minimum: 2, maximum: 1 } } }, '/values/mag', 'minimum 2 is above maximum 1'],
    [{ values: { mag: { least: 1 } } }, '/values/mag/least', 'is unknown; known are minimum, maximum'],
  ])('%j is refused', (words, path, expected) => {
    expect(() => withAnomalies(words)).toThrow(` at /x-dsf/anomalies${path}: `)
    expect(() => withAnomalies(words)).toThrow(expected)
  })
})

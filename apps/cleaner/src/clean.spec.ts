import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanedQuakes, cleanedWeather, marksOf, quake, versionsOf } from '../testing/cleaned.ts'
import { SeenVersions } from './seen-versions.ts'

describe('a row that is refused', () => {
  it('is quarantined with all its reasons and its bytes as they came', () => {
    const { out, counts } = cleanedQuakes([
      quake('a', 1),
      quake('b', 1, { latitude: '91', longitude: 'west', depth: '-11', mag: '11' }),
    ])
    expect(out!.quarantine).toEqual([
      {
        key: Buffer.from('b'),
        value: {
          dsf_run: 'r',
          dsf_row: 2,
          stage: 'cleaner',
          reasons: [
            { field: 'latitude', code: 'maximum', message: 'latitude 91 is above 90' },
            { field: 'longitude', code: 'type', message: 'longitude "west" is no number' },
            { field: 'depth', code: 'minimum', message: 'depth -11 is below -10' },
            { field: 'mag', code: 'maximum', message: 'mag 11 is above 10' },
          ],
          content: 'avro',
          bytes: Buffer.from('framed 1'),
        },
      },
    ])
    expect(counts).toEqual({
      clean: 1,
      duplicate: 0,
      quarantined: 1,
      'quarantined:maximum': 1,
      'quarantined:type': 1,
      'quarantined:minimum': 1,
    })
  })
})

describe('every row has an answer', () => {
  const row = fc.record({
    date: fc.constantFrom('2012-01-01', '2012-01-02', 'soon', ''),
    precipitation: fc.constantFrom('0', '1', '-1', null),
    weather: fc.constantFrom('sun', 'rain', 'hail'),
  })

  it('exactly one, whatever the rows, and so the sums hold', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const { out, counts } = cleanedWeather(rows)
        const { clean, duplicate, quarantined } = counts!
        expect(clean! + duplicate! + quarantined!).toBe(rows.length)
        expect([out!.clean!.length, out!.seen!.length, out!.quarantine!.length]).toEqual([
          clean,
          clean,
          quarantined,
        ])
        const answered = [...out!.clean!, ...out!.quarantine!].map(
          ({ value }) => (value as { dsf_row: number }).dsf_row,
        )
        expect(new Set(answered).size).toBe(answered.length)
      }),
    )
  })

  it('and the same one, however the rows were cut into batches', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat(40), (rows, cut) => {
        const whole = cleanedWeather(rows)
        const seen = new SeenVersions()
        const parts = [rows.slice(0, cut), rows.slice(cut)].map((part, i) => {
          const result = cleanedWeather(part, seen, 100 + i * Math.min(cut, rows.length))
          seen.commit()
          return result
        })
        expect(parts.flatMap(versionsOf)).toEqual(versionsOf(whole))
        expect(parts.flatMap(marksOf)).toEqual(marksOf(whole))
      }),
    )
  })
})

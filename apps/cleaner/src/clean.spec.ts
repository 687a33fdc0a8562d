import { join } from 'node:path'
import { loadDataset, type Dataset } from '@dsf/dataset'
import type { Batch, Result } from '@dsf/stage'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanerOf } from './clean.ts'
import type { RawRow } from './read-row.ts'
import { SeenVersions } from './seen-versions.ts'

const folder = (name: string) => join(import.meta.dirname, '../../../datasets', name)
const quakes = loadDataset(folder('earthquakes'))
const weather = loadDataset(folder('seattle-weather'))
const [cleanQuakes, cleanWeather] = [cleanerOf(quakes), cleanerOf(weather)]

type Cells = Record<string, string | null>
const quake = (id: string, minute: number, cells: Cells = {}): Cells => ({
  id,
  updated: new Date(minute * 60_000).toISOString(),
  time: '2018-02-07T01:26:13.840Z',
  latitude: '34.5',
  longitude: '-118.7',
  net: 'ci',
  type: 'earthquake',
  ...cells,
})
const day = (date: string, precipitation: string, cells: Cells = {}): Cells => ({
  date,
  precipitation,
  weather: 'sun',
  ...cells,
})

/** A batch of rows as the ingestor published them, the hundred-and-first record of its lane. */
function batchOf(dataset: Dataset, rows: Cells[], key: string, firstRecord = 100): Batch<RawRow> {
  return {
    dataset,
    lane: 1,
    from: 'raw',
    records: rows.map((cells, i) => ({
      dsf_run: 'r',
      dsf_row: i + 1,
      ...Object.fromEntries(dataset.fields.map(({ column }) => [column, cells[column] ?? null])),
    })),
    keys: rows.map((cells) => Buffer.from(cells[key] ?? '')),
    values: rows.map((_, i) => Buffer.from(`framed ${i}`)),
    offsets: rows.map((_, i) => 2 * firstRecord + i),
    firstRecord,
  }
}
const cleanedQuakes = (rows: Cells[], seen = new SeenVersions()) =>
  cleanQuakes(batchOf(quakes, rows, 'id'), seen)
const cleanedWeather = (rows: Cells[], seen = new SeenVersions(), at = 100) =>
  cleanWeather(batchOf(weather, rows, 'date', at), seen)

const rowsOf = ({ out }: Result) => out!.clean!.map(({ value }) => (value as { dsf_row: number }).dsf_row)
const versionsOf = ({ out }: Result) =>
  out!.clean!.map(({ value }) => (value as { dsf_version: number }).dsf_version)
const marksOf = ({ out }: Result) =>
  out!.seen!.map(({ key, value }) => [String(key), (value as { mark: number }).mark])

describe('a dataset with versions', () => {
  it('lets a row through as a clean record of its version, and marks it as seen', () => {
    const { out, counts } = cleanedQuakes([quake('a', 5, { mag: '1.5', net: ' CI ' })])
    const empty = Object.fromEntries(quakes.fields.map(({ column }) => [column, null]))
    const value = {
      ...empty,
      dsf_run: 'r',
      dsf_row: 1,
      dsf_version: 300_000,
      id: 'a',
      updated: 300_000,
      time: Date.parse('2018-02-07T01:26:13.840Z'),
      latitude: 34.5,
      longitude: -118.7,
      net: 'ci',
      type: 'earthquake',
      mag: 1.5,
    }
    const key = Buffer.from('a')
    expect(out).toEqual({
      clean: [{ key, value }],
      seen: [{ key, value: { mark: 300_000, finer: 0, ahead: 0 } }],
      quarantine: [],
    })
    expect(counts).toEqual({ clean: 1, duplicate: 0, quarantined: 0 })
  })

  it.each<[what: string, second: number, passes: boolean]>([
    ['newer', 6, true],
    ['equal', 5, false],
    ['older', 4, false],
  ])('takes a %s version, within one batch and over batches alike', (_, second, passes) => {
    const together = cleanedQuakes([quake('a', 5), quake('a', second)])
    expect(rowsOf(together)).toEqual(passes ? [1, 2] : [1])
    const seen = new SeenVersions()
    cleanedQuakes([quake('a', 5)], seen)
    seen.commit()
    const { counts } = cleanedQuakes([quake('a', second)], seen)
    expect(counts).toEqual({ clean: passes ? 1 : 0, duplicate: passes ? 0 : 1, quarantined: 0 })
  })

  it('compares a key with itself only', () => {
    expect(rowsOf(cleanedQuakes([quake('a', 5), quake('b', 1), quake('a', 4), quake('b', 2)]))).toEqual([
      1, 2, 4,
    ])
  })

  const at = (fraction: string, mag = '1') =>
    quake('a', 0, { updated: `2024-01-01T00:00:00.${fraction}Z`, mag })
  const ms = Date.parse('2024-01-01T00:00:00.123Z')

  it('compares versions as finely as they are written, and lets dsf_version grow all the same', () => {
    const { out, counts } = cleanedQuakes([
      at('1231', '1'),
      at('1239', '2'),
      at('1238', '3'),
      at('123900', '4'),
      at('123900001', '5'),
      at('124', '6'),
      at('124', '7'),
      at('129', '8'),
    ])
    const rows = out!.clean!.map(
      ({ value }) => value as { dsf_version: number; updated: number; mag: number },
    )
    expect(rows.map(({ mag, dsf_version }) => [mag, dsf_version - ms])).toEqual([
      [1, 0],
      [2, 1],
      [5, 2],
      [6, 3],
      [8, 6],
    ])
    expect(rows.map(({ updated }) => updated - ms)).toEqual([0, 0, 0, 1, 6])
    expect(counts).toMatchObject({ clean: 5, duplicate: 3 })
  })

  it('goes on where a changelog ends, whatever was let through before', () => {
    const rows = ['123', '1231', '1239', '123999999', '124', '1240001', '125', '999'].map((text) => at(text))
    const whole = cleanedQuakes(rows.flatMap((row) => [row, row]))
    expect(rowsOf(whole)).toHaveLength(rows.length)
    for (let cut = 0; cut <= rows.length; cut++) {
      const first = cleanedQuakes(rows.slice(0, cut))
      const restored = new SeenVersions()
      for (const { key, value } of first.out!.seen!)
        restored.restore(String(key), value as Record<string, unknown>)
      const rest = cleanedQuakes(rows.slice(Math.max(0, cut - 1)), restored)
      expect([...versionsOf(first), ...versionsOf(rest)]).toEqual(versionsOf(whole))
    }
  })

  it('refuses a version of more digits than it compares', () => {
    expect(cleanedQuakes([at('1234567891', '1')]).counts).toMatchObject({ 'quarantined:type': 1 })
  })

  it('does not remember the version of a row that it refused', () => {
    const rows = [quake('a', 9, { latitude: '91' }), quake('a', 5)]
    expect(marksOf(cleanedQuakes(rows))).toEqual([['a', 300_000]])
  })

  it('lets a row through again after its transaction failed', () => {
    const seen = new SeenVersions()
    const first = cleanedQuakes([quake('a', 5)], seen)
    seen.rollback()
    expect(cleanedQuakes([quake('a', 5)], seen)).toEqual(first)
  })
})

describe('a dataset without versions', () => {
  it('takes the same content for a duplicate and changed content for a newer version: its number', () => {
    const seen = new SeenVersions()
    const first = cleanedWeather(
      [day('2012-01-01', '0'), day('2012-01-01', '0.0'), day('2012-01-01', '3')],
      seen,
    )
    expect([rowsOf(first), versionsOf(first), first.counts]).toEqual([
      [1, 3],
      [100, 102],
      { clean: 2, duplicate: 1, quarantined: 0 },
    ])
    seen.commit()
    expect(versionsOf(cleanedWeather([day('2012-01-01', '3'), day('2012-01-02', '3')], seen, 200))).toEqual([
      201,
    ])
  })

  it('lets content through that came back, because it is the newest state again', () => {
    const rows = [day('2012-01-01', '1'), day('2012-01-01', '2'), day('2012-01-01', '1')]
    expect(rowsOf(cleanedWeather(rows))).toEqual([1, 2, 3])
  })
})

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

import { describe, expect, it } from 'vitest'
import {
  cleanedQuakes,
  cleanedWeather,
  day,
  marksOf,
  quake,
  quakes,
  rowsOf,
  versionsOf,
} from '../testing/cleaned.ts'
import { SeenVersions } from './seen-versions.ts'

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

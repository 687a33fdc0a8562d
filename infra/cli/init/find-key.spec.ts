import { describe, expect, it } from 'vitest'
import { keyOf } from '../testing/key-of.ts'

describe('a primary key', () => {
  it.each([
    [
      'one moment in two zones',
      ['2024-03-31T01:00:00+01:00', '2024-03-31T00:00:00Z', '2024-03-31T05:00:00Z'],
    ],
    ['one number with and without its sign', ['1', '+1', '3']],
  ])('is none of a column with %s, which is one value to the stages', (_, cells) => {
    const rows = cells.map((cell) => [cell])
    expect(keyOf(['id'], rows).key).toEqual([])
    const inPlaces = rows.map(([cell], i) => [i === 0 ? 'here' : 'there', cell!])
    expect(keyOf(['place', 'id'], inPlaces).key).toEqual(['id', 'place'])
  })

  it('is no column of numbers with a sign beside them', () => {
    const rows = Array.from({ length: 6 }, (_, i) => [`${2001 + i}`, `${i * 7}.5 %`])
    expect(keyOf(['year', 'share'], rows).key).toEqual(['year'])
  })

  it('is no time of day alone, and one with its day', () => {
    const rows = Array.from({ length: 30 }, (_, i) => [
      `2024-01-${String((i >> 1) + 1).padStart(2, '0')}`,
      `${i % 24}:${String((i * 7) % 60).padStart(2, '0')}:${10 + i}`,
      `${i}.5`,
    ])
    expect(keyOf(['Fecha', 'Hora', 'Magnitud'], rows).key).toEqual(['Fecha', 'Hora'])
    expect(
      keyOf(
        ['Lugar', 'Hora'],
        rows.map(([, hour], i) => [`l${i % 3}`, hour!]),
      ).key,
    ).toEqual([])
  })

  it('has the year of its months and days, although these tell the rows of one year apart', () => {
    const rows = Array.from({ length: 48 }, (_, i) => [
      '2008',
      `${1 + (i % 12)}`,
      `${1 + Math.floor(i / 12)}`,
      `0.${i + 10}`,
    ])
    expect(keyOf(['Year', 'Month', 'Day', 'Speed'], rows).key).toEqual(['Year', 'Month', 'Day'])
  })

  it('is no text of measures, as its name says', () => {
    const rows = Array.from({ length: 12 }, (_, i) => [
      `2024-01-${10 + (i >> 1)}`,
      i % 3 ? `${i}` : `Varies ${i}`,
    ])
    expect(keyOf(['date', 'tariff_rate_pct'], rows).key).toEqual([])
  })

  it('is no column of fractions', () => {
    const rows = Array.from({ length: 8 }, (_, i) => [
      `land${i % 4}`,
      `${2001 + Math.floor(i / 4)}`,
      `${745 + i}/1998707${i}`,
    ])
    expect(keyOf(['country', 'year', 'rate'], rows).key).toEqual(['country', 'year'])
  })

  it('has the one station that all its times are of, because the next file may have another', () => {
    const rows = Array.from({ length: 30 }, (_, i) => [
      'EST',
      '01646500',
      `2024-01-${i + 1}`.replace(/-(\d)$/, '-0$1'),
      `${i}`,
    ])
    expect(keyOf(['tz', 'site_no', 'datetime', 'flow'], rows).key).toEqual(['site_no', 'datetime'])
    expect(keyOf(['tz', 'agency', 'datetime', 'flow'], rows).key).toEqual(['datetime'])
    const numbered = rows.map(([tz, site, ...more], i) => [tz!, site!, `a${i}`, ...more])
    expect(keyOf(['tz', 'site_no', 'id', 'datetime', 'flow'], numbered).key).toEqual(['id'])
  })

  it('may be a number of a year, which is no fraction', () => {
    const rows = Array.from({ length: 40 }, (_, i) => [`000${i}/${2023 + (i % 2)}`, `${i * 7}.5`])
    expect(keyOf(['Rechnung', 'Betrag'], rows).key).toEqual(['Rechnung'])
  })

  it('is no column alone that is empty in some row, because the next file may have two', () => {
    const rows = Array.from({ length: 200 }, (_, i) => [i === 7 ? '' : `c${i}@example.org`, `${i % 5}.5`])
    expect(keyOf(['email', 'share'], rows).key).toEqual([])
  })

  it('may have an empty cell for a value of its own, where hardly any is and nothing else tells rows apart', () => {
    const rows = Array.from({ length: 400 }, (_, i) => [
      i < 2 ? '' : `c${i >> 1}`,
      i % 2 ? 'urban' : 'rural',
      '7.5',
    ])
    expect(keyOf(['code', 'area', 'share'], rows)).toEqual({
      key: ['code', 'area'],
      why: 'no combination occurs twice in all 400 rows of the file, an empty cell for a value of its own',
    })
    const many = rows.map(([code, ...rest], i) => [i < 20 ? '' : code!, ...rest])
    expect(keyOf(['code', 'area', 'share'], many).key).toEqual([])
  })

  it('is none of measures that tell rows apart by chance, and is one of numbers that say what a row is of', () => {
    let seed = 4
    const upTo = (most: number) => `${(seed = (seed * 16_807) % 2_147_483_647) % most}`
    const measures = Array.from({ length: 400 }, () => [upTo(70), upTo(80), upTo(30)])
    expect(new Set(measures.map(String)).size).toBe(400)
    expect(keyOf(['income', 'price', 'age'], measures).key).toEqual([])
    const rounds = measures.map(([cost], i) => [`${i % 100}`, `${Math.floor(i / 100)}`, cost!])
    expect(keyOf(['person', 'mode', 'cost'], rounds).key).toEqual(['person', 'mode'])
  })

  it('is none of numbers with a letter before them, which tell rows apart by chance as well', () => {
    const epochs = Array.from({ length: 400 }, (_, i) => [
      `J${2000 + ((i * 7) % 390) / 10}`.padEnd(7, '.0'),
      `B${1950 + ((i * 11) % 380) / 10}`.padEnd(7, '.0'),
    ])
    expect(new Set(epochs.map(String)).size).toBe(400)
    expect(keyOf(['equinox', 'epoch'], epochs).key).toEqual([])
    const releases = epochs.map((_, i) => [`v1.${i % 40}`, `package ${Math.floor(i / 40)}`])
    expect(keyOf(['version', 'package'], releases).key).toEqual(['version', 'package'])
  })

  it('has a counter that begins again, with what it begins again for', () => {
    const rows = Array.from({ length: 17 }, (_, i) => [
      i < 10 ? 'a' : 'b',
      `${i < 10 ? i + 1 : i - 9}`,
      `${i}.5`,
    ])
    expect(keyOf(['group', 'place', 'time'], rows).key).toEqual(['group', 'place'])
  })

  it('is four columns where most of their combinations occur, and not where few do', () => {
    const all = Array.from({ length: 720 }, (_, i) => [
      ...[i % 2, Math.floor(i / 2) % 3, Math.floor(i / 6) % 10],
      Math.floor(i / 60),
    ])
    const sum = (row: number[]) => row.reduce((total, one) => total + one)
    const names = ['sex', 'age', 'year', 'place']
    const key = (rows: number[][]) =>
      keyOf(
        names,
        rows.map((row) => row.map(String)),
      ).key.toSorted()
    expect(key(all)).toEqual(names.toSorted())
    // without any one of the four, two of these rows are one
    expect(key(all.filter((row) => sum(row) === 1 || sum(row) % 6 === 0))).toEqual([])
  })

  describe('of rows some of which equal another one', () => {
    const teams = Array.from({ length: 40 }, (_, i) => [`t${i}`, `c${i % 7}`, `l${i % 2}`])
    const names = ['team', 'city', 'league']

    it('is looked for without these, and that is a guess', () => {
      const { key, why } = keyOf(names, [...teams, ...teams.slice(3, 8)])
      expect([key, why]).toEqual([['team'], expect.stringContaining('in all 40 rows')])
      expect(why).toContain('5 more rows equal one of them in everything')
    })

    it('is none of all columns, which tell these apart anyway', () => {
      const pairs = teams.map((_, i) => [`n${i % 8}`, `m${Math.floor(i / 8)}`])
      expect(keyOf(['name', 'mode'], pairs).key).toEqual(['name', 'mode'])
      expect(keyOf(['name', 'mode'], [...pairs, pairs[0]!]).key).toEqual([])
    })

    it('is none of numbers that nothing calls a key', () => {
      const patients = teams.map((_, i) => [`g${i % 4}`, `${((i >> 2) * 3) % 10}`, `c${i % 3}`])
      const keys = (name: string, rows: string[][]) => keyOf(['group', name, 'left'], rows).key
      expect(keys('time', patients)).toEqual(['group', 'time'])
      expect(keys('time', [...patients, patients[0]!])).toEqual([])
      expect(keys('id', [...patients, patients[0]!])).toEqual(['id', 'group'])
    })

    it('is none where most rows equal another one, as where each is an observation', () => {
      expect(keyOf(names, [...teams, ...teams.slice(1)]).key).toEqual(['team'])
      expect(keyOf(names, [...teams, ...teams]).key).toEqual([])
    })
  })

  it('is looked for in so many rows and no more, and that is told', () => {
    // only all three tell the rows apart
    const rows = Array.from({ length: 1000 }, (_, i) => [
      `a${i % 10}`,
      `b${Math.floor(i / 10) % 10}`,
      `c${Math.floor(i / 100)}`,
    ])
    const names = ['a', 'b', 'c']
    expect(keyOf(names, rows)).toMatchObject({ key: names })
    const { key, why } = keyOf(names, rows, 500)
    expect([key, why]).toEqual([
      [],
      expect.stringContaining('of the columns that were tried, no few tell 1,000 rows apart'),
    ])
  })
})

import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'

const init = initializer()
const years = (header: string, row: (year: number, i: number) => string) =>
  `${header}\n${Array.from({ length: 30 }, (_, i) => `${row(1990 + (i % 15), i)}\n`).join('')}`
const land = (i: number) => (i < 15 ? 'Chile' : 'Peru')

describe('a year', () => {
  it.each(['year', 'Jahr', 'anio', '年', '年份', 'Calendar Year', 'school_year'])(
    'that tells rows apart is their time where no other column is, as in "%s"',
    async (name) => {
      const { fields, findings, tried } = await init(
        years(`country,${name},births`, (year, i) => `${land(i)},${year},${i * 7}`),
      )
      expect(fields[1]).toEqual({ name, type: 'date', format: '%Y' })
      expect(findings).toContainEqual(expect.objectContaining({ about: 'event time', answer: name }))
      expect(findings).toContainEqual(
        expect.objectContaining({ about: 'primary key', answer: `country, ${name}` }),
      )
      expect(tried.counts).toMatchObject({ read: 30, clean: 30 })
    },
  )

  it('is their time where nothing names a row, and where it goes up by one beside what does', async () => {
    const wages = years('age,year,wage', (year, i) => `${20 + (i % 9)},${year},${i % 4}`)
    expect((await init(wages)).fields[1]).toEqual({ name: 'year', type: 'date', format: '%Y' })
    const longley = years('id,year,jobs', (_, i) => `${i + 1},${1950 + i},${i % 4}.5`)
    expect((await init(longley)).fields[1]).toEqual({ name: 'year', type: 'date', format: '%Y' })
  })

  it.each(['rain_mm', 'Power (kW)'])('is their time beside a measure in a unit, as "%s"', async (name) => {
    const { fields } = await init(years(`country,year,${name}`, (year, i) => `${land(i)},${year},${i * 7}`))
    expect(fields[1]).toEqual({ name: 'year', type: 'date', format: '%Y' })
  })

  it.each(['', 'index', 'time'])('may be the index of a series, as in "%s"', async (name) => {
    const series = (first: number) =>
      `${name},value\n${Array.from({ length: 30 }, (_, i) => `${first + i},${(i * 7) % 5}.5\n`).join('')}`
    expect((await init(series(1880))).fields[0]).toMatchObject({ type: 'date', format: '%Y' })
    expect((await init(series(880))).fields[0]).toMatchObject({ type: 'integer' })
  })

  it('is the key with a text, where Pandas has numbered the rows', async () => {
    const { findings, fields } = await init(
      years(',country,year,births', (year, i) => `${i},${land(i)},${year},${i * 7}`),
    )
    expect(findings).toContainEqual(
      expect.objectContaining({ about: 'primary key', answer: 'country, year' }),
    )
    expect(fields[2]).toEqual({ name: 'year', type: 'date', format: '%Y' })
  })

  it.each([
    ...['mo', 'Month Number', 'KW', 'week_no', 'månad', 'DayOfYear', 'Period'].map((name) => [
      `${name} stands beside it`,
      years(`country,year,${name},births`, (year, i) => `${land(i)},${year},${i % 12},5`),
    ]),
    [
      'a month stands beside it',
      years('country,year,month,births', (year, i) => `${land(i)},${year},${i % 12},5`),
    ],
    ['another time stands there', years('country,year,seen', (year, i) => `${land(i)},${year},2024-01-02`)],
    [
      'it has two values, and nothing names a row',
      years('drive,year,price', (year, i) => `4,${year % 2 ? 1999 : 2008},${i % 4}`),
    ],
    ['it only describes a row', years('id,year,price', (year, i) => `car${i},${year},${i}`)],
    ['it is none', years('country,year,births', (year, i) => `${land(i)},${year - 1989},5`)],
  ])('stays a number where %s', async (_, content) => {
    const { fields } = await init(content)
    expect(fields[1]).toEqual({ name: 'year', type: 'integer' })
  })
})

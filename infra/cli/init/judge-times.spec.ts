/** Digits and short forms that may be times, and what decides. */
import { describe, expect, it } from 'vitest'
import { judged, times } from '../testing/judged.ts'

describe('a column of', () => {
  it('eight digits is one of days when its name says so', () => {
    expect(judged(['20240131', '20240201'], 'date')).toEqual({ is: 'date %Y%m%d' })
    expect(judged(['20240131', '20240201'], 'amount')).toEqual({ is: 'integer' })
  })

  it('times with the word for hours behind them has that in its format', () => {
    expect(judged(['04.09.2023 17:35:44h', '14.09.2023 07:35:44h'])).toEqual({
      is: 'datetime %d.%m.%Y %H:%M:%Sh',
    })
    expect(judged(['04.09.2023 17:35 Uhr', '14.09.2023 07:35 Uhr'])).toEqual({
      is: 'datetime %d.%m.%Y %H:%M Uhr',
    })
    expect(judged(['17h', '7h'])).toMatchObject({ is: 'string' })
  })

  it.each([
    ['01.01.2023 00:00 - 01.01.2023 01:00', '01.01.2023 23:00 - 02.01.2023 00:00'],
    ['2023-01-01T00:00Z/2023-01-01T01:00Z', '2023-01-01T01:00Z/2023-01-01T02:00Z'],
  ])('two times each stays one of texts, and that is told: %s', (...cells) => {
    expect(judged(cells)).toEqual({ is: 'string', doubt: expect.stringContaining('two times each') })
  })

  it('days that could also be months is told by the order of its rows, or stays a text', () => {
    expect(judged(['01/11/2024', '01/12/2024', '02/01/2024', '02/02/2024', '02/03/2024'])).toEqual({
      is: 'date %m/%d/%Y',
    })
    expect(judged(['01/02/2024', '12/01/2024', '03/04/2024', '02/05/2024'])).toEqual({
      is: 'string',
      doubt: expect.stringContaining('%m/%d/%Y and %d/%m/%Y both fit'),
    })
  })

  it.each([
    [
      'the first days of all months of some years',
      times(30, (i) => `${(i % 12) + 1}/1/${2001 + Math.floor(i / 12)}`),
      'date %m/%d/%Y',
    ],
    ['days within a July', times(64, (i) => `${4 + (i >> 3)}/07/2015`.padStart(10, '0')), 'date %d/%m/%Y'],
    [
      'hours of a May',
      times(200, (i) => `5/${1 + Math.floor(i / 24)}/2024 ${i % 24}:00`),
      'datetime %m/%d/%Y %H:%M',
    ],
  ])('%s is one of times, by their even steps', (_, cells, is) => {
    expect(judged(cells)).toEqual({ is })
  })

  it.each([
    ['days of a January, or the first ones of as many months', times(12, (i) => `01/${i + 1}/2024`)],
    [
      'days that go on like the months do',
      ['1/2/2001', '3/4/2001', '5/6/2001', '7/8/2001', '9/10/2001', '11/12/2001'],
    ],
  ])('%s stays one of texts', (_, cells) => {
    expect(judged(cells)).toEqual({ is: 'string', doubt: expect.stringContaining('both fit') })
  })

  it.each([
    [
      'hours',
      (i: number) =>
        `202401${String(1 + Math.floor(i / 24)).padStart(2, '0')}${String(i % 24).padStart(2, '0')}`,
      '%Y%m%d%H',
    ],
    ['minutes', (i: number) => `2024013123${String(i).padStart(2, '0')}`, '%Y%m%d%H%M'],
    ['seconds of a day of the year', (i: number) => `20091311105${String(i + 10)}`, '%Y%j%H%M%S'],
  ])('digits of %s is one of times where its name says so, or where there are many', (_, cell, format) => {
    const is = `datetime ${format}`
    expect(judged(times(5, cell), 'StartTime')).toEqual({ is })
    expect(judged(times(5, cell), 'amount')).toEqual({ is: 'integer' })
    expect(judged(times(40, cell), 'amount')).toEqual({ is })
  })

  it('seconds or milliseconds since 1970 is one of times where its name says so', () => {
    expect(judged(['1672531200', '1672531260'], 'Timestamp')).toEqual({ is: 'datetime %s' })
    expect(judged(['1672531200.5', '1672531260.25'], 'ts')).toEqual({ is: 'datetime %s.%f' })
    expect(judged(['1672531200000', '1672531260000'], 'open_time')).toEqual({ is: 'datetime %Q' })
    expect(judged(['1672531200', '1672531260'], 'amount')).toEqual({ is: 'integer' })
    expect(judged(['1672531200', '167253126'], 'time')).toEqual({ is: 'integer' })
  })

  it('six digits is one of months when its name says so', () => {
    expect(judged(['192607', '192608'], 'Date')).toEqual({ is: 'date %Y%m' })
    expect(judged(['192607', '192613'], 'Date')).toEqual({ is: 'integer' })
    expect(judged(times(40, (i) => `2001${String((i % 12) + 1).padStart(2, '0')}`))).toEqual({
      is: 'integer',
    })
  })

  it('times with the name of their zone behind the offset has that in its format', () => {
    expect(
      judged(['2014-05-07T13:29:50.439+0100 [Europe/London]', '2014-05-07T13:30:20.5+0100 [Europe/London]']),
    ).toEqual({
      is: 'datetime %Y-%m-%dT%H:%M:%S.%f%z [Europe/London]',
    })
    expect(
      judged(['2014-05-07 13:29:50+01:00[Europe/London]', '2014-05-07 13:29:50+02:00[Europe/Paris]']).is,
    ).toBe('string')
  })

  it.each([
    ['numbers within a year', times(300, (i) => `2023-${String(i + 1).padStart(3, '0')}`), '2023-001'],
    ['seasons', times(12, (i) => `${2000 + i}-${String(i + 1).padStart(2, '0')}`), 'seasons'],
    ['days of no year', times(31, (i) => `Jan-${String(i + 1).padStart(2, '0')}`), 'days of no year'],
  ])('%s is one of texts, and says that they could be times', (_, cells, doubt) => {
    expect(judged(cells)).toEqual({ is: 'string', doubt: expect.stringContaining(doubt) })
  })

  it('such cells is one of times where its name says so, or they can be nothing else', () => {
    expect(judged(['2023-001', '2023-002'], 'day')).toEqual({ is: 'date %Y-%j' })
    expect(judged(['2000-01', '2001-02'], 'Month')).toEqual({ is: 'date %Y-%m' })
    expect(judged(['2000-01', '2000-02'])).toEqual({ is: 'date %Y-%m' })
    expect(judged(['Jan-01', 'Jan-99'])).toEqual({ is: 'date %b-%y' })
  })
})

import { describe, expect, it } from 'vitest'
import { judged, times } from '../testing/judged.ts'
import { judgeColumn } from './judge-column.ts'
import { doubtPoints } from './judge-numbers.ts'

describe('a column of', () => {
  it.each([
    ['whole numbers', ['1', '-20', ' 3 ', ''], { is: 'integer' }],
    ['numbers', ['1', '2.5', '1e3'], { is: 'number' }],
    ['digits whose noughts count', ['00501', '10001'], { is: 'string' }],
    ['numbers that are padded to one width', ['100.00', '040.00', '000.00'], { is: 'number' }],
    ['codes with a point, whose noughts count', ['01.11', '01.12', '10.20'], { is: 'string' }],
    ['codes of which two are one number', ['1.1', '1.2', '1.9', '1.10', '2'], { is: 'string' }],
    ['measures of which two are one number', ['1.1', '1.2', '1.2', '1.10'], { is: 'number' }],
    [
      'noughts beside both signs',
      [...times(40, () => '0'), '+', '-'],
      { is: 'string', doubt: '"-" is kept as a text, and may mean that there is no value' },
    ],
    ['noughts beside one sign', [...times(40, () => '0'), '-', '-'], { is: 'integer', missing: ['-'] }],
    ['numbers that are padded to several widths', ['0040.00', '040.00', '000.00'], { is: 'string' }],
    ['digits whose noughts count, with one of nought', ['00501', '00000'], { is: 'string' }],
    ['more digits than an integer has', ['12345678901234567890'], { is: 'string' }],
    ['numbers, some of them NA', ['1', 'NA', '3', '.'], { is: 'integer', missing: ['NA', '.'] }],
    ['days, some of them nought', ['2024-01-31', '0000-00-00'], { is: 'date', missing: ['0000-00-00'] }],
    [
      'hours, the last of a day as 24',
      ['31.12.2024 23:00', '31.12.2024 24:00'],
      { is: 'datetime %d.%m.%Y %H:%M' },
    ],
    ['true and false', ['TRUE', 'false', 'True'], { is: 'boolean', truth: ['true', 'false'] }],
    ['oui and non', ['oui', 'non'], { is: 'boolean', truth: ['oui', 'non'] }],
    ['letters and words of one answer', ['Y', 'N', 'No', ''], { is: 'boolean', truth: ['y', 'no'] }],
    ['answers in other letters', ['да', 'Нет'], { is: 'boolean', truth: ['да', 'нет'] }],
    ['letters of two answers in two languages', ['Y', 'nein'], { is: 'string' }],
    ['yes alone, which is a text', ['yes', 'yes'], { is: 'string' }],
    [
      'amounts with the minus behind some',
      ['1.234,50', '12,00-'],
      {
        is: 'string',
        doubt:
          'its cells are numbers with "-" beside them, as in "12,00-", and stay texts because not all have it, or in another way: to be numbers they have to be written alike',
      },
    ],
    ['days', ['2024-01-31', ''], { is: 'date' }],
    [
      'times as Postgres writes them',
      ['2024-01-31 10:00:00.25+02', '2024-07-31 10:00:00+03'],
      { is: 'datetime' },
    ],
    ['times with and without a zone', ['2024-01-31T10:00:00Z', '2024-01-31 10:00'], { is: 'datetime' }],
    ['quarters', ['2024-Q1', '2024-Q4'], { is: 'date %Y-Q%q' }],
    ['quarters before their year', ['Q1 2024', 'Q4 2023'], { is: 'date Q%q %Y' }],
    ['months behind an M', ['2024M1', '2024M12'], { is: 'date %YM%m' }],
    ['codes that are no quarters', ['2024-Q1', '2024-Q9'], { is: 'string' }],
    ['days with a month in letters', ['05-Jan-2024', '17-Dec-2023'], { is: 'date %d-%b-%Y' }],
    ['days with a month in letters before them', ['Jan-31-2024', 'Dec-1-2023'], { is: 'date %b-%d-%Y' }],
    ['months in letters behind a year', ['1991 Jul', '1991 Aug'], { is: 'date %Y %b' }],
    ['days first, by one above the 12th', ['01.02.2024', '13.02.2024'], { is: 'date %d.%m.%Y' }],
    ['months first, by one above the 12th', ['1/2/2024', '1/13/2024'], { is: 'date %m/%d/%Y' }],
    [
      'times with AM and PM',
      ['1/13/2024 10:05 PM', '1/14/2024 1:05 AM'],
      { is: 'datetime %m/%d/%Y %I:%M %p' },
    ],
    ['times of a mail', ['Fri, 05 Jan 2024 12:30:01 +0100'], { is: 'datetime %a, %d %b %Y %H:%M:%S %z' }],
    ['days in several forms of one meaning', ['2024/1/5', '5 Jan 2024'], { is: 'date any' }],
    ['numbers with a decimal comma', ['1,5', '2', ''], { is: 'number', marks: { decimalChar: ',' } }],
    [
      'numbers with both marks',
      ['1.234,5', '12,25'],
      { is: 'number', marks: { decimalChar: ',', groupChar: '.' } },
    ],
    ['thousands with points', ['1.234.567', '462'], { is: 'integer', marks: { groupChar: '.' } }],
    [
      'infinite numbers alone',
      ['inf', '-inf'],
      {
        is: 'number',
        missing: ['inf', '-inf'],
        doubt: expect.stringContaining('no number is infinite here'),
      },
    ],
    ['thousands', ['12,345,678', '1,000'], { is: 'integer', marks: { groupChar: ',' } }],
    ['years', ['1999', '2000', '2001'], { is: 'integer' }],
    ['phone numbers', ['2095257564', '2095257565'], { is: 'integer' }],
  ])('%s', (_, cells, expected) => {
    expect(judged(cells)).toEqual(expected)
  })

  it.each([
    ['a letter behind some', ['4.8 b', '9.0', ':', '12 p'], '"4.8 b"'],
    ['a sign before some', ['<0.5', '9.0', '12'], '"<0.5"'],
  ])('numbers with %s stays one of texts, says so, and may be a part of a key', (_, cells, sign) => {
    const { type, isMeasured, doubt } = judgeColumn('x', 0, cells)
    expect([type, isMeasured]).toEqual(['string', undefined])
    expect(doubt).toContain(`its cells are numbers, some with a sign beside them, as in ${sign}`)
  })

  it.each([
    ['numbers of houses', ['3', '3 a', '5']],
    ['routes', ['2B', '10', '10M']],
    ['versions', ['1.2.1', '1.3 rc', '1.3']],
    ['sizes', ['30', '32', '32 l', 'XL']],
  ])('%s is one of texts, of which nothing is said', (_, cells) => {
    expect(judged(cells)).toEqual({ is: 'string' })
  })

  it('counts by phone and by mobile is one of integers', () => {
    for (const name of ['mobile', 'phone', 'fax'])
      expect(judged(['120', '7', '3012'], name)).toEqual({ is: 'integer' })
  })

  it.each(['phone', 'Zip Code', 'postalCode', 'PLZ', 'calling_code'])(
    'digits called %s is one of texts, and their plus is kept',
    (name) => {
      expect(judged(['20952575', '10115000'], name)).toEqual({ is: 'string' })
      expect(judged(['12.5', '3'], name)).toEqual({ is: 'number' })
    },
  )

  it('numbers, some of them infinite, takes those for none, and says so', () => {
    expect(judged(['1', '-Inf', '3', 'Inf', '-Inf'])).toEqual({
      is: 'integer',
      missing: ['-Inf', 'Inf'],
      doubt: expect.stringContaining('"-Inf", "Inf" is taken for "no value", because no number is infinite'),
    })
  })

  it('numbers that all have three digits behind the point says that these could be thousands', () => {
    const doubtOf = (cells: string[]) =>
      doubtPoints(
        judgeColumn('x', 0, cells),
        cells.map((cell) => [cell]),
      ).doubt
    expect(doubtOf(['138.582', '868.821', '12', ''])).toContain('thousands (groupChar)')
    expect(doubtOf(['138.582 €', '868.821 €'])).toContain('thousands (groupChar)')
    expect(doubtOf(['138.58 €', '868.821 €'])).toBeUndefined()
    expect(doubtOf(['138.582', '0.821'])).toBeUndefined()
    expect(doubtOf(['138.582', '1868'])).toBeUndefined()
  })

  it.each([
    ['a percent sign', ['9.1%', '-10 %', '12.5 %'], 'number', {}],
    ['a currency before them', ['$231.19', '-$1,200', '$ 5'], 'number', { groupChar: ',' }],
    ['a currency behind them', ['1.234,50 €', '12 €'], 'number', { decimalChar: ',', groupChar: '.' }],
    ['the name of a currency', ['1 200 zł', '3 zł'], 'integer', { groupChar: ' ' }],
    ['a unit apart from them', ['12 km', '1 km', '3.5 km'], 'number', {}],
    ['a unit beside fractions', ['0.5mm', '12mm', '3mm'], 'number', {}],
  ])('numbers with %s is one of numbers without it', (_, cells, type, marks) => {
    expect(judgeColumn('x', 0, cells)).toMatchObject({
      type,
      isMeasured: true,
      why: expect.stringContaining('which is left out'),
    })
    expect(judged(cells)).toEqual({ is: type, marks: { ...marks, bareNumber: false } })
  })

  it.each([
    ['a percent sign beside some', ['9.1%', '10'], '"%"'],
    ['two currencies', ['$231.19', '€5'], '"$"'],
    ['a currency and a percent sign', ['$5%', '$6'], '"$"'],
    ['a minus behind them', ['5 €-', '6 €'], '"€"'],
    ['several marks', ['1.200,50 %', '1,200.50 %'], '"%"'],
    ['the brackets of bookkeepers', ['(1,200)', '31.5'], '"("'],
  ])('numbers with %s stays one of texts, and says so', (_, cells, sign) => {
    const { type, isMeasured, doubt } = judgeColumn('x', 0, cells)
    expect([type, isMeasured]).toEqual(['string', true])
    expect(doubt).toContain('its cells are numbers')
    expect(doubt).toContain(sign)
  })

  it.each([
    ['numbers of houses', ['12a', '14a', '15a']],
    ['several units', ['12 km', '3 m', '5 km']],
    ['names that begin with a number', ['3 Doors', '3 Wise', '4 Non']],
    ['one share beside words', ['9 %', 'low', 'high']],
    ['codes', ['A1', 'A2', 'A3']],
  ])('%s is one of texts, without more', (_, cells) => {
    expect(judged(cells)).toEqual({ is: 'string' })
  })

  it.each([
    [
      'days of two forms',
      ['09-JAN-13', '2013-01-10', '11-JAN-13'],
      '%d-%b-%y (2 cells) and ISO 8601 (1 cell)',
    ],
    [
      'days of two forms, one of which has two meanings',
      ['2024-01-05', '03.04.2024'],
      'ISO 8601 (1 cell) and %d.%m.%Y and %m.%d.%Y (1 cell)',
    ],
  ])('%s is one of texts, and says so', (_, cells, forms) => {
    expect(judged(cells)).toEqual({
      is: 'string',
      doubt: expect.stringContaining(`its cells are times of several forms, ${forms}`),
    })
  })

  it('days beside something else is one of texts, without more', () => {
    expect(judged(['09-JAN-13', '2013-01-10', 'A1-B22-3'])).toEqual({ is: 'string' })
  })

  it('numbers with one strange word takes that for none, and says so', () => {
    expect(judged([...times(30, String), 'Trace'])).toEqual({
      is: 'integer',
      missing: ['Trace'],
      doubt: expect.stringContaining('"Trace" is taken for "no value"'),
    })
  })

  it('texts keeps NA as a text, and says so', () => {
    expect(judged(['US', 'NA', 'DE'])).toEqual({
      is: 'string',
      doubt: expect.stringContaining('"NA" is kept'),
    })
  })

  it('nothing is of texts, and says so', () => {
    expect(judged(['', ''])).toEqual({ is: 'string', doubt: expect.stringContaining('it has no value') })
  })
})

it.each([
  ['region_code', ['11.01', '11.10'], 'string'],
  ['region_code', ['11.01', '11.11'], 'number'],
  ['region_code', ['11.01', '11.1', '11.10'], 'string'],
  ['region_code', ['11.01', '112.10'], 'number'],
  ['price', ['11.01', '11.10'], 'number'],
  ['idd.root', ['+2', '+9'], 'string'],
  ['root', ['+2', '+9'], 'integer'],
])('%s of %j is a %s', (name, cells, type) => {
  expect(judgeColumn(name, 0, cells).type).toBe(type)
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTimes } from './times.ts'

const refuse = (expected: string) => new Error(expected)
const reader = (type: 'date' | 'datetime', format = 'default') => compileTimes(type, format, refuse).read
const readIso = reader('datetime')
const readDate = reader('date')

const first = Date.parse('0001-01-01T00:00:00.000Z')
const last = Date.parse('9999-12-31T23:59:59.999Z')
const instant = fc.integer({ min: first, max: last })
/** What Date.parse says, where it is a time of the years that we read. */
const parsed = (iso: string) => {
  const ms = Date.parse(iso)
  return ms >= first && ms <= last ? ms : undefined
}
const two = (number: number) => String(number).padStart(2, '0')

describe('a datetime of ISO 8601 is what Date.parse makes of it', () => {
  test('in the form that machines write', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        expect(readIso(new Date(ms).toISOString())).toBe(ms)
      }),
      { numRuns: 2000 },
    )
  })

  test('at any precision, separator and zone', () => {
    const zone = fc.oneof(
      fc.constant('Z'),
      fc
        .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
        .map(([sign, hours, minutes]) => `${sign}${two(hours)}:${two(minutes)}`),
    )
    const form = fc.record({
      length: fc.constantFrom(16, 19, 21, 22, 23),
      separator: fc.constantFrom('T', ' '),
      zone,
    })
    fc.assert(
      fc.property(instant, form, (ms, { length, separator, zone }) => {
        const iso = new Date(ms).toISOString().slice(0, length) + zone
        expect(readIso(iso.replace('T', separator))).toBe(parsed(iso))
      }),
      { numRuns: 2000 },
    )
  })

  test('with as many digits of a second as there are: the rest is cut off, never rounded', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(instant, digits, (ms, fraction) => {
        const second = new Date(ms).toISOString().slice(0, 19)
        expect(readIso(`${second}.${fraction}Z`)).toBe(Date.parse(`${second}.${fraction.slice(0, 3)}Z`))
      }),
    )
  })

  test('whatever stands in its fields, but for days that a month does not have, and 24:00 as the end of a day', () => {
    const field = fc.integer({ min: 0, max: 99 }).map(two)
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.array(field, { minLength: 5, maxLength: 5 }),
        (year, [m, d, H, M, S]) => {
          const iso = `${String(year).padStart(4, '0')}-${m}-${d}T${H}:${M}:${S}.000Z`
          const ms = Date.parse(iso)
          // the end of a day is the beginning of the next
          const same = H === '24' ? new Date(ms - 86_400_000) : new Date(ms)
          const exists = !Number.isNaN(ms) && same.toISOString() === iso.replace('T24', 'T00')
          expect(readIso(iso)).toBe(exists ? ms : undefined)
        },
      ),
      { numRuns: 5000 },
    )
  })

  test('and nothing, when a character is wrong', () => {
    const iso = '2018-02-07T18:21:03.040Z'
    const wrong = [...' -:.,TZtz/+x\0\u0661']
    const read = [...iso].flatMap((right, at) =>
      wrong
        .filter((character) => character !== right)
        .map((character) => iso.slice(0, at) + character + iso.slice(at + 1))
        .filter((text) => readIso(text) !== undefined),
    )
    expect(read).toEqual(['2018-02-07 18:21:03.040Z', '2018-02-07T18:21:03,040Z'])
  })
})

test.each([1896, 1900, 1969, 1970, 1972, 2000, 2023, 2024, 2100, 2400])(
  'the days of %i are those of the calendar',
  (year) => {
    const day = 86_400_000
    for (let month = 0; month <= 13; month++)
      for (let date = 0; date <= 32; date++) {
        const text = `${year}-${two(month)}-${two(date)}`
        const ms = Date.UTC(year, month - 1, date)
        const exists = new Date(ms).toISOString().startsWith(text)
        if (readDate(text) !== (exists ? ms / day : undefined)) expect.fail(`${text} is ${readDate(text)}`)
      }
  },
)

test('a pattern reads what it would write', () => {
  const read = reader('datetime', '%d/%m/%Y %H-%M-%S,%f %z')
  fc.assert(
    fc.property(instant, (ms) => {
      const [, Y, m, d, H, M, S, f] = /(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d+)/.exec(
        new Date(ms).toISOString(),
      )!
      expect(read(`${d}/${m}/${Y} ${H}-${M}-${S},${f} Z`)).toBe(ms)
    }),
  )
})

describe('a pattern is refused', () => {
  test.each([
    [
      '%Y-%U',
      '%U in "%Y-%U" is not supported; known are %Y %y %m %b %B %q %d %e %j %a %A %H %I %p %M %S %f %z %Z %s %Q %%',
    ],
    [
      '%Y%',
      '% in "%Y%" is not supported; known are %Y %y %m %b %B %q %d %e %j %a %A %H %I %p %M %S %f %z %Z %s %Q %%',
    ],
    [
      '%Y %é',
      '%é in "%Y %é" is not supported; known are %Y %y %m %b %B %q %d %e %j %a %A %H %I %p %M %S %f %z %Z %s %Q %%',
    ],
    ['%Y %y', '"%Y %y" has %Y and %y, which say the same'],
    ['%Y %b %m', '"%Y %b %m" has %m and %b, which say the same'],
    ['%Y %j %d', '"%Y %j %d" has %d and %j, which say the same'],
    ['%Y %H %I %p', '"%Y %H %I %p" has %H and %I, which say the same'],
    ['%Y %I', '"%Y %I" needs %I and %p together: an hour of 12, and which half of the day'],
    ['%Y %H %p', '"%Y %H %p" needs %I and %p together: an hour of 12, and which half of the day'],
    ['%Y Q%q %m', '"%Y Q%q %m" has %m and %q, which say the same'],
    ['%s %H', '"%s %H" has %H beside %s, which says all of a time'],
    ['%Q.%f', '"%Q.%f" has %f beside %Q, which says all of a time'],
    ['%s %Q', '"%s %Q" has %Q beside %s, which says all of a time'],
    ['%d.%m.%d %Y', '"%d.%m.%d %Y" has %d twice'],
    ['%d.%m.', '"%d.%m." is no time format: %Y, %y, %s or %Q is missing'],
    ['YYYY-MM-DD', '"YYYY-MM-DD" is no time format: %Y, %y, %s or %Q is missing'],
  ])('%s', (format, expected) => {
    expect(() => reader('date', format)).toThrow(new Error(expected))
  })
})

describe('a name of a month', () => {
  const names = Array.from({ length: 12 }, (_, i) =>
    new Date(Date.UTC(2024, i)).toLocaleString('en-US', { month: 'long', timeZone: 'UTC' }),
  )
  test.each(names)('%s is read whole and short, in capitals or not', (name) => {
    const month = names.indexOf(name)
    for (const written of [name, name.toUpperCase(), name.toLowerCase()]) {
      const expected = Date.UTC(2024, month, 5) / 86_400_000
      expect(reader('date', '%d %B %Y')(`5 ${written} 2024`)).toBe(expected)
      expect(reader('date', '%b %d, %Y')(`${written.slice(0, 3)} 05, 2024`)).toBe(expected)
    }
  })
})

test('an hour of twelve is that of the day', () => {
  const read = reader('datetime', '%Y-%m-%d %I:%M %p')
  for (let hour = 0; hour < 24; hour++) {
    const half = hour < 12 ? 'am' : 'PM'
    expect(read(`2024-01-05 ${hour % 12 || 12}:30 ${half}`)).toBe(Date.UTC(2024, 0, 5, hour, 30))
  }
  expect(['0', '13', '00'].map((hour) => read(`2024-01-05 ${hour}:30 am`))).toEqual(Array(3).fill(undefined))
})

describe('the first and the last time', () => {
  const far = '%Y-%m-%dT%H:%M:%S%z'
  test.each([
    ['0001-01-01T00:00:00Z', first],
    ['0001-01-01T00:00:00+00:01', undefined],
    ['0000-12-31T23:59:59-00:01', first + 59_000],
    ['0000-12-31T23:59:59Z', undefined],
    ['0000-06-01T00:00:00.000Z', undefined],
    ['0001-01-01T00:00:00.000Z', first],
    ['9999-12-31T23:59:59.999Z', last],
    ['9999-12-31T23:59:59Z', last - 999],
    ['9999-12-31T23:59:59-00:01', undefined],
    ['9999-12-31T23:59:59-12:00', undefined],
    ['9999-12-31T23:59:59+12:00', last - 999 - 12 * 3_600_000],
  ])('are judged without the zone: %s', (text, ms) => {
    const byPattern = text.includes('.') ? far.replace('%S', '%S.%f') : far
    expect([
      reader('datetime')(text),
      reader('datetime', byPattern)(text),
      reader('datetime', 'any')(text),
    ]).toEqual([ms, ms, ms])
    const { isOutside } = compileTimes('datetime', 'default', refuse)
    expect(isOutside(text)).toBe(ms === undefined)
  })

  test('hold for dates too', () => {
    expect([readDate('0000-12-31'), readDate('0001-01-01'), readDate('9999-12-31')]).toEqual([
      undefined,
      first / 86_400_000,
      (last + 1) / 86_400_000 - 1,
    ])
    expect(reader('date', '%Y-%m-%d %H:%M%z')('9999-12-31 23:00-01:00')).toBeUndefined()
  })
})

test('the fraction is what a time has beyond its millisecond, in nanoseconds', () => {
  const { fraction } = compileTimes('datetime', 'default', refuse)
  fc.assert(
    fc.property(instant, fc.nat(999_999_999), fc.constantFrom('', 'Z', '+01:00', '-2359'), (ms, ns, zone) => {
      const second = new Date(ms).toISOString().slice(0, 19)
      const digits = String(ns).padStart(9, '0')
      expect(fraction(`${second}.${digits}${zone}`)).toBe(ns % 1_000_000)
      const short = digits.replace(/0+$/, '')
      expect(fraction(short === '' ? second + zone : `${second},${short}${zone}`)).toBe(ns % 1_000_000)
    }),
  )
  expect(compileTimes('datetime', '%f of %S %Y', refuse).fraction('1234567 of 5 2024')).toBe(456_700)
  expect(compileTimes('datetime', '%S %Y', refuse).fraction('5 2024')).toBe(0)
  const german = compileTimes('datetime', '%d.%m.%Y %H:%M:%S %z', refuse)
  expect(german.fraction('05.01.2024 12:30:01 +0100')).toBe(0)
  expect(compileTimes('datetime', 'any', refuse).fraction('Fri, 05 Jan 2024 12:30:01 +0100')).toBe(0)
})

describe('any', () => {
  test.each<[string, string | undefined]>([
    ['2024-01-05', '2024-01-05'],
    ['2024/1/5', '2024-01-05'],
    ['5 Jan 2024', '2024-01-05'],
    ['05-JAN-2024', '2024-01-05'],
    ['5  january 2024', '2024-01-05'],
    ['January 5, 2024', '2024-01-05'],
    ['Jan 5 2024', '2024-01-05'],
    ['01/02/2024', undefined],
    ['5 Jan 24', undefined],
    ['5 Janu 2024', undefined],
    ['20240105', undefined],
    ['Jan 30 Feb', undefined],
    ['30 Feb 2024', undefined],
  ])('%s as a date is %s', (text, iso) => {
    expect(reader('date', 'any')(text)).toBe(iso && Date.parse(iso) / 86_400_000)
  })
  test.each<[string, string | undefined]>([
    ['2024-01-05T12:00:00Z', '2024-01-05T12:00:00Z'],
    ['2024-01-05', '2024-01-05T00:00:00Z'],
    ['2024/01/05 12:30', '2024-01-05T12:30:00Z'],
    ['Jan 5, 2024 12:30:01 am', '2024-01-05T00:30:01Z'],
    ['Fri, 05 Jan 2024 12:30:01 +0100', '2024-01-05T11:30:01Z'],
    ['Fri, 05 Jan 2024 12:30:01 GMT', '2024-01-05T12:30:01Z'],
    ['Fri, 05 Jan 2024 12:30:01 EST', undefined],
    ['1/2/2024 12:30', undefined],
  ])('%s as a datetime is %s', (text, iso) => {
    expect(reader('datetime', 'any')(text)).toBe(iso && Date.parse(iso))
  })
})

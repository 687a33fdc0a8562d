import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTime } from './times.ts'

const refuse = (expected: string) => new Error(expected)
const readIso = compileTime('datetime', 'default', refuse)
const readDate = compileTime('date', 'default', refuse)

const instant = fc.integer({ min: Date.parse('0001-01-01'), max: Date.parse('9999-12-31T23:59:59.999Z') })
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
        expect(readIso(iso.replace('T', separator))).toBe(Date.parse(iso))
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

  test('whatever stands in its fields, but for 24:00 and days that a month does not have', () => {
    const field = fc.integer({ min: 0, max: 99 }).map(two)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9999 }),
        fc.array(field, { minLength: 5, maxLength: 5 }),
        (year, [m, d, H, M, S]) => {
          const iso = `${String(year).padStart(4, '0')}-${m}-${d}T${H}:${M}:${S}.000Z`
          const ms = Date.parse(iso)
          const exists = !Number.isNaN(ms) && new Date(ms).toISOString() === iso
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
  const read = compileTime('datetime', '%d/%m/%Y %H-%M-%S,%f %z', refuse)
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
    ['%Y-%j', '%j in "%Y-%j" is not supported; known are %Y %y %m %d %H %M %S %f %z'],
    ['%Y%%', '%% in "%Y%%" is not supported; known are %Y %y %m %d %H %M %S %f %z'],
    ['%Y%', '% in "%Y%" is not supported; known are %Y %y %m %d %H %M %S %f %z'],
    ['%d.%m.%d %Y', '"%d.%m.%d %Y" has %d twice'],
    ['%d.%m.', '"%d.%m." is no time format: %Y or %y is missing'],
    ['YYYY-MM-DD', '"YYYY-MM-DD" is no time format: %Y or %y is missing'],
  ])('%s', (format, expected) => {
    expect(() => compileTime('date', format, refuse)).toThrow(new Error(expected))
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { datasetOfField } from '../../testing/define.ts'
import vectors from '../../vectors/values.json' with { type: 'json' }
import { isProblem, keyRules, readRules, type Value } from '../index.ts'

const reader = (field: object) => readRules(datasetOfField(field).fields[1]!)

describe.each(vectors.cases)('$title', ({ field, reads, refuses }) => {
  const read = reader(field)

  test.each(reads as [string | null, Value][])('%j is read as %j', (text, value) => {
    expect(read(text)).toBe(value)
  })

  test.each(refuses as [string | null, string][])('%j is refused: %s', (text, code) => {
    const problem = read(text)
    expect(isProblem(problem) && problem.code).toBe(code)
  })
})

describe('a problem says which field, and what is wrong with it', () => {
  test.each([
    [{ type: 'string', constraints: { required: true } }, '', 'required', 'cell is missing'],
    [{ type: 'number' }, 'abc', 'type', 'cell "abc" is no number'],
    [
      { type: 'integer' },
      '123456789123456789',
      'type',
      'cell "123456789123456789" is too large for an integer, which is at most 4503599627370496 in size',
    ],
    [
      { type: 'number' },
      '1e400',
      'type',
      'cell "1e400" is too large for a number, which is at most 1.7976931348623157e+308 in size',
    ],
    [{ type: 'number', decimalChar: ',' }, '1.5', 'type', 'cell "1.5" is no number'],
    [{ type: 'number' }, 'Infinity', 'type', 'cell "Infinity" is no number'],
    [
      { type: 'datetime' },
      '9999-12-31T23:59:59-12:00',
      'type',
      'cell "9999-12-31T23:59:59-12:00" is in UTC no time of the years 0001 to 9999',
    ],
    [
      { type: 'date', format: '%d.%m.%Y' },
      '1/1/20',
      'type',
      'cell "1/1/20" is no date of the format %d.%m.%Y',
    ],
    [{ type: 'number', constraints: { minimum: 0 } }, '-1', 'minimum', 'cell -1 is below 0'],
    [{ type: 'number', constraints: { exclusiveMaximum: 9 } }, '9', 'maximum', 'cell 9 is not below 9'],
    [
      { type: 'date', constraints: { minimum: '2012-01-01' } },
      '2011-12-31',
      'minimum',
      'cell 2011-12-31 is below 2012-01-01',
    ],
    [{ type: 'string', constraints: { enum: ['a'] } }, 'b', 'enum', 'cell "b" is none of the allowed values'],
    [{ type: 'string', constraints: { pattern: 'a+' } }, 'b', 'pattern', 'cell "b" does not match a+'],
    [
      { type: 'string', constraints: { minLength: 2 } },
      'b',
      'length',
      'cell has 1 characters, allowed are 2 to any number',
    ],
    [
      { type: 'string', constraints: { maxLength: 0 } },
      'b',
      'length',
      'cell has 1 characters, allowed are 0 to 0',
    ],
  ])('%j refuses %j', (field, text, code, message) => {
    expect(reader(field)(text)).toEqual({ field: 'cell', code, message })
  })

  test('and quotes no more than 80 characters of a cell', () => {
    const text = '🌍'.repeat(1000)
    expect(reader({ type: 'number' })(text)).toMatchObject({
      message: `cell "${'🌍'.repeat(40)}…" is no number`,
    })
  })
})

describe('a cell of the primary key that would become the same as another one is refused', () => {
  test.each([
    [{ type: 'datetime' }, '2024-01-01T00:00:00.123000Z', true],
    [{ type: 'datetime' }, '2024-01-01T00:00:00.123001Z', false],
    [{ type: 'datetime', format: '%f %Y' }, '1231 2024', false],
    [{ type: 'number' }, '9007199254740992', true],
    [{ type: 'number' }, '9007199254740993.0', false],
    [{ type: 'number' }, '0.30000000000000004', true],
    [{ type: 'number' }, '0.300000000000000041', false],
    [{ type: 'number' }, '123456789.012345', true],
    [{ type: 'number' }, '1e22', true],
    [{ type: 'number' }, '0.10000000000000001', true],
    [{ type: 'number' }, '2.468214947373665313e-01', true],
    [{ type: 'number' }, '2.468214947373665314e-01', false],
    // 0.25 behind it, which C rounds to the even digit
    [{ type: 'number' }, '1125899906842624.2', true],
    [{ type: 'number' }, '1125899906842624.3', false],
    [{ type: 'number', bareNumber: false }, 'EUR 9007199254740993', false],
    [{ type: 'number', bareNumber: false }, '0.30000000000000003 Euro', false],
    [{ type: 'number', bareNumber: false }, '5e22 EUR', true],
    [{ type: 'number' }, '-0.99505999999999994', true],
    [{ type: 'number' }, `0.1${'0'.repeat(120)}1`, false],
    [{ type: 'number' }, '0.0', true],
    [{ type: 'number' }, '-0', true],
    [{ type: 'number' }, '1e-400', false],
    [{ type: 'number' }, '5e-324', true],
    [{ type: 'number' }, '4e-324', false],
    [{ type: 'number' }, '2.2250738585072014e-308', true],
    [{ type: 'datetime', format: '%d.%m.%Y %H:%M:%S %z' }, '05.01.2024 12:30:01 +0100', true],
  ])('%j: %s is kept: %s', (field, text, kept) => {
    const read = keyRules(datasetOfField(field).fields[1]!)(text)
    expect(isProblem(read)).toBe(!kept)
    if (isProblem(read)) expect(read.message).toMatch(/has more digits than .* keeps/)
  })

  /** How far the decimal lies from the double, in halves of its own last digit: both are made whole by one factor. */
  function isRounded(text: string, value: number): boolean {
    const decimals = text.split('.')[1]?.length ?? 0
    const digits = BigInt(text.replace('.', ''))
    // a double of this size is a whole number of 2^-80
    const shifted = value * 2 ** 40
    const whole = Math.trunc(shifted)
    const own = BigInt(whole) * 2n ** 40n + BigInt((shifted - whole) * 2 ** 40)
    const distance = digits * 2n ** 80n - own * 10n ** BigInt(decimals)
    return (distance < 0n ? -distance : distance) * 2n <= 2n ** 80n
  }

  test('two texts of different numbers are both kept as the same one only if they are its own digits, rounded', () => {
    const read = keyRules(datasetOfField({ type: 'number' }).fields[1]!)
    const near = fc
      .tuple(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-5, max: 1e20 }),
        fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 3 }),
      )
      .map(([number, more]) => (String(number).includes('.') ? String(number) + more : String(number)))
    fc.assert(
      fc.property(near, near, (a, b) => {
        const same = (text: string) => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
        const [x, y] = [read(a), read(b)]
        if (isProblem(x) || x !== y || same(a) === same(b)) return
        expect([a, b].filter((text) => !isRounded(text, x as number))).toEqual([])
      }),
    )
  })
})

test('a number of JSON has no groups, whatever stands between those of a file', () => {
  const bounded = (minimum: number) => reader({ type: 'integer', groupChar: '.', constraints: { minimum } })
  expect(bounded(1234)('1.234')).toBe(1234)
  expect(() => bounded(1.234)).toThrow('1.234')
})

describe('a number is what JavaScript makes of it', () => {
  const read = reader({ type: 'number' })

  test('in decimal notation', () => {
    const digits = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: length })
    const sign = fc.constantFrom('', '-', '+')
    fc.assert(
      fc.property(sign, digits(18), fc.option(digits(18), { nil: undefined }), (sign, whole, fraction) => {
        const text = sign + whole + (fraction === undefined ? '' : `.${fraction}`)
        expect(read(text)).toBe(Number(text) + 0)
      }),
      { numRuns: 2000 },
    )
  })

  test('as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(read(String(number))).toBe(number + 0)
      }),
    )
  })
})

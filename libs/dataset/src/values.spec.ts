import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { datasetOfField } from '../testing/define.ts'
import vectors from '../vectors/values.json' with { type: 'json' }
import { isProblem, readRules, type Value } from './index.ts'

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

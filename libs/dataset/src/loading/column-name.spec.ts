import fc from 'fast-check'
import { expect, test } from 'vitest'
import vectors from '../../vectors/definitions.json' with { type: 'json' }
import { columnOf } from './column-name.ts'

test.each(Object.entries(vectors.columns))('the header %j is the column %s', (name, column) => {
  expect(columnOf(name)).toBe(column)
})

/** Every letter behind the Latin ones, and the signs between them. */
const other =
  /[\u{250}-\u{1dff}\u{1f00}-\u{1fff}\u{2c00}-\u{d7ff}\u{f900}-\u{fdff}\u{fe70}-\u{fefe}\u{ff10}-\u{ffdc}\u{10000}-\u{1efff}\u{20000}-\u{3ffff}]/u
const ascii = /[A-Za-z0-9]/
const replaced = (name: string) => name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=[0-9])/, '_')
const spelled = (name: string) =>
  Array.from(name, (letter) => `u${letter.codePointAt(0)!.toString(16)}`).join('_')

const names = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom(...'aZ0_ (%)€éÖµ×ʻ\u{301}名Д𠮷Ａ、\u{3000}🌍\ud800'),
    minLength: 1,
    maxLength: 6,
  }),
)
const given = (expected: (name: string) => void) => fc.assert(fc.property(names, expected))

test('a column is a name for Avro', () => {
  given((name) => {
    expect(columnOf(name)).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/)
  })
})

test('a Latin name keeps its ASCII letters and digits, and has a _ for each of the others', () => {
  given((name) => {
    fc.pre(!other.test(name) && !/^\p{L}/u.test(name.replace(/^[A-Za-z]/, '0')))
    expect(columnOf(name)).toBe(replaced(name))
  })
})

test('accents and signs beside Latin letters are no letters of another script', () => {
  expect(['e\u{301}t', 'Hawaiʻi', 'Cost\u{3000}Total', 'a、b', 'a：b'].map(columnOf)).toEqual([
    'e_t',
    'Hawai_i',
    'Cost_Total',
    'a_b',
    'a_b',
  ])
})

test('a name that is wholly of another script is spelled, with its signs', () => {
  given((name) => {
    fc.pre(other.test(name) && !ascii.test(name))
    expect(columnOf(name)).toBe(spelled(name))
  })
})

test('names that differ in a letter of another script are different columns', () => {
  const letter = fc.constantFrom(...'名住日ДЦя한ا𠮷')
  const latin = fc.string({ unit: fc.constantFrom(...'aZ1 (_)é'), maxLength: 4 })
  fc.assert(
    fc.property(latin, letter, letter, latin, (before, one, another, after) => {
      fc.pre(one !== another)
      expect(columnOf(before + one + after)).not.toBe(columnOf(before + another + after))
    }),
  )
})

test('no column is kept for the pipeline because its first letter has a mark', () => {
  expect(['État', 'Öffnung', 'é', 'ßa', 'µg', 'Ấn'].map(columnOf)).toEqual([
    'uc9_tat',
    'ud6_ffnung',
    'ue9',
    'udf_a',
    'ub5_g',
    'u1ea4_n',
  ])
})

import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, test } from 'vitest'
import vectors from '../../vectors/patterns.json' with { type: 'json' }
import { compilePattern } from './patterns.ts'
import { plainExpression } from './plain-patterns.ts'

const refuse = (expected: string) => new Error(expected)
const matcher = (pattern: string) => compilePattern(pattern, refuse).matches

describe.each(vectors.patterns)('$pattern', ({ pattern, of, not }) => {
  test('matches as in the table', () => {
    expect(of.filter((text) => !matcher(pattern)(text))).toEqual([])
    expect(not.filter((text) => matcher(pattern)(text))).toEqual([])
  })
})

test.each(vectors.refused)('%s is refused', (pattern) => {
  expect(() => compilePattern(pattern, refuse)).toThrow(/no regular expression of RE2/)
})

test('what is too long for an engine to compile is refused', () => {
  expect(matcher('ab'.repeat(5000))('ab'.repeat(5000))).toBe(true)
  expect(() => matcher('ab'.repeat(5001))).toThrow('"abababab')
  expect(() => matcher('ab'.repeat(200_000))).toThrow('has 400000 characters, expected at most 10000')
})

test('what is too large with its repetitions written out is refused', () => {
  expect(() => compilePattern('(ab|c){900}', refuse)).toThrow(/too large .* steps, at most 500/)
})

test.each([
  ['[0-9A-Z]{3,4}', true],
  ['https?://[^ ]+', true],
  ['.*', true],
  ['[^<>]{0,1000}', true],
  ['a|b|c-\\d+', true],
  ['.*a.*', false],
  ['(a|b)', false],
  ['a?'.repeat(30) + 'a'.repeat(30), false],
  ['[ab]{0,900}[ab]{0,900}[ab]{0,900}', false],
  ['a*?', false],
  ['[[:alpha:]]', false],
  ['\\s+', true],
  ['^[A-Z]+$', true],
  ['^a|b$', false],
  ['(?s).*', true],
  ['[a-z]{1,64}@[a-z]{1,127}', true],
  ['[\\s\\S]*', false],
])('%s runs on the engine of V8: %s', (pattern, isPlain) => {
  expect(plainExpression(pattern) !== undefined).toBe(isPlain)
})

const piece = fc.constantFrom(
  ...[
    'a',
    'b',
    '1',
    ' ',
    '-',
    '.',
    '[ab]',
    '[^a]',
    '[a-c1-]',
    '[^\\d-]',
    '\\d',
    '\\s',
    '\\S',
    '[^\\s1]',
    '[\\w\\s]',
    '\\w',
    '\\D',
    '\\W',
    '\\.',
    '\\$',
    '🌍',
    '|',
    '&',
    '/',
  ],
)
const often = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{0,2}', '{1,}')
const plain = fc
  .array(fc.tuple(piece, often), { maxLength: 6 })
  .map((parts) => parts.map(([one, count]) => (one === '|' ? one : one + count)).join(''))
const text = fc.string({ unit: fc.constantFrom(...'ab1 -.$/&|\n\r\t\v\f\u00a0\u2028é🌍'), maxLength: 8 })

test('V8 and RE2 agree on every plain expression', () => {
  let met = 0
  fc.assert(
    fc.property(plain, fc.array(text, { minLength: 5, maxLength: 5 }), (pattern, texts) => {
      const expression = plainExpression(pattern)
      if (!expression) return
      met++
      const re2 = RE2JS.compile(pattern)
      for (const one of texts)
        if (expression.test(one) !== re2.matches(one)) expect.fail(`${pattern} of ${one}`)
    }),
    { numRuns: 2000 },
  )
  expect(met).toBeGreaterThan(500)
})

describe('no text of 64 KiB takes long', () => {
  const long = (unit: string) => unit.repeat(Math.ceil(65_536 / unit.length)).slice(0, 65_536)
  let dice = 1
  const noise = Array.from({ length: 65_536 }, () =>
    (dice = (dice * 48_271) % 0x7fffffff) & 1 ? 'a' : 'b',
  ).join('')
  const texts = [
    long('a') + 'b',
    noise,
    long('ab'),
    long('abc '),
    long(' '),
    noise.slice(0, 1000),
    long('x').slice(0, 1000),
  ]

  test.each([
    '(a+)+',
    '(a|a)*b',
    '(a|b)*a(a|b){50}',
    '(a|b)*a(a|b){150}c',
    '(.{0,200}b)*c',
    '(x+x+)+y',
    '([a-z]+\\s?)*x',
    '.*.*.*.*=.*',
    '[ab]*a[ab]{30}',
    'a?'.repeat(12) + '[ab]*',
    '.{0,1000}',
    '\\S.*\\S',
    '[a-z]{1,64}@[a-z]{1,127}',
    '(\\p{L}|\\d)*a(\\p{L}|\\d){100}c',
  ])('%s', (pattern) => {
    const matches = matcher(pattern)
    for (const one of texts) {
      // 50 ms alone; what backtracks takes seconds or for ever. The best of five, because the machine may have other work
      const times = [0, 1, 2, 3, 4].map(() => {
        const begun = performance.now()
        matches(one)
        return performance.now() - begun
      })
      expect(Math.min(...times)).toBeLessThan(1000)
    }
  })
})

import { describe, expect, test } from 'vitest'
import { defined } from '../../testing/define.ts'
import { compileExpressions, type Value } from '../index.ts'

const record: Record<string, Value> = {
  id: 'us1',
  mag: 6,
  stations: 12,
  felt: true,
  kind: 'earthquake',
  day: 17_569,
  time: 1_518_027_663_040,
  updated: 1_518_031_263_040,
  lat: -12.5,
  lon: null,
}

const fieldOf = (type: string, expression: string) =>
  compileExpressions(defined((json) => (json['x-dsf'].computed = [{ name: 'result', type, expression }])))[0]!
const evaluate = (type: string, expression: string, changes: Record<string, Value> = {}) =>
  fieldOf(type, expression).evaluate({ ...record, ...changes })

describe('an expression', () => {
  test.each<[string, string, Value]>([
    ['integer', 'kind.size()', 10],
    ['number', "size(kind) + int('2')", 12],
    ['number', 'mag * 2.0 + 1.5', 13.5],
    ['number', 'pow(10.0, 1.5 * mag - 9.0)', 1],
    ['number', 'log10(100.0) + ln(exp(1.0)) + sqrt(9.0) + abs(-1.0)', 7],
    ['number', 'floor(1.9) + ceil(1.1) + round(2.5)', 6],
    ['number', '(updated - time) / 3600000.0', 1],
    ['number', 'day * 86400000.0', 1_517_961_600_000],
    ['number', 'stations / 5.0', 2.4],
    ['integer', 'stations / 5.0', 2],
    ['integer', '-0.4', 0],
    ['string', "mag < 5.0 ? 'small' : mag < 7.0 ? 'strong' : 'great'", 'strong'],
    ['string', "kind + ' ' + id", 'earthquake us1'],
    ['boolean', 'felt && mag > 5.0', true],
    ['boolean', "!felt || kind == 'explosion'", false],
    ['boolean', "kind in ['earthquake', 'explosion']", true],
    ['boolean', '[1.0, 7.0].exists(x, x > mag)', true],
    ['boolean', "kind.matches('^earth')", true],
    ['boolean', "kind.matches('(a|b)rth.*q')", true],
    ['boolean', "kind.matches('^quake')", false],
    ['string', "kind.split('h')[1]", 'quake'],
    ['string', "kind.split('h').map(x, x + '!').join('-')", 'eart!-quake!'],
    ['boolean', "kind.split('').exists(x, ['q', 'z'].exists(y, y == x))", true],
  ])('of type %s: %s', (type, expression, value) => {
    expect(evaluate(type, expression)).toBe(value)
  })
})

describe('null in, null out', () => {
  test.each([
    ['number', 'lon + 1.0'],
    ['boolean', 'lon == 0.0'],
    ['number', 'felt ? mag : lon'],
    ['boolean', 'felt || lon > 0.0'],
    ['boolean', '[1.0, 2.0].exists(x, x > lon)'],
    ['string', "['a', 'b'][int(lon)]"],
    ['string', "{'a': string(lon)}.a"],
  ])('%s: %s', (type, expression) => {
    expect(evaluate(type, expression)).toBeNull()
    expect(evaluate(type, expression, { lon: 1 })).not.toBeNull()
  })

  test.each([true, false])('also for a boolean, and not for false: %s', (felt) => {
    expect(evaluate('boolean', 'felt || mag > 5.0', { felt: null })).toBeNull()
    expect(evaluate('boolean', 'felt', { felt })).toBe(felt)
  })

  test('but not for a field that the expression does not use', () => {
    expect(evaluate('number', 'mag', { felt: null })).toBe(6)
  })

  test('a variable of the expression may be called as a field that is null: then the result is null', () => {
    expect(evaluate('boolean', '[1.0].exists(lon, lon > 0.0)')).toBeNull()
  })
})

describe('null where there is no result', () => {
  test.each([
    ['number', 'mag / 0.0'],
    ['number', '0.0 / 0.0'],
    ['number', 'log10(-mag)'],
    ['number', 'sqrt(lat)'],
    ['number', 'pow(10.0, 400.0)'],
    ['integer', '1e300'],
    ['integer', '4503599627370497.0'],
    ['number', 'double(kind)'],
    ['number', '[1.0][5]'],
    ['boolean', '1 / 0 == 1'],
  ])('%s: %s', (type, expression) => {
    expect(evaluate(type, expression)).toBeNull()
  })
})

describe('texts are what CEL has them to be', () => {
  test.each<[string, string, string, Value]>([
    ['😀x', 'string', 'kind.substring(0, 1)', '😀'],
    ['😀x', 'string', 'kind.substring(1)', 'x'],
    ['😀x', 'string', 'kind.substring(2)', ''],
    ['😀x', 'string', 'kind.substring(3)', null],
    ['😀x', 'string', 'kind.substring(-1)', null],
    ['😀x', 'string', 'kind.substring(1, 0)', null],
    ['😀x', 'string', "kind.split('')[0]", '😀'],
    ['😀x😀x', 'integer', "double(kind.indexOf('x'))", 1],
    ['😀x😀x', 'integer', "double(kind.indexOf('x', 2))", 3],
    ['😀x😀x', 'integer', "double(kind.indexOf('y'))", -1],
    ['😀x😀x', 'integer', "double(kind.lastIndexOf('x'))", 3],
    ['😀x😀x', 'integer', "double(kind.lastIndexOf('x', 2))", 1],
    ['😀x', 'integer', 'double(size(kind) + kind.size())', 4],
    ['ÄİB', 'string', 'kind.lowerAscii()', 'Äİb'],
    ['äßb', 'string', 'kind.upperAscii()', 'äßB'],
    ['0x10', 'number', 'double(kind)', null],
    ['', 'number', 'double(kind)', null],
    ['1e2', 'number', 'double(kind)', 100],
    ['', 'integer', 'double(int(kind))', null],
    ['0b11', 'integer', 'double(int(kind))', null],
    ['+12', 'integer', 'double(int(kind))', 12],
    ['9223372036854775808', 'boolean', 'int(kind) > 0', null],
    ['-9223372036854775808', 'boolean', 'int(kind) < 0', true],
    ['', 'boolean', 'int(1e300) > 0', null],
  ])('of %j, %s %s', (kind, type, expression, expected) => {
    expect(fieldOf(type, expression).evaluate({ ...record, kind })).toEqual(expected)
  })
})

describe('what a cell can make of an expression is bounded', () => {
  const long = 'ab'.repeat(32_768)

  test.each([
    ['string', 'kind + kind'],
    ['string', "kind.split('').join(kind)"],
    ['string', "kind.split('a').map(x, kind).join('')"],
    ['boolean', "kind.matches('(a+b?)+c')"],
    ['integer', "double(size(kind.split('')))"],
  ])('a text that is too long has no result, in no time: %s %s', (type, expression) => {
    const { evaluate } = fieldOf(type, expression)
    const begun = performance.now()
    expect(evaluate({ ...record, kind: long })).toBeNull()
    expect(performance.now() - begun).toBeLessThan(50)
    expect(evaluate({ ...record, kind: 'ab' })).not.toBeNull()
  })

  test.each([
    "kind.split(',').exists(x, size(kind) == 1)",
    "kind.split(',').exists(x, kind.indexOf(x) == 1)",
    "[1.0, 2.0].exists(x, kind.lowerAscii() == 'a')",
  ])('in a loop a text of more than 1,000 characters has no result: %s', (expression) => {
    const { evaluate } = fieldOf('boolean', expression)
    expect(evaluate({ ...record, kind: `${'a,'.repeat(499)}aa` })).not.toBeNull()
    expect(evaluate({ ...record, kind: 'a,'.repeat(501) })).toBeNull()
  })

  test('a text that is longer than any can be has no result', () => {
    const { evaluate } = fieldOf('string', Array.from({ length: 600 }, () => 'kind').join(' + '))
    expect(evaluate({ ...record, kind: 'a'.repeat(2 ** 20) })).toBeNull()
    expect(evaluate({ ...record, kind: 'a' })).toBe('a'.repeat(600))
  })

  test('numbers are added up in a loop all the same', () => {
    expect(evaluate('number', '[mag, 1.0].map(x, x + 1.0)[0]')).toBe(7)
  })

  test('a text that a loop makes of a list has at most 1,000 characters', () => {
    const { evaluate } = fieldOf('boolean', "[kind.split(','), ['a']].map(x, x.join('')).size() == 2")
    expect(evaluate({ ...record, kind: 'ab,'.repeat(400) })).toBe(true)
    expect(evaluate({ ...record, kind: 'abc,'.repeat(400) })).toBeNull()
  })

  test('all computed texts together are no longer than a row of the file', () => {
    const texts = (count: number) =>
      defined((json) => {
        json['x-dsf'].computed = Array.from({ length: count }, (_, i) => ({
          name: `t${i}`,
          type: 'string',
          expression: i === 0 ? 'kind' : `t${i - 1} + t${i - 1}`,
        }))
        json['x-dsf'].source = { maxRowBytes: 1000 }
      })
    for (const count of [1, 3, 12]) {
      const result: Record<string, Value> = { ...record, kind: 'x'.repeat(100) }
      for (const { name, evaluate } of compileExpressions(texts(count))) result[name] = evaluate(result)
      const lengths = Object.keys(result)
        .filter((name) => /^t\d/.test(name))
        .map((name) => String(result[name] ?? '').length)
      expect(lengths.reduce((sum, length) => sum + length)).toBeLessThanOrEqual(1000)
    }
  })

  test.each([
    ["kind.matches('(')", /no regular expression of RE2/],
    ["kind.matches('(?=a)')", /lookaround and backreferences/],
    ['kind.matches(id)', /takes a pattern that is written out/],
    ['kind.dsfMatches(id)', /dsfMatches is no method of an expression/],
    ["kind.split('').exists(x, kind.split('').exists(y, x == y))", /1000000 rounds for a row/],
    [`[${'1.0,'.repeat(101)}].all(x, [${'1.0,'.repeat(100)}].all(y, x == y))`, /10100 rounds for a row/],
    ["kind.split(',').map(x, x + x)[0] == ''", /it would double/],
    ["kind.split(',').map(x, x + '!' + x)[0] == ''", /it would double/],
    ["['a'].map(x, [x]).map(x, x + x).size() > 0", /it would double/],
    ['cel.bind(a, mag, a > 1.0)', /bind is no method/],
    ['bytes(kind).size() > 0', /bytes is no function of an expression; there are size, int/],
    ['timestamp(kind).getHours(kind) > 0', /getHours is no method/],
    [`${'mag + '.repeat(1500)}mag > 0.0`, /is nested more than 1000 levels deep/],
    [`${'felt && '.repeat(20_000)}felt`, /is nested|exceeded/],
    [`${'!'.repeat(10_000)}felt`, /nested|exceeded/],
  ])('%s is refused', (expression, expected) => {
    expect(() => fieldOf('boolean', expression)).toThrow(expected)
  })
})

test.each([
  ['Mag + 1.0', 'The columns are id, mag, stations'],
  ['mag * 9', 'needs a point: 2.0'],
  ['lon == null ? 1.0 : 2.0', 'There is no test for null'],
])('%s is refused with what is meant', (expression, expected) => {
  expect(() => fieldOf('number', expression)).toThrow(expected)
})

test('a record that lacks a field that the expression uses is a mistake of the caller', () => {
  const { id, mag } = record
  expect(() => fieldOf('number', 'mag + lat').evaluate({ id: id!, mag: mag! })).toThrow(
    'result: the record has no lat',
  )
})

test('a later field may use an earlier one, once the caller has stored it', () => {
  const dataset = defined((json) => {
    json['x-dsf'].computed = [
      { name: 'double_mag', type: 'integer', expression: 'mag * 2.0' },
      { name: 'label', type: 'string', expression: "double_mag > 10.0 ? 'big' : 'small'" },
    ]
  })
  const result = { ...record }
  for (const { name, evaluate } of compileExpressions(dataset)) result[name] = evaluate(result)
  expect(result).toEqual({ ...record, double_mag: 12, label: 'big' })
})

test('a field of a name that CEL keeps is no hindrance', () => {
  const dataset = defined((json) => {
    delete json['x-dsf'].type
    for (const name of ['type', 'int', 'as', 'string'])
      json.resources[0].schema.fields.push({ name, type: 'string' })
    json['x-dsf'].computed = [{ name: 'result', type: 'number', expression: 'mag' }]
  })
  expect(compileExpressions(dataset)[0]!.evaluate({ ...record, type: null })).toBe(6)
})

import { describe, expect, it, test } from 'vitest'
import { driftBetween, seenHeader, tellDrift, type Drift } from './header-drift.ts'

const before = { names: ['id', 'temp_max', 'wind', 'place'], since: 'r1' }
const nothing = { added: [], gone: [], renamed: [], reordered: false }

describe('a header that changed', () => {
  it.each<[string, string[], Partial<Drift>, string]>([
    ['a column came', ['id', 'temp_max', 'wind', 'rain', 'place'], { added: ['rain'] }, 'added "rain"'],
    ['a column went', ['id', 'wind', 'place'], { gone: ['temp_max'] }, 'gone "temp_max"'],
    ['columns changed places', ['id', 'wind', 'temp_max', 'place'], { reordered: true }, 'another order'],
    [
      'a name is written otherwise, in another place',
      ['Temp Max', 'id', 'wind', 'place'],
      { renamed: [{ from: 'temp_max', to: 'Temp Max' }], reordered: true },
      '"temp_max" is now "Temp Max"; another order',
    ],
    [
      'a name is another one, in its place',
      ['id', 'temp_max', 'gusts', 'place'],
      { renamed: [{ from: 'wind', to: 'gusts' }] },
      '"wind" is now "gusts"',
    ],
    [
      'a column went and others came',
      ['id', 'temp_max', 'a', 'b', 'place'],
      { added: ['a', 'b'], gone: ['wind'] },
      'added "a", "b"; gone "wind"',
    ],
    [
      'a name is there twice',
      ['id', 'temp_max', 'wind', 'place', 'place'],
      { added: ['place'] },
      'added "place"',
    ],
  ])('%s', (_, names, drift, told) => {
    const found = driftBetween(before, names, 'taken')!
    expect(found).toEqual({ since: 'r1', ...nothing, ...drift, done: 'taken' })
    expect(tellDrift(found)).toBe(
      `the header is not the one since run r1: ${told}; it was taken, as fieldsMatch allows`,
    )
  })

  it.each<[string, string[], string[], string]>([
    ['the last one went', ['a', 'b', 'b'], ['a', 'b'], 'gone "b"'],
    ['the first one went', ['b', 'a', 'b'], ['a', 'b'], 'gone "b"'],
    ['the one in the middle stayed', ['b', 'a', 'b', 'c', 'b'], ['a', 'b', 'c'], 'gone "b", "b"'],
    ['one came before it', ['a', 'b'], ['b', 'a', 'b'], 'added "b"'],
    ['one got a name of its own', ['a', 'b', 'b'], ['a', 'b', 'c'], '"b" is now "c"'],
    ['one got the name of another', ['a', 'b', 'c'], ['a', 'b', 'b'], '"c" is now "b"'],
    ['one went, and the others changed places', ['a', 'b', 'b'], ['b', 'a'], 'gone "b"; another order'],
    ['they changed places with another', ['a', 'b', 'b'], ['b', 'b', 'a'], 'another order'],
  ])('of equal names %s', (_, had, has, told) => {
    const found = driftBetween({ names: had, since: 'r1' }, has, 'taken')!
    expect(tellDrift(found)).toContain(`since run r1: ${told}; it was taken`)
  })

  it('is told of in some names, each shortened', () => {
    const names = Array.from({ length: 30 }, (_, i) => `${i}${'x'.repeat(100)}`)
    const { added } = driftBetween({ names: ['id'], since: 'r1' }, ['id', ...names], 'refused')!
    expect(added.length).toBe(21)
    expect(added.at(-1)).toBe('and 10 more')
    expect(Math.max(...added.map(({ length }) => length))).toBe(61)
  })

  it('is told of in whole characters', () => {
    const { added } = driftBetween(before, [...before.names, `${'x'.repeat(59)}😀 and more`], 'taken')!
    expect(added[0]!.isWellFormed()).toBe(true)
  })
})

test('the same header, or the first one, did not change', () => {
  expect(driftBetween(before, [...before.names], 'taken')).toBeUndefined()
  expect(driftBetween(null, ['a'], 'taken')).toBeUndefined()
})

test('a header is kept with the run that first had it, and a very long one is not', () => {
  expect(seenHeader(['a'], 'r2', before)).toEqual({ names: ['a'], since: 'r2' })
  expect(seenHeader(before.names, 'r2', before)).toEqual(before)
  expect(seenHeader(['é'.repeat(8192)], 'r2', null)).not.toBeNull()
  expect(seenHeader(['é'.repeat(8193)], 'r2', null)).toBeNull()
})

test('many columns take no time that grows with their square', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `c${i}`)
  const began = performance.now()
  driftBetween(
    { names, since: 'r1' },
    names.map((name) => `x${name}`),
    'taken',
  )
  expect(performance.now() - began).toBeLessThan(1000)
})

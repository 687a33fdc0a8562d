import { describe, expect, it } from 'vitest'
import { judgeColumn } from './judge-column.ts'
import { judgeTogether } from './judge-together.ts'

const columnsOf = (table: Record<string, string[]>) => {
  const names = Object.keys(table)
  const rows = table[names[0]!]!.map((_, i) => names.map((name) => table[name]![i]!))
  return judgeTogether(
    names.map((name, at) => judgeColumn(name, at, table[name]!)),
    rows,
  )
}
const columnOf = (name: string, table: Record<string, string[]>) => {
  const { type, missing, sure, doubt, filled } = columnsOf(table).find((column) => column.name === name)!
  return { type, missing, sure, filled, ...(doubt === undefined ? {} : { doubt }) }
}
const numbers = ['1', '2', 'NA', '4']

describe('a mark among texts is taken for none', () => {
  it('where numbers of the file have it for none', () => {
    const found = columnOf('note', { weight: numbers, note: ['fat', 'NA', 'thin', 'good'] })
    expect(found).toEqual({ type: 'string', missing: ['NA'], sure: 'likely', filled: 3 })
  })

  it.each([
    ['repeats among longer words', ['male', 'NA', 'NA', 'female'], 'NA'],
    ["repeats and is nobody's value", ['kV', 'n/a', 'n/a', 'MW'], 'n/a'],
    ['is a sign that repeats among words', ['red', '-', '-', 'blue'], '-'],
  ])('where it %s, which is a guess', (_, sex, mark) => {
    expect(columnOf('sex', { sex })).toEqual({
      ...{ type: 'string', missing: [mark], sure: 'guess', filled: 2 },
      doubt: expect.stringContaining(`"${mark}" is taken for "no value"`),
    })
  })

  it('where nothing else stands there, and that is told', () => {
    expect(columnOf('price', { price: Array.from({ length: 20 }, () => '-') })).toEqual({
      ...{ type: 'string', missing: ['-'], sure: 'guess', filled: 0 },
      doubt:
        '"-" is taken for "no value", because nothing else stands there; it has no value, so its type is not known',
    })
  })

  it.each([
    ['it is a strand', 'strand', Array.from({ length: 20 }, () => '-')],
    ['it may be a country', 'geo', Array.from({ length: 20 }, () => 'NA')],
    [
      'other cells are empty, so that it says something',
      'flag',
      Array.from({ length: 20 }, (_, i) => (i % 5 ? '' : '-')),
    ],
    ['rows are few', 'price', ['-', '-', '-']],
  ])('but not where %s', (_, name, cells) => {
    expect(columnOf(name, { [name]: cells })).toMatchObject({ missing: [] })
  })

  it('but not in a column of its own name, which may be of such signs', () => {
    const table = { weight: ['1', '2', 'NaN', '4'], nan: ['NaN', 'NaN', 'nonnum', 'NaN'] }
    expect(columnOf('nan', table)).toMatchObject({ missing: [] })
  })

  it('where it is an error of a spreadsheet, once and beside words of any length', () => {
    for (const mark of ['#N/A', '\\N']) {
      const found = columnOf('sex', { sex: ['m', 'f', mark, 'm'] })
      expect(found).toEqual({ type: 'string', missing: [mark], sure: 'likely', filled: 3 })
    }
  })

  it('where another column of texts tells it', () => {
    const table = { sex: ['male', 'NA', 'NA', 'female'], note: ['NA', 'a', 'b', 'c'] }
    expect(columnOf('note', table)).toMatchObject({ missing: ['NA'], sure: 'guess' })
  })

  it('and what is left may be of another type', () => {
    expect(columnOf('alive', { weight: numbers, alive: ['TRUE', 'FALSE', 'NA', 'NA'] })).toMatchObject({
      type: 'boolean',
      missing: ['NA'],
    })
  })

  it('where nothing else is in its column', () => {
    const table = { weight: numbers, note: ['NA', 'NA', 'NA', 'NA'] }
    expect(columnOf('note', table)).toMatchObject({ missing: ['NA'], filled: 0 })
  })
})

describe('a mark among texts stays one', () => {
  it.each<[what: string, name: string, mark: string, cells: string[]]>([
    ['among codes of countries', 'place', 'NA', ['NA', 'DE', 'NA', 'FR']],
    ['alone, as the code of a country', 'country_iso2', 'NA', ['NA', 'NA', 'NA', 'NA']],
    ['beside another sign', 'strand', '-', ['+', '+', '-', '-']],
    ['that is a word', 'finish', 'none', ['none', 'none', 'wood', 'steel']],
  ])('%s, even where numbers have it for none', (_, name, mark, cells) => {
    expect(columnOf(name, { weight: ['1', '2', mark, '4'], [name]: cells })).toMatchObject({
      missing: [],
      doubt: expect.stringContaining(`"${mark}" is kept as a text`),
    })
  })

  it.each<[what: string, cells: string[]]>([
    ['that occurs once', ['red', 'NA', 'green', 'blue']],
    ['among words that are no longer', ['a', 'NA', 'NA', 'b']],
  ])('%s, where no other column has it', (_, cells) => {
    expect(columnOf('colour', { colour: cells })).toMatchObject({
      missing: [],
      doubt: expect.stringContaining('"NA" is kept as a text'),
    })
  })
})

describe('numbers that are padded', () => {
  const light = ['10.0', '05.0', '01.0']
  it('are some beside others that are so, and that is told', () => {
    expect(columnOf('light', { activity: ['100.00', '040.00', '000.00'], light })).toMatchObject({
      type: 'number',
      doubt: expect.stringContaining('codes would lose them'),
    })
  })

  it('are texts without', () => {
    expect(columnOf('light', { activity: ['100.00', '40.00', '0.00'], light }).type).toBe('string')
  })
})

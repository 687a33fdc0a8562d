import { describe, expect, it } from 'vitest'
import { keyOf } from '../testing/key-of.ts'
import { findKey } from './find-key.ts'
import { judgeColumn } from './judge-column.ts'

describe('where nothing names a row, its key', () => {
  const measured = ['0.5', '0.75', '2', '9', '4', '9.5', '7'].map((text, i) => [`${1 + i * i * i}`, text])

  it('is the first column of whole numbers without a name, as Pandas and R write an index', () => {
    const shuffled = measured.toReversed().map((row, i) => (i === 3 ? ['500', row[1]!] : row))
    const columns = ['column_1', 'cost'].map((name, at) =>
      judgeColumn(
        name,
        at,
        shuffled.map((row) => row[at]!),
      ),
    )
    const keyWith = (header: string) =>
      findKey([{ ...columns[0]!, header }, columns[1]!], shuffled, true).columns.map(({ name }) => name)
    expect(keyWith('')).toEqual(['column_1'])
    expect(keyWith('salary')).toEqual([])
  })

  it('is the first column of numbers that go one way, where nothing else is one, and that is a guess', () => {
    const { key, why } = keyOf(['depth', 'density'], measured)
    expect([key, why]).toEqual([['depth'], expect.stringContaining('go one way through all 7 rows')])
    expect(keyOf(['depth', 'density'], measured.toReversed()).key).toEqual(['depth'])
    expect(keyOf(['depth', 'density'], measured.slice(0, 5)).key).toEqual([])
    expect(
      keyOf(
        ['density', 'depth'],
        measured.map(([depth, density]) => [density!, depth!]),
      ).key,
    ).toEqual([])
  })

  it('is the first two columns of numbers, where all rows are in the order of both', () => {
    const grid = Array.from({ length: 24 }, (_, i) => [
      `0.${Math.floor(i / 6)}`,
      `${(i % 6) * 2.5}`,
      `${(i * 7) % 5}.1`,
    ])
    const { key, why } = keyOf(['turbulence', 'speed', 'power'], grid)
    expect([key, why]).toEqual([['turbulence', 'speed'], expect.stringContaining('24 rows are in the order')])
    const swapped = [...grid.slice(0, 7), grid[8]!, grid[7]!, ...grid.slice(9, 23)]
    expect(keyOf(['turbulence', 'speed', 'power'], swapped).key).toEqual([])
    const twins = grid.map((row, i) => [`${Math.floor(i / 2)}.5`, `${i % 2}.5`, row[2]!])
    expect(keyOf(['income', 'age', 'power'], twins).key).toEqual([])
    const pairs = grid.map((row, i) => [`${i}.5`, ...row.slice(1)])
    expect(keyOf(['depth', 'speed', 'power'], pairs).key).toEqual(['depth'])
  })

  it('is two columns of numbers that make a grid without a hole, in whatever order', () => {
    const grid = Array.from({ length: 20 }, (_, i) => [`${(i * 3) % 7}.1`, `0.${i % 4}`, `${i % 5}.5`])
    const { key, why } = keyOf(['power', 'lat', 'lon'], grid)
    expect([key, why]).toEqual([['lat', 'lon'], expect.stringContaining('each number of one stands')])
    expect(keyOf(['power', 'lat', 'lon'], grid.slice(1)).key).toEqual([])
    const twice = [...grid.slice(1), grid[2]!.with(0, '9.9')]
    expect(keyOf(['power', 'lat', 'lon'], twice).key).toEqual([])
    const equal = Array.from({ length: 9 }, (_, i) => [
      `${(i * 4) % 7}.5`,
      ['0.5', '1', '1.0'][i % 3]!,
      `0.${Math.floor(i / 3)}`,
    ])
    expect(keyOf(['power', 'a', 'b'], equal).key).toEqual([])
  })

  it('may be axes beside rows that are there twice', () => {
    const curve = Array.from({ length: 24 }, (_, i) => [`${i * 0.5}.5`, `${(i * 7) % 5}.1`])
    const { key, why } = keyOf(['speed', 'power'], [...curve.slice(0, 5), curve[4]!, ...curve.slice(5)])
    expect([key, why]).toEqual([['speed'], expect.stringContaining('1 more row equals one of them')])
  })
})

import { describe, expect, it } from 'vitest'
import { missFarValues } from './far-values.ts'
import { judgeColumn } from './judge-column.ts'

const rain = Array.from({ length: 60 }, (_, i) => `${(i * 37) % 205}.5`)

function missed(cells: string[]) {
  const rows = cells.map((cell) => [cell])
  const { missing, filled, doubt } = missFarValues(judgeColumn('rain', 0, cells), rows)
  return { missing, filled, doubt }
}

describe('a number of equal digits', () => {
  it.each([
    ['8888, however it is written', ['8888', '8888.0'], ['8888', '8888.0']],
    ['-9999', ['-9999', '-9999'], ['-9999']],
    ['9999.99 and 99999', ['9999.99', '99999', '9999.99'], ['9999.99', '99999']],
  ])('far from all others stands for none, and that is told: %s', (_, odd, missing) => {
    expect(missed([...rain, ...odd])).toEqual({
      ...{ missing, filled: 60 },
      doubt: expect.stringContaining(`(${odd.length} cells) is taken for "no value"`),
    })
  })

  it.each([
    ['once only', ['8888']],
    ['near the others', ['999', '999']],
    ['of two digits', ['-99', '-99']],
    ['of other digits', ['7777', '7777']],
  ])('is a value %s', (_, odd) => {
    expect(missed([...rain, ...odd])).toEqual({ missing: [], filled: 60 + odd.length, doubt: undefined })
  })

  it('is a value beside few others', () => {
    expect(missed(['1', '2', '3', '9999', '9999']).missing).toEqual([])
  })
})

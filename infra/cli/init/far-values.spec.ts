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
    ['-9900', ['-9900', '-9900'], ['-9900']],
    ['77777', ['77777', '77777'], ['77777']],
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
    ['of two digits and a nought', ['-990', '-990']],
    ['of other digits', ['7777', '7777']],
  ])('is a value %s', (_, odd) => {
    expect(missed([...rain, ...odd])).toEqual({ missing: [], filled: 60 + odd.length, doubt: undefined })
  })

  it.each(['port', 'dept_no', 'status', 'Price'])(
    'is a value where it may be a name or a price: %s',
    (name) => {
      const cells = [...rain, '8888', '8888']
      const column = judgeColumn(name, 0, cells)
      expect(
        missFarValues(
          column,
          cells.map((cell) => [cell]),
        ),
      ).toBe(column)
    },
  )

  it('is a value where many cells have it', () => {
    expect(missed([...rain, ...rain.slice(0, 20).map(() => '9999')]).missing).toEqual([])
  })

  it('is a value beside few others', () => {
    expect(missed(['1', '2', '3', '9999', '9999']).missing).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'

const init = initializer()
const table = (row: (i: number) => string) =>
  `name,size,note,more\n${Array.from({ length: 30 }, (_, i) => `${row(i)}\n`).join('')}`

describe('a row that is shorter than the header', () => {
  const short = (...rows: string[]) =>
    table((i) => rows[i - 7] ?? `n${i},${i * 7}.5,${i % 3 ? '' : 'x'},${i % 4 ? '' : 'y'}`)

  it('is let pass, and that is told, where most rows have nothing in its last columns', async () => {
    const { reading, doubts, tried } = await init(short('n7,49.5'))
    expect(reading).toEqual({ tolerate: ['shortRows'] })
    expect(doubts).toContainEqual(expect.stringContaining('1 row ends before the last columns'))
    expect(tried.counts).toMatchObject({ read: 30, clean: 30, refused: 0 })
  })

  it.each([
    ['a column that is never empty is missing', short('n7')],
    ['its cells are of other columns', short('note,n7')],
    [
      'most rows have something there',
      table((i) => (i === 7 ? 'n7,49.5,x' : `n${i},${i * 7}.5,x,${i % 9 ? 'y' : ''}`)),
    ],
    ['it may be one of two parts', short('n7,49.5', 'n8,50.5')],
    ['it is the last one, and may be cut off', table((i) => (i === 29 ? 'n29,4' : `n${i},${i * 7}.5,,`))],
  ])('stays refused where %s', async (_, content) => {
    const { reading } = await init(content)
    expect(reading?.['tolerate']).toBeUndefined()
  })
})

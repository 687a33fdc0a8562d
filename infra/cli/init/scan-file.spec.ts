import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'

const init = initializer()
const polygon = (bytes: number) => `"POLYGON((${'8.4 54.9,'.repeat(bytes / 9)}))"`
const states = (...bytes: number[]) =>
  `iso,geom\n${bytes.map((one, i) => `s${i},${polygon(one)}\n`).join('')}`

describe('rows that are longer than usual', () => {
  it('are read, by what a dataset may have at most, and one that is longer is told', async () => {
    const { source, doubts, tried, findings } = await init(states(100_000, 900, 200_000, 1_200_000))
    expect(source).toEqual({ maxRowBytes: 2 ** 20 })
    expect(findings).toContainEqual(
      expect.objectContaining({ about: 'longest row', answer: '1,048,576 bytes' }),
    )
    expect(doubts).toContain('1 of 4 rows cannot be read; the first is row 4: longer than 1048576 bytes')
    expect(tried.counts).toMatchObject({ clean: 3 })
  })

  it('than any dataset reads are told as that, and nothing is said of the header', async () => {
    await expect(init(states(1_200_000, 900, 1_300_000, 1_200_000))).rejects.toThrow(
      '3 of 4 rows are longer than 1,048,576 bytes, which a dataset reads of one at most',
    )
  })
})

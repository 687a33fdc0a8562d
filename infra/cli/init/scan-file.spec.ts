import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'
import { scanRows } from './scan-rows.ts'

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

describe('a quote that never closes', () => {
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => `w${from + i},${i % 9}.5,noun\n`).join('')

  it('costs its own row, and those behind it are no footer', async () => {
    const made = await init(
      `word,weight,class\n${rows(0, 20)}w20,"",noun\n",1.5,punctuation\n${rows(21, 400)}`,
    )
    expect(made.reading?.['footer']).toBeUndefined()
    expect(made.doubts).toContain('1 of 422 rows cannot be read; the first is row 22: unclosed quote')
    expect(made.tried.counts).toMatchObject({ read: 422, clean: 421, refused: 1 })
  })

  it('is seen in the beginning of a file as well', () => {
    const bytes = Buffer.from(`word,weight,class\n${rows(0, 20)}",1.5,punctuation\n${rows(21, 9000)}w,`)
    const { rows: read, unreadable } = scanRows(bytes, { delimiter: ',', quoteChar: '"' }, Infinity)
    expect([read.length, unreadable.map(({ row, reason }) => [row, reason])]).toEqual([
      9020,
      [[21, 'unclosed quote']],
    ])
  })
})

it('rows that cannot be read are no footer at the end, where others of their kind stand above', async () => {
  const rows = Array.from({ length: 30 }, (_, i) => (i === 5 || i > 27 ? `n${i},${i}` : `n${i},${i},x${i}`))
  const { reading, doubts } = await init(`name,size,text\n${rows.join('\n')}\n`)
  expect(reading?.['footer']).toBeUndefined()
  expect(doubts).toContainEqual(expect.stringContaining('3 of 30 rows cannot be read'))
})

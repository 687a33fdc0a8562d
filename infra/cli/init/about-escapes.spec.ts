import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'

const init = initializer()
const table = (row: (i: number) => string, rows = 30) =>
  `name,size,note\n${Array.from({ length: rows }, (_, i) => `${row(i)}\n`).join('')}`
const plain = (i: number) => `n${i},${i * 7}.5,x`

describe('a quote behind a backslash', () => {
  it('is text where more rows can be read so, which is found', async () => {
    const found = await init(table((i) => (i === 7 ? 'n7,49.5,"the \\"big\\" one"' : plain(i))))
    expect(found.dialect).toEqual({ escapeChar: '\\' })
    expect(found.findings).toContainEqual(expect.objectContaining({ about: 'escape', answer: '\\' }))
    expect([found.doubts, found.tried.counts]).toMatchObject([[], { clean: 30, refused: 0 }])
  })

  it('is found behind rows that the delimiter is found by', async () => {
    const content = table((i) => (i === 7400 ? 'n7400,49.5,"the \\"big\\" one"' : plain(i)), 7500)
    expect((await init(content)).dialect).toEqual({ escapeChar: '\\' })
  })

  it('is found of another quote, and below lines that are none', async () => {
    const content = `Sales\n\n${table((i) => (i === 7 ? "n7,49.5,'it\\'s'" : `n${i},${i * 7}.5,'x, y'`))}`
    expect((await init(content)).dialect).toEqual({ quoteChar: "'", escapeChar: '\\', headerRows: [3] })
  })

  it.each([
    ['cells end in a backslash', (i: number) => `n${i},${i}.5,"C:\\dir\\"`],
    ['quotes are doubled behind it', (i: number) => `n${i},${i}.5,"a ""\\"""`],
    [
      'one is doubled before a line break',
      (i: number) => `n${i},${i}.5,"${i === 9 ? 'ends in ""\\""\nn,9.5, that was all' : 'x'}"`,
    ],
  ])('closes where all rows can be read so: %s', async (_, row) => {
    const { dialect, tried } = await init(table(row))
    expect(dialect).toBeUndefined()
    expect(tried.counts).toMatchObject({ clean: 30, refused: 0 })
  })

  it('closes at the end of a file that is cut off there', async () => {
    const { dialect } = await init(`${table(plain)}n50,3.5,"G\\""`)
    expect(dialect).toBeUndefined()
  })

  it('closes where as many rows can be read either way', async () => {
    const { dialect } = await init(table((i) => (i === 9 ? 'n9' : `n${i},${i}.5,"C:\\\\dir\\\\"`)))
    expect(dialect).toBeUndefined()
  })

  it('is told of a row that cannot be read', async () => {
    const broken = 'n7,49.5,"the \\"big\\" one"'
    const { dialect, doubts } = await init(table((i) => (i === 7 ? broken : `n${i},${i}.5,"C:\\dir\\"`)))
    expect(dialect).toBeUndefined()
    expect(doubts).toContainEqual(expect.stringContaining('"escapeChar"'))
  })

  it('is told where other quotes are doubled, as PHP does that keeps the backslash', async () => {
    const { dialect, doubts } = await init(table((i) => `n${i},${i}.5,"{""a"": ""x${i % 5 ? '' : '\\"'}""}"`))
    expect(dialect).toEqual({ escapeChar: '\\' })
    expect(doubts).toContainEqual(expect.stringContaining('fputcsv'))
  })
})

describe('backslashes without a quote behind them', () => {
  it('are told where all come in pairs', async () => {
    const { doubts } = await init(table((i) => `n${i},${i}.5,"C:\\\\dir, ${i}"`))
    expect(doubts).toContainEqual(expect.stringContaining('pairs'))
  })

  it('are text where one stands alone', async () => {
    const { doubts } = await init(table((i) => `n${i},${i}.5,"C:\\dir, \\\\${i}"`))
    expect(doubts).not.toContainEqual(expect.stringContaining('pairs'))
  })
})

it('white space before the quotes of a header, too, is left out', async () => {
  const { dialect, tried } = await init('"name", "size"\n"a, b", 3\n"c", 4\n')
  expect(dialect).toEqual({ skipInitialSpace: true })
  expect(tried.counts).toMatchObject({ clean: 2 })
})

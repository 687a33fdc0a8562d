import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dialect,
  fileStart,
  scanBlocks,
  scan,
  cellsOf,
  wellFormed,
  soup,
  everyByte,
  cutsOf,
} from '../../testing/scan.ts'
import { CsvScanner } from './scan-csv.ts'

const abc = ['a', 'b', 'c']
const def = ['d', 'e', 'f']
const ghi = ['g', 'h', 'i']

describe('what a row is', () => {
  it.each([
    ['plain rows', 'a,b,c\nd,e,f\n', [abc, def]],
    ['mixed line ends', 'a,b,c\r\nd,e,f\ng,h,i\r\n', [abc, def, ghi]],
    ['a last row without line end', 'a,b,c\nd,e,f', [abc, def]],
    ['a last row cut inside CR LF', 'a,b,c\r', [abc]],
    [
      'empty cells',
      ',,\n"","",""\n',
      [
        ['', '', ''],
        ['', '', ''],
      ],
    ],
    [
      'quotes, doubled quotes, delimiters and line ends in quotes',
      '"a","b ""x"", y","c\r\nd"\n',
      [['a', 'b "x", y', 'c\r\nd']],
    ],
    ['a quote inside an unquoted cell', '5" pipe,b"",c"\n', [['5" pipe', 'b""', 'c"']]],
    ['a lone CR is text', 'a\rb,"c\rd",e\n', [['a\rb', 'c\rd', 'e']]],
    ['UTF-8', 'Ñuble,"São ""Paulo""",日本 😀\n', [['Ñuble', 'São "Paulo"', '日本 😀']]],
    [
      'long cells in UTF-8',
      `${'é'.repeat(3000)},"${'€'.repeat(3000)}",c\n`,
      [['é'.repeat(3000), '€'.repeat(3000), 'c']],
    ],
    ['spaces are kept', ' a , b  ,c \n', [[' a ', ' b  ', 'c ']]],
    ['spaces before a quote inside a cell', ' 5" pipe,x "b", \n', [[' 5" pipe', 'x "b"', ' ']]],
    ['nothing', '', []],
  ])('%s', (_, text, rows) => {
    expect(scan(text)).toMatchObject({ rows: rows.map((cells) => ({ cells })), unreadable: [] })
  })

  it('skips blank lines without counting them, and says where each row begins', () => {
    expect(scan('\n\r\na,b,c\n\n\r\nd,e,f\n\n')).toEqual({
      rows: [
        { row: 1, byte: 3, cells: ['a', 'b', 'c'] },
        { row: 2, byte: 12, cells: ['d', 'e', 'f'] },
      ],
      unreadable: [],
      end: { byte: 19, row: 2 },
    })
  })

  it('takes other delimiters and quotes, and refuses those it cannot read by', () => {
    const scanner = new CsvScanner({
      dialect: { delimiter: '\t', quoteChar: "'" },
      columns: 2,
      from: fileStart,
    })
    expect(scanner.push(Buffer.from("'it''s\t'\t\"x\n")).rows[0]?.cells).toEqual(["it's\t", '"x'])
    for (const bad of [
      { delimiter: '', quoteChar: '"' },
      { delimiter: '"', quoteChar: '"' },
      { delimiter: '€', quoteChar: '"' },
      { delimiter: ',', quoteChar: '"', escapeChar: '€' },
      { delimiter: ',', quoteChar: '"', escapeChar: ',' },
      { delimiter: ',', quoteChar: '"', escapeChar: '"' },
    ])
      expect(() => new CsvScanner({ dialect: bad, columns: 2, from: fileStart })).toThrow(TypeError)
  })

  it('agrees with csv-parse on every well-formed file, however it is cut', () => {
    fc.assert(
      fc.property(wellFormed, cutsOf, ({ cells, text }, cuts) => {
        const oracle = parse(text, { record_delimiter: ['\r\n', '\n'], skip_empty_lines: true })
        expect(oracle).toEqual(cells)
        expect(cellsOf(text, { cuts })).toEqual(oracle)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('chunks and positions', () => {
  it('yields the same for any way of cutting any bytes into chunks', () => {
    fc.assert(
      fc.property(soup, cutsOf, fc.integer({ min: 3, max: 60 }), (bytes, cuts, maxRowBytes) => {
        const whole = scan(bytes, { maxRowBytes })
        expect(scan(bytes, { cuts, maxRowBytes })).toEqual(whole)
        expect(scan(bytes, { cuts: everyByte, maxRowBytes })).toEqual(whole)
      }),
      { numRuns: 1000 },
    )
  })

  it('resumes at the end of any block with exactly what was still to come', () => {
    fc.assert(
      fc.property(
        soup,
        cutsOf,
        cutsOf,
        fc.integer({ min: 3, max: 60 }),
        (bytes, cuts, otherCuts, maxRowBytes) => {
          const blocks = scanBlocks(bytes, { cuts, maxRowBytes })
          blocks.forEach(({ end }, i) => {
            const rest = blocks.slice(i + 1)
            const resumed = scan(bytes, { from: end, cuts: otherCuts, maxRowBytes })
            expect(resumed.rows).toEqual(rest.flatMap((b) => b.rows))
            expect(resumed.unreadable).toEqual(rest.flatMap((b) => b.unreadable))
            expect(resumed.end).toEqual(blocks.at(-1)!.end)
          })
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('answers for every byte: rows and refusals are numbered without a gap and end where the file ends', () => {
    fc.assert(
      fc.property(soup, cutsOf, (bytes, cuts) => {
        const { rows, unreadable, end } = scan(bytes, { cuts })
        const numbers = [...rows, ...unreadable].sort((a, b) => a.byte - b.byte).map(({ row }) => row)
        expect(numbers).toEqual(numbers.map((_, i) => i + 1))
        expect(end).toEqual({ byte: bytes.length, row: numbers.length })
        for (const { byte, bytes: kept } of unreadable)
          expect(bytes.subarray(byte, byte + kept.length)).toEqual(kept)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['\n', '\r\n'])(
    'takes a row of exactly the limit and not one byte more, cut anywhere, before %j',
    (end) => {
      for (const row of ['aaaaaaaa,b,c', '"a\na",b,cccc', '"a\na",b,"cc"'])
        for (const cuts of [[], everyByte]) {
          const text = `${row}${end}1,2,3${end}`
          expect(cellsOf(text, { maxRowBytes: 12, cuts }).length).toBe(2)
          const { rows, unreadable } = scan(text, { maxRowBytes: 11, cuts })
          expect(unreadable).toMatchObject([{ row: 1, reason: 'longer than 11 bytes' }])
          expect(rows).toMatchObject([{ row: 2, cells: ['1', '2', '3'] }])
        }
    },
  )

  it('holds no more than the limit of a line that does not end', () => {
    const scanner = new CsvScanner({ dialect, columns: 3, from: fileStart, maxRowBytes: 1000 })
    const chunk = Buffer.alloc(100_000, 'a')
    for (let i = 0; i < 50; i++) expect(scanner.push(chunk).end).toEqual(fileStart)
    const block = scanner.push(Buffer.from('\nb,c,d\n'))
    expect(block.unreadable).toEqual([
      { row: 1, byte: 0, bytes: chunk.subarray(0, 1000), reason: 'longer than 1000 bytes' },
    ])
    expect(block.rows).toEqual([{ row: 2, byte: 5_000_001, cells: ['b', 'c', 'd'] }])
  })
})

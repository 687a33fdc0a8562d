import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openCsv, readHeader } from './open-csv.ts'
import { type Block, CsvScanner, type Position } from './scan-csv.ts'

const dialect = { delimiter: ',', quoteChar: '"' }
const fileStart = { byte: 0, row: 0 }

interface Options {
  columns?: number
  from?: Position
  maxRowBytes?: number
  cuts?: number[]
}

/** Cuts the bytes into chunks at the given offsets and scans them. */
function scanBlocks(
  bytes: Buffer,
  { columns = 3, from = fileStart, maxRowBytes, cuts = [] }: Options = {},
): Block[] {
  const scanner = new CsvScanner({ dialect, columns, from, maxRowBytes })
  const inside = cuts.filter((cut) => cut > from.byte && cut < bytes.length).sort((a, b) => a - b)
  const edges = [Math.min(from.byte, bytes.length), ...inside, bytes.length]
  const blocks = edges.slice(1).map((edge, i) => scanner.push(bytes.subarray(edges[i], edge)))
  return [...blocks, scanner.finish()]
}

function scan(input: string | Buffer, options: Options = {}) {
  const blocks = scanBlocks(Buffer.from(input as string), options)
  return {
    rows: blocks.flatMap((b) => b.rows),
    unreadable: blocks.flatMap((b) => b.unreadable),
    end: blocks.at(-1)!.end,
  }
}

const cellsOf = (input: string | Buffer, options?: Options) =>
  scan(input, options).rows.map((row) => row.cells)
const refusals = (input: string | Buffer, options?: Options) =>
  scan(input, options).unreadable.map(({ row, bytes, reason }) => [row, bytes.toString('latin1'), reason])

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
const lineEnds = fc.constantFrom('\n', '\r\n')
const anyCell = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc.string({ unit: fc.constantFrom('a', '1', ' ', ',', '"', '\n', '\r', '€', '😀', "'") }),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
  )
  .filter((cell) => !cell.includes('\0'))
const needsQuotes = (cell: string) => /[",\r\n]/.test(cell)

/** A well-formed file of 3 columns, any cell quoted that must be, some that need not be. */
const wellFormed = fc
  .array(fc.tuple(fc.array(fc.tuple(anyCell, fc.boolean()), { minLength: 3, maxLength: 3 }), lineEnds), {
    maxLength: 12,
  })
  .map((rows) => ({
    cells: rows.map(([cells]) => cells.map(([cell]) => cell)),
    text: rows
      .map(
        ([cells, end]) =>
          cells.map(([cell, quote]) => (quote || needsQuotes(cell) ? quoted(cell) : cell)).join(',') + end,
      )
      .join(''),
  }))

/** Soup of everything that has a meaning to a scanner, and some bytes that are not UTF-8. */
const soup = fc
  .array(
    fc.constantFrom(
      'a',
      ',',
      '"',
      '""',
      '\n',
      '\r\n',
      '\r',
      'b,c,d\n',
      '"e",f,g\r\n',
      'é',
      '\0',
      '\xff',
      'x'.repeat(9),
      'x'.repeat(30),
    ),
    { maxLength: 80 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part, part === '\xff' ? 'latin1' : 'utf8'))))
const everyByte = Array.from({ length: 1500 }, (_, i) => i)
const cutsOf = fc.array(fc.nat(400), { maxLength: 30 })

describe('what a row is', () => {
  it.each([
    [
      'plain rows',
      'a,b,c\nd,e,f\n',
      [
        ['a', 'b', 'c'],
        ['d', 'e', 'f'],
      ],
    ],
    [
      'mixed line ends',
      'a,b,c\r\nd,e,f\ng,h,i\r\n',
      [
        ['a', 'b', 'c'],
        ['d', 'e', 'f'],
        ['g', 'h', 'i'],
      ],
    ],
    [
      'a last row without line end',
      'a,b,c\nd,e,f',
      [
        ['a', 'b', 'c'],
        ['d', 'e', 'f'],
      ],
    ],
    ['a last row cut inside CR LF', 'a,b,c\r', [['a', 'b', 'c']]],
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
    ['spaces are kept', ' a , "b" ,c \n', [[' a ', ' "b" ', 'c ']]],
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

describe('what a bad row costs', () => {
  const limit = 20
  it.each([
    ['too few cells', 'a,b\n', [[1, 'a,b', 'wrong number of cells: 2, expected 3']]],
    ['too many cells', 'a,b,c,d,e\r\n', [[1, 'a,b,c,d,e', 'wrong number of cells: 5, expected 3']]],
    ['text after a closing quote', 'a,"b"x,c\n', [[1, 'a,"b"x,c', 'text after a closing quote']]],
    ['a space after a closing quote', 'a,"b" ,c\n', [[1, 'a,"b" ,c', 'text after a closing quote']]],
    ['a lone CR after a closing quote', 'a,b,"c"\rd\n', [[1, 'a,b,"c"\rd', 'text after a closing quote']]],
    ['an unclosed quote at the end', 'a,"b,c\n', [[1, 'a,"b,c', 'unclosed quote']]],
    ['an unclosed quote without line end', 'a,"b,c', [[1, 'a,"b,c', 'unclosed quote']]],
    ['a byte that is not UTF-8', Buffer.from('a,\xff,c\n', 'latin1'), [[1, 'a,\xff,c', 'not UTF-8']]],
    ['a character cut short', Buffer.from('a,"\xc3",c\r\n', 'latin1'), [[1, 'a,"\xc3",c', 'not UTF-8']]],
    ['an overlong encoding', Buffer.from('\xc0\xaf,b,c\n', 'latin1'), [[1, '\xc0\xaf,b,c', 'not UTF-8']]],
    ['a surrogate', Buffer.from('\xed\xa0\x80,b,c\n', 'latin1'), [[1, '\xed\xa0\x80,b,c', 'not UTF-8']]],
    ['a NUL byte', 'a,\0,c\n', [[1, 'a,\0,c', 'holds a NUL byte']]],
    [
      'two rows joined by a stray quote',
      'a,"b\nc,d",e,f\n',
      [
        [1, 'a,"b', 'wrong number of cells: 4, expected 3'],
        [2, 'c,d",e,f', 'wrong number of cells: 4, expected 3'],
      ],
    ],
    [
      'a line longer than the limit',
      `${'a'.repeat(21)},b,c\n`,
      [[1, 'a'.repeat(20), 'longer than 20 bytes']],
    ],
    [
      'a record longer than the limit',
      '"a\nbbbbbbbbbbbbbbbbbbbbbbbbbbb\n',
      [
        [1, '"a', 'unclosed quote, or longer than 20 bytes'],
        [2, 'b'.repeat(20), 'longer than 20 bytes'],
      ],
    ],
  ])('%s: its own line and no other', (_, bad, expected) => {
    const good = Buffer.from('1,"2, ""x""",3\n')
    const file = Buffer.concat([good, Buffer.from(bad as string)])
    const shifted = expected.map(([row, ...rest]) => [Number(row) + 1, ...rest])
    expect(refusals(file, { maxRowBytes: limit })).toEqual(shifted)
    if (file.at(-1) !== 10) return
    const around = Buffer.concat([file, good])
    expect(refusals(around, { maxRowBytes: limit }).length).toBe(expected.length)
    expect(cellsOf(around, { maxRowBytes: limit })).toEqual([
      ['1', '2, "x"', '3'],
      ['1', '2, "x"', '3'],
    ])
  })

  it('never another row: planted bad lines leave every good row and every bad byte', () => {
    const badLines = fc.constantFrom(
      'x',
      'x,y',
      'a,b,c,d',
      '"',
      'a,"b',
      'a,"b,c',
      '"a"b,c,d',
      'a,\0,c',
      'a,\xff,c',
      '"""',
      `${'z'.repeat(90)},b,c`,
    )
    // Good rows have their quotes around a letter, as an unclosed quote before `","` reads as a quoted cell by any rule.
    const goodLines = fc
      .tuple(fc.nat(), fc.constantFrom('x', '"x, y"', '"say ""hi"" x"', 'é'))
      .map(([n, cell]) => `${n},${cell},end`)
    const lines = fc.array(
      fc.oneof(
        badLines.map((line) => ({ line, good: false })),
        goodLines.map((line) => ({ line, good: true })),
      ),
    )
    fc.assert(
      fc.property(lines, cutsOf, (planted, cuts) => {
        const encode = (line: string) => Buffer.from(line, line.includes('\xff') ? 'latin1' : 'utf8')
        const file = Buffer.concat(planted.flatMap(({ line }) => [encode(line), Buffer.from('\n')]))
        const { rows, unreadable } = scan(file, { cuts, maxRowBytes: 64 })
        const numbered = planted.map(({ line, good }, i) => ({ line, good, row: i + 1 }))
        expect(rows.map(({ row }) => row)).toEqual(numbered.filter(({ good }) => good).map(({ row }) => row))
        expect(unreadable.map(({ row, bytes }) => [row, bytes])).toEqual(
          numbered.filter(({ good }) => !good).map(({ row, line }) => [row, encode(line).subarray(0, 64)]),
        )
      }),
      { numRuns: 1000 },
    )
  })

  it('reads a file made of stray quotes in time that grows with its size', () => {
    const hostile = Buffer.from('x",",\n'.repeat(40_000))
    const started = performance.now()
    const { rows, unreadable } = scan(hostile, { columns: 22 })
    expect(rows.length + unreadable.length).toBe(40_000)
    expect(performance.now() - started).toBeLessThan(5_000)
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
          // Of a longer record only the first line is refused; what follows in it may look like a row.
          const { rows, unreadable } = scan(text, { maxRowBytes: 11, cuts })
          expect([unreadable[0]?.row, rows[0]?.row, rows.at(-1)?.cells]).toEqual([1, 2, ['1', '2', '3']])
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

describe('readHeader', () => {
  const header = (text: string, final = true) => readHeader(Buffer.from(text), dialect, final, 30)

  it.each([
    ['a,b\nc', ['a', 'b'], 4],
    ['\ufeffa,"b"\r\nc', ['a', 'b'], 10],
    ['\ufeff"a ""é""\n",b', ['a "é"\n', 'b'], 16],
    ['\n\r\na,b', ['a', 'b'], 6],
    // only the header is judged, not the first bytes of the next row
    ['\ufeffa,b\r\né', ['a', 'b'], 8],
  ])('%j', (text, cells, byte) => {
    expect(header(text)).toEqual({ cells, end: { byte, row: 0 } })
  })

  it('asks for more while the header is incomplete', () => {
    for (const part of ['', '\ufeff', '\n', 'a,b', '"a\n', 'a,"b"\r'])
      expect(header(part, false)).toBeUndefined()
  })

  it('gives up on a file that begins with nothing but blank lines', () => {
    expect(() => header('\n'.repeat(31), false)).toThrow('the file begins with 31 bytes of blank lines')
  })

  it.each([
    ['', 'the file is empty'],
    ['\ufeff\n', 'the file is empty'],
    ['a,"b\n', 'the header row cannot be read: unclosed quote'],
    ['a,"b"c\n', 'the header row cannot be read: text after a closing quote'],
    ['a,\0\n', 'the header row cannot be read: holds a NUL byte'],
    [`${'a'.repeat(31)}\n`, 'the header row cannot be read: longer than 30 bytes'],
    ['a'.repeat(40), 'the header row cannot be read: longer than 30 bytes'],
  ])('%j: %s', (text, message) => {
    expect(() => header(text)).toThrow(message)
  })
})

describe('openCsv', () => {
  async function* chunksOf(text: string, size: number) {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  async function collect(blocks: AsyncIterable<Block>) {
    const all: Block[] = []
    for await (const block of blocks) all.push(block)
    return all
  }
  const text = '\ufeffid,name\n1,"a, b"\n2\n3,c\n'

  it.each([1, 7, 1000])(
    'reads the header, then the rows, from chunks of %i bytes, and resumes',
    async (size) => {
      const file = await openCsv(chunksOf(text, size), { dialect })
      expect(file.header).toEqual(['id', 'name'])
      const blocks = await collect(file.blocks())
      expect(blocks.flatMap((b) => b.rows.map((row) => row.cells))).toEqual([
        ['1', 'a, b'],
        ['3', 'c'],
      ])
      expect(blocks.flatMap((b) => b.unreadable.map((row) => row.reason))).toEqual([
        'wrong number of cells: 1, expected 2',
      ])
      for (const [i, { end }] of blocks.entries()) {
        if (end.byte === 0) continue
        const resumed = await openCsv(chunksOf(text, 3), { dialect })
        const rest = await collect(resumed.blocks(end))
        expect(rest.flatMap((b) => b.rows)).toEqual(blocks.slice(i + 1).flatMap((b) => b.rows))
      }
    },
  )

  it('refuses a position outside the file', async () => {
    const open = () => openCsv(chunksOf(text, 4), { dialect })
    await expect(collect((await open()).blocks({ byte: 3, row: 0 }))).rejects.toThrow('before the first row')
    await expect(collect((await open()).blocks({ byte: 99, row: 9 }))).rejects.toThrow('before byte 99')
  })

  it('names a foreign file before it complains about the header', async () => {
    const sniff = (head: Buffer) => (head[0] === 60 ? 'an HTML page' : undefined)
    await expect(openCsv(chunksOf('<html>"', 3), { dialect, sniff })).rejects.toThrow('an HTML page')
    await expect(openCsv(chunksOf('', 3), { dialect })).rejects.toThrow('the file is empty')
  })

  it('closes the source when the reader stops early', async () => {
    let closed = false
    async function* source() {
      try {
        for (;;) yield Buffer.from('a,b\n'.repeat(1000))
      } finally {
        closed = true
      }
    }
    for await (const block of (await openCsv(source(), { dialect })).blocks())
      if (block.rows.length > 0) break
    expect(closed).toBe(true)
  })
})

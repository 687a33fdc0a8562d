import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dialect, fileStart, scan, cellsOf, refusals, quoted, lineEnds, cutsOf } from '../../testing/scan.ts'
import { CsvScanner } from './scan-csv.ts'

describe('what a bad row costs', () => {
  const limit = 20
  const spaceBefore = 'white space before an opening quote, see dialect.skipInitialSpace'
  it.each([
    ['too few cells', 'a,b\n', [[1, 'a,b', 'wrong number of cells: 2, expected 3']]],
    ['too many cells', 'a,b,c,d,e\r\n', [[1, 'a,b,c,d,e', 'wrong number of cells: 5, expected 3']]],
    ['text after a closing quote', 'a,"b"x,c\n', [[1, 'a,"b"x,c', 'text after a closing quote']]],
    ['a space after a closing quote', 'a,"b" ,c\n', [[1, 'a,"b" ,c', 'white space after a closing quote']]],
    ['a lone CR after a closing quote', 'a,b,"c"\rd\n', [[1, 'a,b,"c"\rd', 'text after a closing quote']]],
    ['an unclosed quote at the end', 'a,"b,c\n', [[1, 'a,"b,c', 'unclosed quote']]],
    [
      'an unclosed quote behind a cell of several lines',
      'a,"b\nc,d,e","\n',
      [[1, 'a,"b\nc,d,e","', 'unclosed quote']],
    ],
    ['an unclosed quote without line end', 'a,"b,c', [[1, 'a,"b,c', 'unclosed quote']]],
    ['a byte that is not UTF-8', Buffer.from('a,\xff,c\n', 'latin1'), [[1, 'a,\xff,c', 'not UTF-8']]],
    ['a character cut short', Buffer.from('a,"\xc3",c\r\n', 'latin1'), [[1, 'a,"\xc3",c', 'not UTF-8']]],
    ['an overlong encoding', Buffer.from('\xc0\xaf,b,c\n', 'latin1'), [[1, '\xc0\xaf,b,c', 'not UTF-8']]],
    ['a surrogate', Buffer.from('\xed\xa0\x80,b,c\n', 'latin1'), [[1, '\xed\xa0\x80,b,c', 'not UTF-8']]],
    ['a NUL byte', 'a,\0,c\n', [[1, 'a,\0,c', 'holds a NUL byte']]],
    [
      'a cell too many behind a cell of several lines',
      'a,"b\nc,d,e",e,f\n',
      [[1, 'a,"b\nc,d,e",e,f', 'wrong number of cells: 4, expected 3']],
    ],
    [
      'cells of several lines around text after a closing quote',
      '"a\nc,d"x,"b\nc,d"\n',
      [[1, '"a\nc,d"x,"b\nc,d"', 'text after a closing quote']],
    ],
    [
      'text after a closing quote, then a cell of several lines',
      'a,"b"x,"c\nd,e,f"\n',
      [[1, 'a,"b"x,"c\nd,e,f"', 'text after a closing quote']],
    ],
    [
      'a NUL byte in a cell of several lines',
      'a,"\0\nd,e,f",c\n',
      [[1, 'a,"\0\nd,e,f",c', 'holds a NUL byte']],
    ],
    ['a space before a cell of several lines', 'a, "b\nd,e,f",c\n', [[1, 'a, "b\nd,e,f",c', spaceBefore]]],
    ['a tab at the beginning of a row', '\t"b\nd,e,f",c,d\n', [[1, '\t"b\nd,e,f",c,d', spaceBefore]]],
    [
      'a no-break space before a quote',
      Buffer.from('a,\u00a0"d,e",c\n'),
      [[1, 'a,\xc2\xa0"d,e",c', spaceBefore]],
    ],
    ['a quote behind a space that never closes', 'a, "b\n', [[1, 'a, "b', 'unclosed quote']]],
    [
      'a line longer than the limit',
      `${'a'.repeat(21)},b,c\n`,
      [[1, 'a'.repeat(20), 'longer than 20 bytes']],
    ],
    [
      'a record longer than the limit',
      '"a\nd,e,f\nd,e,f\nd,e,f\nd,e,f",b,c\n',
      [[1, '"a\nd,e,f\nd,e,f\nd,e,f', 'longer than 20 bytes']],
    ],
  ])('%s: itself and no other row', (_, bad, expected) => {
    const good = Buffer.from('1,"2, ""x""",3\n')
    const file = Buffer.concat([good, Buffer.from(bad as string)])
    const shifted = expected.map(([row, ...rest]) => [Number(row) + 1, ...rest])
    expect(refusals(file, { maxRowBytes: limit })).toEqual(shifted)
    if (file.at(-1) !== 10) return
    const isUnclosed = expected.some(([, , reason]) => reason === 'unclosed quote')
    const around = Buffer.concat([file, isUnclosed ? Buffer.from('1,2,3\n') : good])
    expect(refusals(around, { maxRowBytes: limit }).length).toBe(expected.length)
    expect(cellsOf(around, { maxRowBytes: limit })).toEqual([
      ['1', '2, "x"', '3'],
      ['1', isUnclosed ? '2' : '2, "x"', '3'],
    ])
  })

  // A writer of its own: each row is what it says, whatever stands in its cells, and a row that is bad is so as a whole.
  const trap = fc.constantFrom(
    'ghost,x,y',
    '\n',
    '\r\n',
    '"',
    ',',
    ' ',
    '\nghost,"x",y\n',
    '",",',
    'é',
    '"""',
  )
  const trapCell = fc.array(trap, { maxLength: 6 }).map((parts) => parts.join(''))
  const row = fc.array(trapCell.map(quoted), { minLength: 3, maxLength: 3 })
  const tooFew = row.map(([a, b]) => `${a},${b}`)
  const tooMany = fc.tuple(row, trapCell).map(([cells, more]) => [...cells, quoted(more)].join(','))
  const withNul = row.map(([a, b, c]) => `${a},${b},"\0${c!.slice(1)}`)
  const notUtf8 = row.map(([a, b, c]) => `${a},"\xff${b!.slice(1)},${c}`)
  const tooLongOne = row.map(([a, b, c]) => `${a},"${'x\nghost,x,y\n'.repeat(30)}${b!.slice(1)},${c}`)
  const textBehind = fc
    .tuple(row, fc.constantFrom('x', ' ', '\r', ' x "', '\t'))
    .map(([[a, b, c], text]) => `${a},${b}${text},${c}`)
  const spaceInFront = fc
    .tuple(row, fc.constantFrom(' ', '\t', '  ', '\u00a0', '\u3000', '\r', '\ufeff \v'))
    .map(([[a, b, c], space]) => `${a},${space}${b},${c}`)
  const planted = fc.array(
    fc.oneof(
      ...[tooFew, tooMany, withNul, notUtf8, tooLongOne, textBehind, spaceInFront].map((bad) =>
        bad.map((text) => ({ text, good: false })),
      ),
      { arbitrary: row.map((cells) => ({ text: cells.join(','), good: true })), weight: 7 },
    ),
    { maxLength: 12 },
  )
  const encoded = (text: string) =>
    Buffer.concat(
      text
        .split('\xff')
        .flatMap((part, i) => [i > 0 ? [0xff] : [], Buffer.from(part)])
        .map(Buffer.from),
    )
  const unquoted = (text: string) => parse(text, { record_delimiter: ['\n'] })[0] as string[]

  it('nothing else: of any rows, what is read is the good ones and what is refused the bad ones, whole', () => {
    fc.assert(
      fc.property(planted, cutsOf, lineEnds, (rows, cuts, end) => {
        const file = Buffer.concat(rows.flatMap(({ text }) => [encoded(text), Buffer.from(end)]))
        const found = scan(file, { cuts, maxRowBytes: 300 })
        const numbered = rows.map((each, i) => ({ ...each, row: i + 1 }))
        const good = numbered.filter((each) => each.good)
        const bad = numbered.filter((each) => !each.good)
        expect(found.rows.map((each) => [each.row, each.cells])).toEqual(
          good.map((each) => [each.row, unquoted(each.text)]),
        )
        expect(found.unreadable.map((each) => [each.row, each.bytes])).toEqual(
          bad.map((each) => [each.row, encoded(each.text).subarray(0, 300)]),
        )
      }),
      { numRuns: 1000 },
    )
  })

  it('a quote that never closes: its line, however many rows and bytes stand behind it', () => {
    const line = fc.constantFrom('a,b,c', 'a,"",c', 'a,x "" y,""""', 'a,b', '"a",b""""c,d', 'a""a')
    fc.assert(
      fc.property(planted, fc.array(line), cutsOf, (rows, tail, cuts) => {
        const before = rows.flatMap(({ text }) => [encoded(text), Buffer.from('\n')])
        const lines = tail.map((text) => text.replaceAll('"a"', 'a'))
        const rest = lines.map((text) => `${text}\n`).join('')
        const file = Buffer.concat([...before, Buffer.from(`a,"b\n${rest}`)])
        const found = scan(file, { cuts, maxRowBytes: 300 })
        expect(found.unreadable.filter(({ reason }) => reason === 'unclosed quote')).toMatchObject([
          { row: rows.length + 1, bytes: Buffer.from('a,"b') },
        ])
        const behind = [...found.rows, ...found.unreadable].filter(({ row }) => row > rows.length + 1)
        expect(behind.length).toBe(tail.length)
      }),
      { numRuns: 500 },
    )
  })

  it('with skipInitialSpace, white space before a quote is read as meant', () => {
    const scanner = new CsvScanner({
      dialect: { ...dialect, skipInitialSpace: true },
      columns: 3,
      from: fileStart,
    })
    const text = ' a, "left, right",\t"x\ny"\r\n \u00a0"a",b , \r\n"a" ,b,c\na,  ,\n'
    const { rows, unreadable } = scanner.push(Buffer.from(text))
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a', 'left, right', 'x\ny'],
      ['a', 'b ', ''],
      ['a', '', ''],
    ])
    expect(unreadable.map(({ row, reason }) => [row, reason])).toEqual([
      [3, 'white space after a closing quote'],
    ])
  })

  it('a row that is too long ends behind its escapes, wherever it is cut', () => {
    const long = `${'x'.repeat(30)},"\\\\\\"\n\\\\",y\n`
    for (let cut = 0; cut < long.length; cut++) {
      const found = scan(`${long}a,b,c\n`, { escapeChar: '\\', maxRowBytes: 20, cuts: [24, cut] })
      expect(found.rows.map(({ cells }) => cells)).toEqual([['a', 'b', 'c']])
      expect(found.unreadable).toMatchObject([{ row: 1, reason: 'longer than 20 bytes' }])
    }
  })

  it('reads any hostile pattern in time that grows with its size', () => {
    const pieces = ['x', ',', '"', '""', '\\', '\\"', '\n', ' ', '\t', '\u00a0', '\r', 'x'.repeat(50)]
    const patterns = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 })
    const repeated = (parts: string[]) => parts.join('').repeat(Math.ceil(200_000 / parts.join('').length))
    const hostile = fc.tuple(patterns, patterns).map(([once, often]) => once.join('') + repeated(often))
    const examples = [repeated(['x",",\n']), `"${repeated(['a,"\n'])}`, repeated(['"\n'])]
    fc.assert(
      fc.property(
        hostile,
        fc.constantFrom(1, 3, 22),
        fc.constantFrom(20, 65_536),
        fc.constantFrom(undefined, '\\'),
        (text, columns, maxRowBytes, escapeChar) => {
          const started = performance.now()
          scan(text, { columns, maxRowBytes, escapeChar })
          expect(performance.now() - started).toBeLessThan(3_000)
        },
      ),
      { numRuns: 20, examples: examples.map((text) => [text, 22, 65_536, undefined]) },
    )
  }, 60_000)
})

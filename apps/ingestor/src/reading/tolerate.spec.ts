import fc from 'fast-check'
import type { Reading } from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import type { Block, Position } from './block.ts'
import { CsvScanner } from './scan-csv.ts'

const all: Reading = {
  tolerate: ['shortRows', 'longRows', 'trailingDelimiter', 'nulBytes', 'unknownCharacters'],
}
const parts = [
  'a',
  ',',
  '"',
  '""',
  '\n',
  '\r\n',
  'b,c,d\n',
  '"e",f,g\r\n',
  ',\n',
  'é',
  '\0',
  ' ',
  '\xff',
  '#',
  'e,a ',
  'a,b',
  ',,,\n',
]
const soup = fc
  .array(fc.constantFrom(...parts), { maxLength: 60 })
  .map((some) => Buffer.concat(some.map((part) => Buffer.from(part, part === '\xff' ? 'latin1' : 'utf8'))))
const wellFormed = fc
  .array(fc.array(fc.stringMatching(/^[ab "\n,é]{0,5}$/), { minLength: 3, maxLength: 3 }), { maxLength: 9 })
  .map((rows) =>
    rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join() + '\n').join(''),
  )

interface Scan {
  reading?: Reading
  commentChar?: string
  maxRowBytes?: number
  cut?: number
}

function scan(
  bytes: Buffer,
  { commentChar, cut = bytes.length, ...how }: Scan,
  from: Position = { byte: 0, row: 0 },
) {
  const dialect = { delimiter: ',', quoteChar: '"', commentChar }
  const scanner = new CsvScanner({ dialect, columns: 3, from, ...how })
  const begin = Math.max(from.byte, Math.min(cut, bytes.length))
  const blocks = [scanner.push(bytes.subarray(from.byte, begin)), scanner.push(bytes.subarray(begin))]
  const last = scanner.finish()
  const rest: Block[] =
    last.end.byte < bytes.length ? scan(bytes, { commentChar, cut, ...how }, last.end) : []
  return [...blocks, last, ...rest]
}

const rowsOf = (blocks: Block[]) => blocks.flatMap(({ rows }) => rows)
const refusedOf = (blocks: Block[]) => blocks.flatMap(({ unreadable }) => unreadable)
const countOf = (blocks: Block[]) => blocks.flatMap(({ tolerated }) => Object.values(tolerated)).length

describe('a tolerant scanner', () => {
  it('reads each row that a strict one reads as that does, and refuses none that it does not', () => {
    fc.assert(
      fc.property(soup, fc.nat(100), fc.constantFrom(12, 1000), (bytes, cut, maxRowBytes) => {
        const strict = scan(bytes, { maxRowBytes })
        const tolerant = scan(bytes, { maxRowBytes, reading: all, cut })
        const read = new Map(rowsOf(tolerant).map((row) => [row.row, row]))
        for (const row of rowsOf(strict)) expect(read.get(row.row)).toEqual(row)
        const refused = new Map(refusedOf(strict).map((row) => [row.row, row]))
        for (const row of refusedOf(tolerant)) expect(row).toEqual(refused.get(row.row))
        expect(read.size + refusedOf(tolerant).length).toBe(rowsOf(strict).length + refused.size)
      }),
      { numRuns: 3000 },
    )
  })

  it('has nothing to let pass in a file that is well-formed', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        const bytes = Buffer.from(text)
        const tolerant = scan(bytes, { reading: all })
        expect(rowsOf(tolerant)).toEqual(rowsOf(scan(bytes, {})))
        expect([refusedOf(tolerant), countOf(tolerant)]).toEqual([[], 0])
      }),
    )
  })

  it('gives each row three cells, and refuses only what has no cells', () => {
    fc.assert(
      fc.property(soup, (bytes) => {
        const tolerant = scan(bytes, { reading: all })
        for (const { cells } of rowsOf(tolerant)) expect(cells).toHaveLength(3)
        // a row that is none without its NULs stays what it was
        for (const { reason, bytes } of refusedOf(tolerant))
          if (!bytes.includes(0)) expect(reason).not.toMatch(/^wrong number|^not UTF-8$/)
      }),
    )
  })
})

describe('comments, footers and blank rows', () => {
  const reading: Reading = { footer: ['b,c', 'é', 'e,a a,b'], tolerate: ['blankRows'] }

  it('depend on the bytes alone, not on how they were cut, and each row is one of the file', () => {
    fc.assert(
      fc.property(soup, fc.nat(100), fc.constantFrom(3, 1000), (bytes, cut, maxRowBytes) => {
        const how = { reading, commentChar: '#', maxRowBytes }
        const whole = once(bytes, how, bytes.length)
        expect(once(bytes, how, cut)).toEqual(whole)
        for (const { byte } of whole.rows) expect(bytes.toString('latin1', byte, byte + 1)).not.toBe('#')
      }),
      { numRuns: 3000 },
    )
  })

  it('are let pass as blank rows where they are no longer than a row may be', () => {
    const passed = (limit: number) =>
      once(Buffer.from(',,,,\n ,,\r\n'), { reading, maxRowBytes: limit }, 2).tolerated
    expect([4, 3, 2].map(passed)).toEqual([{ blankRows: 2 }, { blankRows: 1 }, {}])
  })

  function once(bytes: Buffer, { commentChar, reading: how, maxRowBytes }: Scan, cut: number) {
    const dialect = { delimiter: ',', quoteChar: '"', commentChar }
    const from = { byte: 0, row: 0 }
    const scanner = new CsvScanner({ dialect, columns: 3, from, reading: how, maxRowBytes })
    const blocks = [scanner.push(bytes.subarray(0, cut)), scanner.push(bytes.subarray(cut)), scanner.finish()]
    const tolerated: Record<string, number> = {}
    for (const block of blocks)
      for (const [what, count] of Object.entries(block.tolerated))
        tolerated[what] = (tolerated[what] ?? 0) + count
    return { rows: rowsOf(blocks), refused: refusedOf(blocks), end: blocks[2]!.end, tolerated }
  }
})

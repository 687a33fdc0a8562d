/** Scans bytes as a file is scanned, and makes files up: well-formed ones, and a soup of what has a meaning to a scanner. */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Block, Position } from '../src/reading/block.ts'
import { CsvScanner } from '../src/reading/scan-csv.ts'

export const dialect = { delimiter: ',', quoteChar: '"' }
export const fileStart = { byte: 0, row: 0 }

interface Options {
  columns?: number
  escapeChar?: string
  from?: Position
  maxRowBytes?: number
  cuts?: number[]
}

/** Cuts the bytes into chunks at the given offsets and scans them, again from where the first scanner must give up. */
export function scanBlocks(bytes: Buffer, options: Options = {}, passes = 1): Block[] {
  const blocks = scanOnce(bytes, options)
  const { end } = blocks.at(-1)!
  if (end.byte >= bytes.length) return blocks
  expect(passes).toBe(1)
  return [...blocks, ...scanBlocks(bytes, { ...options, from: end }, passes + 1)]
}

function scanOnce(
  bytes: Buffer,
  { columns = 3, escapeChar, from = fileStart, maxRowBytes, cuts = [] }: Options,
): Block[] {
  const scanner = new CsvScanner({ dialect: { ...dialect, escapeChar }, columns, from, maxRowBytes })
  const inside = cuts.filter((cut) => cut > from.byte && cut < bytes.length).sort((a, b) => a - b)
  const edges = [Math.min(from.byte, bytes.length), ...inside, bytes.length]
  const blocks = edges.slice(1).map((edge, i) => scanner.push(bytes.subarray(edges[i], edge)))
  return [...blocks, scanner.finish()]
}

export function scan(input: string | Buffer, options: Options = {}) {
  const blocks = scanBlocks(Buffer.from(input as string), options)
  return {
    rows: blocks.flatMap((b) => b.rows),
    unreadable: blocks.flatMap((b) => b.unreadable),
    end: blocks.at(-1)!.end,
  }
}

export const cellsOf = (input: string | Buffer, options?: Options) =>
  scan(input, options).rows.map((row) => row.cells)
export const refusals = (input: string | Buffer, options?: Options) =>
  scan(input, options).unreadable.map(({ row, bytes, reason }) => [row, bytes.toString('latin1'), reason])

export const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
export const lineEnds = fc.constantFrom('\n', '\r\n')
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
export const wellFormed = fc
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
export const soup = fc
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
      ' ',
      '\t"',
      '\u00a0',
      '\u3000',
      '\xc2',
      '\xff',
      'x'.repeat(9),
      'x'.repeat(30),
    ),
    { maxLength: 80 },
  )
  .map((parts) =>
    Buffer.concat(parts.map((part) => Buffer.from(part, /^[\xc2\xff]$/.test(part) ? 'latin1' : 'utf8'))),
  )
export const everyByte = Array.from({ length: 1500 }, (_, i) => i)
export const cutsOf = fc.array(fc.nat(400), { maxLength: 30 })

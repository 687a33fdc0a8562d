/** Files to fuzz with: tables written as CSV in any of the ways that a definition can say, and soup that is none. */
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import type { CsvDialect } from '../../apps/ingestor/src/reading/read-record.ts'

export const dialects = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', ' ', '~'),
  quoteChar: fc.constantFrom('"', "'", '*'),
  escapeChar: fc.option(fc.constantFrom('\\', '^'), { nil: undefined }),
})

/** Letters of Windows-1252, so that each table can be written in every one of the encodings. */
const letters = [
  'a',
  'B',
  '7',
  '.',
  '-',
  '€',
  'é',
  'ß',
  '’',
  '\u00a0',
  ' ',
  '\r',
  '\n',
  '\t',
  ',',
  ';',
  '|',
  '"',
  "'",
  '*',
  '~',
  '\\',
  '^',
]
const cells = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('""', '"', "''", '\r\n', ' "a"', 'x'.repeat(300), '\ufeff'.slice(1)),
  },
)

export interface Table {
  rows: string[][]
  dialect: CsvDialect
  /** of each row, with its line end */
  lines: string[]
  text: string
}

/** The first row is a header. Rows end in LF or CR LF, and the last one perhaps in nothing. */
export const tables = fc
  .tuple(fc.integer({ min: 1, max: 6 }), dialects)
  .chain(([columns, dialect]) =>
    fc.record({
      dialect: fc.constant(dialect),
      rows: fc.array(fc.array(cells, { minLength: columns, maxLength: columns }), {
        minLength: 1,
        maxLength: 20,
      }),
      quoted: fc.infiniteStream(fc.boolean()),
      escaped: fc.infiniteStream(fc.boolean()),
      ends: fc.infiniteStream(fc.constantFrom('\n', '\r\n')),
      isOpen: fc.boolean(),
    }),
  )
  .map(({ rows, dialect, quoted, escaped, ends, isOpen }): Table => {
    const end = () => ends.next().value as string
    const isEscaped = () => escaped.next().value as boolean
    const lines = rows.map((row) =>
      row.map((cell) => written(cell, dialect, row.length === 1 || quoted.next().value === true, isEscaped)),
    )
    const ended = lines.map((line) => line.join(dialect.delimiter) + end())
    const text = ended.join('')
    return { rows, dialect, lines: ended, text: isOpen ? text.replace(/\r?\n$/, '') : text }
  })

/** White space before a quote is refused, and a line that ends in nothing but a carriage return has lost it. */
function written(cell: string, dialect: CsvDialect, isQuoted: boolean, isEscaped: () => boolean): string {
  const { delimiter, quoteChar, escapeChar } = dialect
  const must =
    [delimiter, '\n', '\r'].some((mark) => cell.includes(mark)) || cell.trimStart().startsWith(quoteChar)
  if (!isQuoted && !must) return cell
  const inside = [...cell].map((char) => {
    const mark = escapeChar !== undefined && isEscaped() ? escapeChar : quoteChar
    if (char === quoteChar) return mark + char
    return char === escapeChar || (mark === escapeChar && '\r\n'.includes(char)) ? escapeChar + char : char
  })
  return quoteChar + inside.join('') + quoteChar
}

export const encodings = {
  'utf-8': (text: string) => Buffer.from(text),
  'utf-8 with its mark': (text: string) => Buffer.from(`\ufeff${text}`),
  'utf-16le': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16be': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'windows-1252': (text: string) =>
    Buffer.from(text.replaceAll('€', '\x80').replaceAll('’', '\x92'), 'latin1'),
} as const
export type EncodingName = keyof typeof encodings

export const compressed = {
  none: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) => gzipSync(bytes, { level: 1 }),
  /** as tools write it that cut a file: members one behind the other */
  gzips: (bytes: Buffer) => Buffer.concat([gzipSync(bytes.subarray(0, 40)), gzipSync(bytes.subarray(40))]),
  zstd: (bytes: Buffer) => zstdCompressSync(bytes),
  brotli: (bytes: Buffer) => brotliCompressSync(bytes, { params: {} }),
  deflate: (bytes: Buffer) => deflateSync(bytes),
} as const
export type CompressedName = keyof typeof compressed

/** What has a meaning to a scanner, a sniffer or a reader of cells, in any order, and bytes that are no text. */
const pieces = [
  'a',
  '1',
  ',',
  ';',
  '\t',
  '"',
  '""',
  "'",
  '\n',
  '\r\n',
  '\r',
  ' ',
  '\\',
  '#',
  '\0',
  'é',
  '\u3000',
  '\ufeff',
  'NA',
  '-',
  '.5',
  '1.234,5',
  '2024-01-31',
  '31.12.99',
  'true',
  'id',
  '<',
  '{"',
  '\xff',
  '\xc2',
  'x'.repeat(90),
  'Total',
  'a,b,c\n',
  '1,2,3\n',
  '"x",y,z\r\n',
]
export const soup = fc
  .array(fc.constantFrom(...pieces), { maxLength: 120 })
  .map((parts) =>
    Buffer.concat(
      parts.map((part) => Buffer.from(part, part === '\xff' || part === '\xc2' ? 'latin1' : 'utf8')),
    ),
  )

/** Sizes of the chunks that something comes in, one after the other, over and over. */
const size = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 10, max: 900 }),
  fc.integer({ min: 901, max: 70_000 }),
)
export const chunkings = fc.array(size, { minLength: 1, maxLength: 8 })

export async function* inChunks(bytes: Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}

/** The reader of files: decompressed, decoded, and cut into rows, as the ingestor opens what it has landed. */
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import type { Reading, Tolerance } from '@dsf/dataset'
import { openCsv, type CsvFile } from '../../apps/ingestor/src/reading/open-csv.ts'
import type { CsvDialect } from '../../apps/ingestor/src/reading/read-record.ts'
import { UnreadableFileError } from '../../apps/ingestor/src/reading/unreadable-file.ts'
import { decompressLimited, measuredBefore } from '../../apps/ingestor/src/reading/decompress.ts'
import type { Block } from '../../apps/ingestor/src/reading/block.ts'
import { toUtf8 } from '../../apps/ingestor/src/reading/to-utf8.ts'
import { dressedTables } from './dressed.ts'
import { expectEqual, property } from './property.ts'
import {
  chunkings,
  compressed,
  dialects,
  encodings,
  inChunks,
  soup,
  tables,
  type CompressedName,
  type EncodingName,
} from './files.ts'

const names = <T extends object>(table: T) => fc.constantFrom(...(Object.keys(table) as (keyof T)[]))

function bytesOf(file: Buffer, compression: CompressedName, encoding: EncodingName, sizes: number[]) {
  const name = compression === 'gzips' ? 'gzip' : compression
  const sent = inChunks(file, sizes)
  const plain = name === 'none' ? sent : decompressLimited(sent, name, measuredBefore)
  return toUtf8(plain, encoding === 'windows-1252' ? encoding : 'utf-8', () => undefined)
}

async function blocksOf(file: CsvFile, from?: Block['end']): Promise<Block[]> {
  const blocks: Block[] = []
  for await (const block of file.blocks(from)) blocks.push(block)
  return blocks
}
const rowsOf = (blocks: Block[]) => blocks.flatMap(({ rows }) => rows)
const refusedOf = (blocks: Block[]) => blocks.flatMap(({ unreadable }) => unreadable)

const asWritten = property(
  'a table in any dialect, encoding and compression comes back as it was written, however it is sent',
  () =>
    fc.asyncProperty(
      tables,
      names(encodings),
      names(compressed),
      chunkings,
      async (table, encoding, compression, sizes) => {
        const file = compressed[compression](encodings[encoding](table.text))
        const csv = await openCsv(() => bytesOf(file, compression, encoding, sizes), {
          dialect: table.dialect,
        })
        const blocks = await blocksOf(csv)
        expectEqual(refusedOf(blocks), [])
        expectEqual([csv.header, ...rowsOf(blocks).map(({ cells }) => cells)], table.rows)
      },
    ),
)

const dressedAsWritten = property(
  'a table comes back without the lines above its header, those below it, its comments and its footer, which are counted',
  () =>
    fc.asyncProperty(dressedTables, names(encodings), chunkings, async (table, encoding, sizes) => {
      const { text, dialect, reading, header, rows, comments, footerLines } = table
      // of a character that is none of its encoding nothing comes back
      const written = encoding === 'windows-1252' ? text.replaceAll('Σ', 'T') : text
      const footer = encoding === 'windows-1252' ? ['Total', 'Source:', 'T'.repeat(90)] : reading.footer
      const file = encodings[encoding](written)
      const csv = await openCsv(() => bytesOf(file, 'none', encoding, sizes), {
        dialect,
        reading: { footer },
      })
      const blocks = await blocksOf(csv)
      expectEqual(refusedOf(blocks), [])
      expectEqual([csv.header, ...rowsOf(blocks).map(({ cells }) => cells)], [header, ...rows])
      expectEqual([countOf(blocks, 'comments'), countOf(blocks, 'footer')], [comments, footerLines])
    }),
)

const countOf = (blocks: Block[], what: string) =>
  blocks.reduce((sum, { tolerated }) => sum + (tolerated[what] ?? 0), 0)

/** Undefined for a file that is refused as a whole, which it must be in so many words. */
async function opened(
  bytes: Buffer,
  sizes: number[],
  options: Parameters<typeof openCsv>[1],
): Promise<CsvFile | undefined> {
  try {
    return await openCsv(() => inChunks(bytes, sizes), options)
  } catch (error) {
    if (error instanceof UnreadableFileError) return undefined
    throw error
  }
}

const neverWrong = property(
  'of any bytes, each row that is read is one that csv-parse reads at its place, and no byte is left out',
  () =>
    fc.asyncProperty(
      soup,
      dialects,
      chunkings,
      fc.integer({ min: 20, max: 400 }),
      async (bytes, { delimiter, quoteChar }, sizes, maxRowBytes) => {
        const dialect = { delimiter, quoteChar }
        const csv = await opened(bytes, sizes, { dialect, maxRowBytes })
        if (!csv) return
        const blocks = await blocksOf(csv)
        const places = [...rowsOf(blocks), ...refusedOf(blocks)].sort((one, other) => one.row - other.row)
        expectEqual(
          places.map(({ row }) => row),
          places.map((_, i) => i + 1),
        )
        places.forEach((place, i) => {
          if (!('cells' in place)) return
          const end = places[i + 1]?.byte ?? bytes.length
          expectEqual(place.cells, independently(bytes.subarray(place.byte, end), dialect))
        })
        expectEqual(blocks.at(-1)!.end.byte, bytes.length)
      },
    ),
)

/** A parser that shares no code with ours. It has no escapes that are text elsewhere. Behind the row there are blank lines at most. */
function independently(bytes: Buffer, { delimiter, quoteChar }: CsvDialect): string[] {
  const options = {
    delimiter,
    quote: quoteChar,
    escape: quoteChar,
    relax_quotes: true,
    record_delimiter: ['\r\n', '\n'],
  }
  const text = `${bytes.toString()}\n`.replace(/(\r?\n)+$/, '')
  const [row = ['']]: string[][] = parse(text, options)
  return row
}

const tolerate: Tolerance[] = [
  ...(['shortRows', 'longRows', 'trailingDelimiter', 'blankRows'] as const),
  ...(['nulBytes', 'unknownCharacters'] as const),
]
const lines = fc.constantFrom<Partial<CsvDialect>>(
  {},
  { commentChar: '#' },
  { headerRows: [3] },
  { headerRows: [2, 3], commentRows: [1, 4, 5] },
)
const readings = fc.constantFrom<Reading | undefined>(
  undefined,
  { tolerate },
  { footer: ['Total', `"x",y${'x'.repeat(90)}`], tolerate: ['shortRows'] },
)

const anyCut = property(
  'any bytes are read the same however they are cut, and from the end of any block on',
  () =>
    fc.asyncProperty(
      soup,
      fc.tuple(dialects, lines, readings, fc.constantFrom(16, 64, 3000)),
      chunkings,
      chunkings,
      fc.nat(),
      async (bytes, [marks, words, reading, maxRowBytes], one, other, pick) => {
        const dialect = { ...marks, ...words, skipInitialSpace: pick % 2 === 0 }
        if (dialect.commentChar === dialect.quoteChar) return
        const options = { dialect, reading, maxRowBytes }
        // every third time more than the ingestor gathers before it scans
        const times = pick % 3 === 0 ? Math.ceil(140_000 / (bytes.length + 1)) : 1 + (pick % 7)
        const long = Buffer.concat(Array.from({ length: times }, () => bytes))
        const [csv, again] = [await opened(long, one, options), await opened(long, other, options)]
        if (!csv || !again) return expectEqual(csv, again)
        expectEqual(csv.header, again.header)
        const [found, same] = [await told(csv), await told(again)]
        expectEqual(same, found)
        if (found.refusal !== undefined) return
        const blocks = await blocksOf(csv)
        const at = pick % blocks.length
        const rest = blocks.slice(at + 1)
        const resumed = await blocksOf(again, blocks[at]!.end)
        expectEqual([rowsOf(resumed), refusedOf(resumed)], [rowsOf(rest), refusedOf(rest)])
      },
    ),
)

/** All that a file is read as; a footer that is too long is told before its end, and what stands above it may have been read. */
async function told(csv: CsvFile) {
  try {
    const blocks = await blocksOf(csv)
    const passed = [...tolerate, 'comments', 'footer'].map((what) => countOf(blocks, what))
    return { rows: rowsOf(blocks), refused: refusedOf(blocks), passed }
  } catch (error) {
    if (error instanceof UnreadableFileError) return { refusal: error.message }
    throw error
  }
}

export const readerProperties = [asWritten, dressedAsWritten, neverWrong, anyCut]

/** The reader of files: decompressed, decoded, and cut into rows, as the ingestor opens what it has landed. */
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { openCsv, type CsvFile } from '../../apps/ingestor/src/reading/open-csv.ts'
import { UnreadableFileError } from '../../apps/ingestor/src/reading/unreadable-file.ts'
import { decompressLimited, measuredBefore } from '../../apps/ingestor/src/reading/decompress.ts'
import type { Block } from '../../apps/ingestor/src/reading/scan-csv.ts'
import { toUtf8 } from '../../apps/ingestor/src/reading/to-utf8.ts'
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
      async (bytes, dialect, sizes, maxRowBytes) => {
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

/** A parser that shares no code with ours. Behind the row there are blank lines at most. */
function independently(
  bytes: Buffer,
  { delimiter, quoteChar }: { delimiter: string; quoteChar: string },
): string[] {
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

const anyCut = property(
  'any bytes are read the same however they are cut, and from the end of any block on',
  () =>
    fc.asyncProperty(
      soup,
      dialects,
      chunkings,
      chunkings,
      fc.nat(),
      async (bytes, dialect, one, other, pick) => {
        const options = { dialect, maxRowBytes: 64 }
        // every third time more than the ingestor gathers before it scans
        const times = pick % 3 === 0 ? Math.ceil(140_000 / (bytes.length + 1)) : 1 + (pick % 7)
        const long = Buffer.concat(Array.from({ length: times }, () => bytes))
        const [csv, again] = [await opened(long, one, options), await opened(long, other, options)]
        if (!csv || !again) return expectEqual(csv, again)
        const blocks = await blocksOf(csv)
        const told = (found: Block[]) => ({ rows: rowsOf(found), refused: refusedOf(found) })
        expectEqual(told(await blocksOf(again)), told(blocks))
        const at = pick % blocks.length
        expectEqual(told(await blocksOf(again, blocks[at]!.end)), told(blocks.slice(at + 1)))
      },
    ),
)

export const readerProperties = [asWritten, neverWrong, anyCut]

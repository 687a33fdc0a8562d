/** Opens a decompressed CSV file: its header first, then its rows block by block. */
import type { Reading } from '@dsf/dataset'
import { firstRow, readHeader, type Header } from './read-header.ts'
import type { CsvDialect } from './read-record.ts'
import type { Block, Position } from './block.ts'
import { CsvScanner, defaultMaxRowBytes } from './scan-csv.ts'
import { namesOf } from './tolerate.ts'
import { UnreadableFileError } from './unreadable-file.ts'

/** Enough to recognise an HTML page behind its comments. */
const sniffedBytes = 512
/** Chunks are gathered to this size at least, or to that of a row: many tiny ones would each have a row begun anew. */
const leastBytes = 64 * 1024

export interface OpenCsvOptions {
  dialect: CsvDialect
  reading?: Reading
  maxRowBytes?: number
  /** Of a file that has no header: it begins with a row of these. */
  columns?: string[]
  /** Names what the file is instead of CSV, from its first bytes; asked before the header is judged. */
  sniff?: (head: Buffer) => string | undefined
}

export interface CsvFile {
  header: string[]
  /** With `from`, the bytes up to there are read past and not scanned. */
  blocks: (from?: Position) => AsyncGenerator<Block>
}

/** The decompressed bytes of a file from its first one on, as often as it is asked for them. */
export type OpenBytes = () => AsyncIterable<Buffer> | Promise<AsyncIterable<Buffer>>

/** Reads the header of a file, then its rows block by block. */
export async function openCsv(open: OpenBytes, options: OpenCsvOptions): Promise<CsvFile> {
  const { dialect, reading, maxRowBytes = defaultMaxRowBytes } = options
  const read = async () => gathered(await open(), Math.max(leastBytes, maxRowBytes))
  const header = await headerOf(await read(), { ...options, maxRowBytes })
  const names = namesOf(header.cells, reading?.tolerate)
  const columns = names.length
  async function* pass(from: Position): AsyncGenerator<Block, Position | undefined> {
    const scanner = new CsvScanner({ dialect, reading, columns, from, maxRowBytes })
    let seen = 0
    for await (const chunk of await read()) {
      const skip = Math.max(0, from.byte - seen)
      seen += chunk.length
      if (skip < chunk.length) yield scanner.push(chunk.subarray(skip))
      refuseFooter(scanner)
    }
    if (seen < from.byte)
      throw new UnreadableFileError(`the file ends ${from.byte - seen} bytes before byte ${from.byte}`)
    const last = scanner.finish()
    refuseFooter(scanner)
    yield last
    return last.end.byte < seen && !scanner.footer ? last.end : undefined
  }
  async function* blocks(start: Position = header.end): AsyncGenerator<Block> {
    if (start.byte < header.end.byte)
      throw new RangeError(`byte ${start.byte} lies before the first row at ${header.end.byte}`)
    // a second pass only behind a quote that never closed, and never a third: see CsvScanner.finish
    for (let from: Position | undefined = start; from;) from = yield* pass(from)
  }
  return { header: names, blocks }
}

function refuseFooter({ footer }: CsvScanner): void {
  if (footer?.problem) throw new UnreadableFileError(footer.problem)
}

async function headerOf(
  chunks: AsyncIterable<Buffer>,
  { dialect, maxRowBytes, columns, sniff }: OpenCsvOptions,
): Promise<Header> {
  let head = Buffer.alloc(0)
  const judge = (final: boolean) => {
    if (!final && head.length < sniffedBytes) return undefined
    const foreign = sniff?.(head)
    if (foreign) throw new UnreadableFileError(foreign)
    if (!columns) return readHeader(head, dialect, final, maxRowBytes)
    const end = firstRow(head, dialect, final, maxRowBytes)
    return end && { cells: columns, end }
  }
  for await (const chunk of chunks) {
    head = Buffer.concat([head, chunk])
    const header = judge(false)
    if (header) return header
  }
  return judge(true)!
}

/** The same bytes in chunks of at least `least`, but for the last one. */
async function* gathered(chunks: AsyncIterable<Buffer>, least: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    waiting.push(chunk)
    length += chunk.length
    if (length < least) continue
    yield waiting.length === 1 ? chunk : Buffer.concat(waiting)
    waiting = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(waiting)
}

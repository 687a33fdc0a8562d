/** Opens a decompressed CSV file: its header first, then its rows block by block. */
import { readRecord, type CsvDialect, type CsvRecord } from './read-record.ts'
import { CsvScanner, defaultMaxRowBytes, textProblem, type Block, type Position } from './scan-csv.ts'

/** Enough to recognise an HTML page behind its comments. */
const sniffedBytes = 512
/** Chunks are gathered to this size at least, or to that of a row: many tiny ones would each have a row begun anew. */
const leastBytes = 64 * 1024

/** The file as a whole cannot be read; no retry will help. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
}

/** Cells of the header row, and where the first data row starts. */
export interface Header {
  cells: string[]
  end: Position
}

/** The header, without byte order mark, or undefined when `head` does not hold all of it and is not `final`. */
export function readHeader(
  head: Buffer,
  dialect: CsvDialect,
  final: boolean,
  maxRowBytes = defaultMaxRowBytes,
): Header | undefined {
  const text = head.toString('latin1') + (final ? '\n' : '')
  const at = leadingBytes(text)
  if (at >= head.length) return noHeaderYet(at, final, maxRowBytes)
  const record = readRecord(text, at, text.lastIndexOf('\n'), dialect, maxRowBytes)
  const length = (record?.end ?? text.length - 2) - at
  const problem =
    length > maxRowBytes
      ? `longer than ${maxRowBytes} bytes, which is source.maxRowBytes of the dataset`
      : headerProblem(head, at, record, final)
  if (problem) throw new UnreadableFileError(`the header row cannot be read: ${problem}${hintOf(text)}`)
  return record && { cells: record.cells, end: { byte: Math.min(record.next, head.length), row: 0 } }
}

/** `at` is where the header row begins. */
function headerProblem(
  head: Buffer,
  at: number,
  record: CsvRecord | undefined,
  final: boolean,
): string | undefined {
  if (!record) return final ? 'unclosed quote' : undefined
  return record.problem ?? textProblem(head.subarray(at, record.end))
}

/** A line end that is none to us is the likely reason why everything looks like one row. A CR in a later row says nothing. */
export function hintOf(beginning: string): string {
  return /^[^\n]*\r[^\n]/.test(beginning)
    ? '; its lines seem to end in CR alone, expected are LF or CR LF'
    : ''
}

function noHeaderYet(blank: number, final: boolean, maxRowBytes: number): undefined {
  if (final) throw new UnreadableFileError('the file is empty')
  if (blank > maxRowBytes) throw new UnreadableFileError(`the file begins with ${blank} bytes of blank lines`)
}

const firstRow = (head: Buffer): Position => ({ byte: lengthOfMark(head.toString('latin1')), row: 0 })

const lengthOfMark = (text: string): number => (text.startsWith('\xef\xbb\xbf') ? 3 : 0)

/** Length of a byte order mark and blank lines before the header. */
function leadingBytes(text: string): number {
  let at = lengthOfMark(text)
  for (;;) {
    if (text.startsWith('\n', at)) at++
    else if (text.startsWith('\r\n', at)) at += 2
    else return at
  }
}

export interface OpenCsvOptions {
  dialect: CsvDialect
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
  const { dialect, maxRowBytes = defaultMaxRowBytes } = options
  const read = async () => gathered(await open(), Math.max(leastBytes, maxRowBytes))
  const header = await headerOf(await read(), { ...options, maxRowBytes })
  const columns = header.cells.length
  async function* pass(from: Position): AsyncGenerator<Block, Position | undefined> {
    const scanner = new CsvScanner({ dialect, columns, from, maxRowBytes })
    let seen = 0
    for await (const chunk of await read()) {
      const skip = Math.max(0, from.byte - seen)
      seen += chunk.length
      if (skip < chunk.length) yield scanner.push(chunk.subarray(skip))
    }
    if (seen < from.byte)
      throw new UnreadableFileError(`the file ends ${from.byte - seen} bytes before byte ${from.byte}`)
    const last = scanner.finish()
    yield last
    return last.end.byte < seen ? last.end : undefined
  }
  async function* blocks(start: Position = header.end): AsyncGenerator<Block> {
    if (start.byte < header.end.byte)
      throw new RangeError(`byte ${start.byte} lies before the first row at ${header.end.byte}`)
    // a second pass only behind a quote that never closed, and never a third: see CsvScanner.finish
    for (let from: Position | undefined = start; from;) from = yield* pass(from)
  }
  return { header: header.cells, blocks }
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
    return columns ? { cells: columns, end: firstRow(head) } : readHeader(head, dialect, final, maxRowBytes)
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

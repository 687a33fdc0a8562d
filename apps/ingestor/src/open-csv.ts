/** Opens a decompressed CSV file: its header first, then its rows block by block. */
import { readRecord, type RawRecord } from './read-record.ts'
import {
  CsvScanner,
  defaultMaxRowBytes,
  textProblem,
  type Block,
  type CsvDialect,
  type Position,
} from './scan-csv.ts'

/** Enough to recognise an HTML page behind its comments. */
const sniffedBytes = 512
const noBytes = Buffer.alloc(0)

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
  const record = readRecord(text, at, text.lastIndexOf('\n'), dialect, Infinity, maxRowBytes)
  const length = (record?.end ?? text.length - 2) - at
  const problem =
    length > maxRowBytes ? `longer than ${maxRowBytes} bytes` : headerProblem(head, at, record, final)
  if (problem) throw new UnreadableFileError(`the header row cannot be read: ${problem}`)
  return record && { cells: record.cells, end: { byte: Math.min(record.next, head.length), row: 0 } }
}

/** `at` is where the header row begins. */
function headerProblem(
  head: Buffer,
  at: number,
  record: RawRecord | undefined,
  final: boolean,
): string | undefined {
  if (!record) return final ? 'unclosed quote' : undefined
  return record.problem ?? textProblem(head.subarray(at, record.end))
}

function noHeaderYet(blank: number, final: boolean, maxRowBytes: number): undefined {
  if (final) throw new UnreadableFileError('the file is empty')
  if (blank > maxRowBytes) throw new UnreadableFileError(`the file begins with ${blank} bytes of blank lines`)
}

/** Length of a byte order mark and blank lines before the header. */
function leadingBytes(text: string): number {
  return /^(?:\xef\xbb\xbf)?(?:\r?\n)*/.exec(text)![0].length
}

export interface OpenCsvOptions {
  dialect: CsvDialect
  maxRowBytes?: number
  /** Names what the file is instead of CSV, from its first bytes; asked before the header is judged. */
  sniff?: (head: Buffer) => string | undefined
}

export interface CsvFile {
  header: string[]
  /** To be called once. With `from`, the bytes up to there are read past and not scanned. */
  blocks: (from?: Position) => AsyncGenerator<Block>
}

/** Reads the header of a decompressed file from its first byte on, then its rows block by block. */
export async function openCsv(chunks: AsyncIterable<Buffer>, options: OpenCsvOptions): Promise<CsvFile> {
  const { dialect, maxRowBytes, sniff } = options
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Buffer = noBytes
  let header: Header | undefined
  try {
    for (let final = false; !header;) {
      const next = await iterator.next()
      final = next.done === true
      if (!next.done) head = Buffer.concat([head, next.value])
      if (!final && head.length < sniffedBytes) continue
      const foreign = sniff?.(head)
      if (foreign) throw new UnreadableFileError(foreign)
      header = readHeader(head, dialect, final, maxRowBytes)
    }
  } catch (error) {
    await iterator.return?.()
    throw error
  }
  const { cells, end } = header
  const nextChunk = async () => {
    const next = await iterator.next()
    return next.done ? undefined : next.value
  }
  async function* blocks(from: Position = end): AsyncGenerator<Block> {
    if (from.byte < end.byte)
      throw new RangeError(`byte ${from.byte} lies before the first row at ${end.byte}`)
    const scanner = new CsvScanner({ dialect, columns: cells.length, from, maxRowBytes })
    let skip = from.byte
    try {
      for (let chunk: Buffer | undefined = head; chunk; chunk = await nextChunk()) {
        if (chunk.length > skip) yield scanner.push(skip > 0 ? chunk.subarray(skip) : chunk)
        skip = Math.max(0, skip - chunk.length)
      }
      if (skip > 0) throw new UnreadableFileError(`the file ends ${skip} bytes before byte ${from.byte}`)
      yield scanner.finish()
    } finally {
      await iterator.return?.()
    }
  }
  return { header: cells, blocks }
}

/** An incremental CSV scanner: rows out, exact byte positions to resume from, and the original bytes of every bad row. */
import { isUtf8 } from 'node:buffer'
import { BadRecord } from './bad-record.ts'
import { CR, LF, readRecord, type CsvDialect, type CsvRecord } from './read-record.ts'

/** Where a row may start: a byte of the decompressed file, and how many data rows lie before it. */
export interface Position {
  byte: number
  row: number
}

/** `row` counts from 1, the header and blank lines not counted; `byte` is where the row begins in the file. */
export interface ScannedRow {
  row: number
  byte: number
  cells: string[]
}

/** `bytes` are those of the file, without the line end and cut at `maxRowBytes`. */
export interface UnreadableRow {
  row: number
  byte: number
  bytes: Buffer
  reason: string
}

/** What one chunk completed. */
export interface Block {
  rows: ScannedRow[]
  unreadable: UnreadableRow[]
  /** A scanner started here yields exactly what is still to come. */
  end: Position
}

export interface ScannerOptions {
  dialect: CsvDialect
  /** Cells per row: those of the header. */
  columns: number
  from: Position
  maxRowBytes?: number
}

export const defaultMaxRowBytes = 65_536
const lineEnd = Buffer.from('\n')
const noBytes = Buffer.alloc(0)

function emptyBlock(end: Position): Block {
  return { rows: [], unreadable: [], end }
}

/**
 * Feed it the chunks that follow `from`, then call `finish`. What it yields depends on the bytes alone, never on how
 * they were cut into chunks. Holds at most one chunk and `maxRowBytes`.
 *
 * A record that cannot be read is one refused row, from its first byte to its real end, so that no text inside its quotes
 * becomes a row. Only a record with a quote that never closes has no such end: it ends with the line in which that quote
 * stands, and scanning goes on behind it.
 */
export class CsvScanner {
  readonly #dialect: CsvDialect
  readonly #columns: number
  readonly #maxRowBytes: number
  /** Bytes from `#at.byte` on that do not make up a whole record yet. */
  #rest: Buffer = noBytes
  #at: Position
  /** The record at `#at` when it is longer than the limit: its bytes are gone. */
  #long: BadRecord | undefined

  constructor({ dialect, columns, from, maxRowBytes = defaultMaxRowBytes }: ScannerOptions) {
    for (const [name, char] of Object.entries({ delimiter: dialect.delimiter, quoteChar: dialect.quoteChar }))
      if (!/^[\t\x20-\x7e]$/.test(char))
        throw new TypeError(`${name} must be one ASCII character, not ${JSON.stringify(char)}`)
    if (dialect.delimiter === dialect.quoteChar) throw new TypeError('delimiter and quoteChar must differ')
    this.#dialect = dialect
    this.#columns = columns
    this.#maxRowBytes = maxRowBytes
    this.#at = { ...from }
  }

  push(chunk: Buffer): Block {
    const block = emptyBlock({ ...this.#at })
    this.#scan(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]), block, false)
    return block
  }

  /**
   * The rows that only the end of the file completes. Behind a quote that never closed, `end` may lie before the end of the
   * file: those bytes are gone, and a new scanner must be given them. That happens at most once in a file: `RecordEnd`
   * says why.
   */
  finish(): Block {
    const block = emptyBlock({ ...this.#at })
    const fileEnd = this.#at.byte + (this.#long?.length ?? this.#rest.length)
    if (this.#long) this.#refuse(block, this.#long)
    else if (this.#rest.length > 0) this.#scan(Buffer.concat([this.#rest, lineEnd]), block, true)
    block.end.byte = this.#at.byte = Math.min(this.#at.byte, fileEnd)
    return block
  }

  // eslint-disable-next-line complexity -- once per row of a file; its parts share six positions
  #scan(bytes: Buffer, block: Block, final: boolean): void {
    const start = this.#long ? this.#endLong(this.#long, bytes, block) : 0
    if (start < 0) return
    const base = this.#at.byte - start
    const text = bytes.toString('latin1')
    const lastLineEnd = text.lastIndexOf('\n')
    // Native checks of the whole block spare most rows a check of their own.
    const clean = !bytes.includes(0) && isUtf8(bytes.subarray(start, lastLineEnd + 1))
    const limit = this.#maxRowBytes
    let { row } = this.#at
    let at = start
    while (at <= lastLineEnd) {
      const code = text.charCodeAt(at)
      if (code === LF || (code === CR && text.charCodeAt(at + 1) === LF)) {
        at += code === LF ? 1 : 2
        continue
      }
      const record = readRecord(text, at, lastLineEnd, this.#dialect, limit)
      if (
        record?.cells.length === this.#columns &&
        !record.problem &&
        record.end - at <= limit &&
        (clean || !textProblem(bytes.subarray(at, record.end)))
      ) {
        block.rows.push({ row: ++row, byte: base + at, cells: record.cells })
        at = record.next
        continue
      }
      const bad = new BadRecord(this.#dialect, limit)
      if (bad.push(bytes, at) < 0 && !final) break
      this.#at = { byte: base + at, row }
      this.#refuse(block, bad, record)
      row = this.#at.row
      at = this.#at.byte - base
    }
    this.#at = { byte: base + at, row }
    block.end = { ...this.#at }
    this.#keep(bytes.subarray(at))
  }

  /** What is left of the bytes waits for more, or is gone when it is too much for a row. */
  #keep(rest: Buffer): void {
    this.#rest = rest
    if (rest.length <= this.#maxRowBytes + 2) return
    this.#long = new BadRecord(this.#dialect, this.#maxRowBytes)
    this.#long.push(rest, 0)
    this.#rest = noBytes
  }

  /** Index behind the long record, or -1 while it goes on. Until then `#at` stays where a resume must read again. */
  #endLong(long: BadRecord, bytes: Buffer, block: Block): number {
    const next = long.push(bytes, 0)
    if (next < 0) return next
    this.#refuse(block, long)
    this.#long = undefined
    return next
  }

  #refuse(block: Block, bad: BadRecord, record?: CsvRecord): void {
    const { byte, row } = this.#at
    const { bytes, length, isLong } = bad.refused()
    const faults = bad.isUnclosed ? ['unclosed quote'] : []
    if (isLong) faults.push(`longer than ${this.#maxRowBytes} bytes`)
    const reason = faults.join(', ') || this.#reason(record!, bytes)
    block.unreadable.push({ row: row + 1, byte, bytes, reason })
    this.#at = { byte: byte + length, row: row + 1 }
    block.end = { ...this.#at }
  }

  #reason({ problem, cells }: CsvRecord, bytes: Buffer): string {
    if (problem) return problem
    if (cells.length === this.#columns) return textProblem(bytes)!
    return `wrong number of cells: ${cells.length}, expected ${this.#columns}`
  }
}

export function textProblem(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return 'holds a NUL byte'
  return isUtf8(bytes) ? undefined : 'not UTF-8'
}

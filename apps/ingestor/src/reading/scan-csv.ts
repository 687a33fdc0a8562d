/** An incremental CSV scanner: rows out, exact byte positions to resume from, and the original bytes of every bad row. */
import { isUtf8 } from 'node:buffer'
import type { Reading } from '@dsf/dataset'
import { BadRecord } from './bad-record.ts'
import { count, emptyBlock, type Block, type Position } from './block.ts'
import { checkMarks } from './check-marks.ts'
import { Footer } from './footer.ts'
import { startsOf, type Starts } from './line-starts.ts'
import { menderOf, type Mend } from './tolerate.ts'
import { CR, LF, readRecord, type CsvDialect, type CsvRecord } from './read-record.ts'

export interface ScannerOptions {
  dialect: CsvDialect
  reading?: Reading
  /** Cells per row: those of the header. */
  columns: number
  from: Position
  maxRowBytes?: number
}

export const defaultMaxRowBytes = 65_536
const lineEnd = Buffer.from('\n')
const noBytes = Buffer.alloc(0)

/**
 * Feed it the chunks that follow `from`, then call `finish`. What it yields depends on the bytes alone, never on how
 * they were cut into chunks. Holds at most one chunk and `maxRowBytes`, or the beginning of a footer where that is longer.
 *
 * A record that cannot be read is one refused row, from its first byte to its real end, so that no text inside its quotes
 * becomes a row. Only a record with a quote that never closes has no such end: it ends with the line in which that quote
 * stands, and scanning goes on behind it.
 */
export class CsvScanner {
  readonly #dialect: CsvDialect
  readonly #columns: number
  readonly #maxRowBytes: number
  readonly #starts: Starts | undefined
  readonly #mend: Mend | undefined
  /** Bytes from `#at.byte` on that do not make up a whole record yet. */
  #rest: Buffer = noBytes
  #at: Position
  /** The record at `#at` when it is longer than the limit: its bytes are gone. */
  #long: BadRecord | undefined
  /** Of a comment at `#at` that is longer than the limit, the bytes that are gone. */
  #longComment = 0
  #footer: Footer | undefined

  constructor({ dialect, reading, columns, from, maxRowBytes = defaultMaxRowBytes }: ScannerOptions) {
    checkMarks(dialect)
    this.#dialect = dialect
    const blank = reading?.tolerate?.includes('blankRows') ? dialect : undefined
    this.#starts = startsOf({ commentChar: dialect.commentChar, footer: reading?.footer, blank })
    this.#mend = menderOf(reading?.tolerate, dialect, columns)
    this.#columns = columns
    this.#maxRowBytes = maxRowBytes
    this.#at = { ...from }
  }

  /** What follows the last row, which `end` stands before then. */
  get footer(): Footer | undefined {
    return this.#footer
  }

  push(chunk: Buffer): Block {
    const block = emptyBlock({ ...this.#at })
    if (this.#footer) this.#footer.push(chunk)
    else this.#scan(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]), block, false)
    return block
  }

  /**
   * The rows that only the end of the file completes. Behind a quote that never closed, `end` may lie before the end of the
   * file: those bytes are gone, and a new scanner must be given them. That happens at most once in a file: `RecordEnd`
   * says why.
   */
  finish(): Block {
    const block = emptyBlock({ ...this.#at })
    const fileEnd = this.#at.byte + (this.#long?.length ?? this.#longComment + this.#rest.length)
    if (this.#longComment > 0) {
      this.#at.byte = fileEnd
      count(block, 'comments')
    }
    if (this.#long) this.#refuse(block, this.#long)
    else if (this.#rest.length > 0) this.#scan(Buffer.concat([this.#rest, lineEnd]), block, true)
    if (this.#footer) count(block, 'footer', this.#footer.lines)
    block.end.byte = this.#at.byte = this.#footer ? this.#at.byte : Math.min(this.#at.byte, fileEnd)
    return block
  }

  // eslint-disable-next-line complexity -- once per row of a file; its parts share six positions
  #scan(bytes: Buffer, block: Block, final: boolean): void {
    const start = this.#begun(bytes, block)
    if (start < 0) return
    const base = this.#at.byte - start
    const text = bytes.toString('latin1')
    const lastLineEnd = text.lastIndexOf('\n')
    // Native checks of the whole block spare most rows a check of their own.
    const clean = !bytes.includes(0) && isUtf8(bytes.subarray(start, lastLineEnd + 1))
    const limit = this.#maxRowBytes
    const starts = this.#starts
    let { row } = this.#at
    let at = start
    while (at <= lastLineEnd) {
      const code = text.charCodeAt(at)
      if (code === LF || (code === CR && text.charCodeAt(at + 1) === LF)) {
        at += code === LF ? 1 : 2
        continue
      }
      if (starts?.mayBe[code] === 1) {
        if (starts.isFooter(text, at)) {
          this.#footer = new Footer(base + at)
          break
        }
        const passed = starts.passed(text, at, limit)
        if (passed) {
          at = passed.next
          count(block, passed.what)
          continue
        }
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
      const mended = record && this.#mended(record, bytes, at)
      if (mended) {
        for (const one of mended.tolerated) count(block, one)
        block.rows.push({ row: ++row, byte: base + at, cells: mended.cells })
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
    if (this.#footer) this.#endAtFooter(bytes.subarray(at, bytes.length - (final ? lineEnd.length : 0)))
    else this.#keep(bytes.subarray(at))
  }

  #mended(record: CsvRecord, bytes: Buffer, at: number) {
    const isWhole = !record.problem && record.end - at <= this.#maxRowBytes
    return isWhole ? this.#mend?.(record, bytes.subarray(at, record.end)) : undefined
  }

  #endAtFooter(bytes: Buffer): void {
    this.#footer!.push(bytes)
    this.#rest = noBytes
  }

  /** What is left of the bytes waits for more, or is gone when it is too much for a row. */
  #keep(rest: Buffer): void {
    this.#rest = rest
    const longest = this.#starts?.longest ?? 0
    if (rest.length <= Math.max(this.#maxRowBytes + 2, longest)) return
    this.#rest = noBytes
    const beginning = rest.toString('latin1', 0, longest)
    if (this.#starts?.isFooter(beginning, 0)) {
      this.#footer = new Footer(this.#at.byte)
      this.#footer.push(rest)
    } else if (this.#starts?.isComment(beginning, 0)) this.#longComment = rest.length
    else this.#keepLong(rest)
  }

  #keepLong(rest: Buffer): void {
    this.#long = new BadRecord(this.#dialect, this.#maxRowBytes)
    this.#long.push(rest, 0)
  }

  /** Index behind what began before these bytes and is gone, or -1 while it goes on. */
  #begun(bytes: Buffer, block: Block): number {
    if (this.#long) return this.#endLong(this.#long, bytes, block)
    if (this.#longComment === 0) return 0
    const end = bytes.indexOf(LF)
    this.#longComment += end < 0 ? bytes.length : end + 1
    if (end < 0) return -1
    this.#at.byte += this.#longComment
    this.#longComment = 0
    count(block, 'comments')
    return end + 1
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

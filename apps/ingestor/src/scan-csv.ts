/** An incremental CSV scanner: rows out, exact byte positions to resume from, and the original bytes of every bad row. */
import { isUtf8 } from 'node:buffer'
import { CR, LF, readRecord, type RawRecord } from './read-record.ts'

/** A doubled quote inside quotes stands for one quote; the first row is the header. Rows end in LF or CR LF, mixed or not. */
export interface CsvDialect {
  delimiter: string
  quoteChar: string
}

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
 * A record that cannot be cut into cells (stray quotes, wrong number of cells, too long) is refused by its first line
 * only, and scanning goes on at the second: a quote that was never closed does not cost the rows it swallowed.
 */
export class CsvScanner {
  readonly #dialect: CsvDialect
  readonly #columns: number
  readonly #maxRowBytes: number
  /** Bytes from `#at.byte` on that do not make up a whole record yet. */
  #rest: Buffer = noBytes
  #at: Position
  /** The beginning of a line that is too long, and how many of its bytes are already gone. */
  #endless: { bytes: Buffer; length: number } | undefined

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
    return this.#scan(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]), false)
  }

  /** The rows that only the end of the file completes. */
  finish(): Block {
    if (this.#rest.length === 0 && !this.#endless) return emptyBlock({ ...this.#at })
    const fileEnd = this.#at.byte + (this.#endless?.length ?? 0) + this.#rest.length
    const block = this.#scan(Buffer.concat([this.#rest, lineEnd]), true)
    block.end.byte = this.#at.byte = fileEnd
    return block
  }

  // eslint-disable-next-line complexity -- once per row of a file; its parts share six positions
  #scan(bytes: Buffer, final: boolean): Block {
    const block = emptyBlock({ ...this.#at })
    const start = this.#endless ? this.#skipEndlessLine(this.#endless, bytes, block) : 0
    if (start < 0) return block
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
      let record = readRecord(text, at, lastLineEnd, this.#dialect, this.#columns, limit)
      if (!record && !final) {
        if (bytes.length - at <= limit + 2) break
        record = this.#readToLimit(text.slice(at, at + limit + 3), at)
      }
      row++
      if (record && !record.problem && record.end - at <= limit && record.cells.length === this.#columns) {
        const reason = clean ? undefined : textProblem(bytes.subarray(at, record.end))
        if (reason)
          block.unreadable.push({ row, byte: base + at, bytes: copy(bytes, at, record.end), reason })
        else block.rows.push({ row, byte: base + at, cells: record.cells })
        at = record.next
      } else {
        const newline = text.indexOf('\n', at)
        const end = text.charCodeAt(newline - 1) === CR ? newline - 1 : newline
        const reason = this.#reason(record, at, end, final)
        block.unreadable.push({
          row,
          byte: base + at,
          bytes: copy(bytes, at, Math.min(end, at + limit)),
          reason,
        })
        at = newline + 1
      }
    }
    this.#at = { byte: base + at, row }
    this.#rest = bytes.subarray(at)
    if (this.#rest.length > limit + 2) {
      this.#endless = { bytes: copy(bytes, at, at + limit), length: this.#rest.length }
      this.#rest = noBytes
    }
    block.end = { ...this.#at }
    return block
  }

  /** What a record that runs past the limit is refused for must not depend on how much lies behind the limit. */
  #readToLimit(text: string, start: number): RawRecord | undefined {
    const record = readRecord(`${text}\n`, 0, text.length, this.#dialect, this.#columns, this.#maxRowBytes)
    return record && { ...record, end: start + record.end, next: start + record.next }
  }

  /** Where the line after the endless one begins in `bytes`, or -1. Until then `#at` stays where a resume must read again. */
  #skipEndlessLine(endless: { bytes: Buffer; length: number }, bytes: Buffer, block: Block): number {
    const newline = bytes.indexOf(LF)
    if (newline < 0) {
      endless.length += bytes.length
      return -1
    }
    const { byte, row } = this.#at
    block.unreadable.push({
      row: row + 1,
      byte,
      bytes: endless.bytes,
      reason: `longer than ${this.#maxRowBytes} bytes`,
    })
    this.#at = { byte: byte + endless.length + newline + 1, row: row + 1 }
    this.#endless = undefined
    return newline + 1
  }

  #reason(record: RawRecord | undefined, at: number, lineEnd: number, final: boolean): string {
    const limit = this.#maxRowBytes
    if (lineEnd - at > limit) return `longer than ${limit} bytes`
    if (record ? record.end - at > limit : !final) return `unclosed quote, or longer than ${limit} bytes`
    if (!record) return 'unclosed quote'
    return record.problem ?? `wrong number of cells: ${record.cells.length}, expected ${this.#columns}`
  }
}

/** A copy, so that one bad row does not keep its whole chunk in memory. */
function copy(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.from(bytes.subarray(from, to))
}

export function textProblem(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return 'holds a NUL byte'
  return isUtf8(bytes) ? undefined : 'not UTF-8'
}

/** Cuts one record of a CSV text into cells. The hot loop of the ingestor. */
import { isEscaped, unescaped } from './escapes.ts'
import { skipSpaces } from './white-space.ts'

export const LF = 10
export const CR = 13
const nonAscii = /[\x80-\xff]/

/** A doubled quote inside quotes stands for one quote; the first row is the header. Rows end in LF or CR LF, mixed or not. */
export interface CsvDialect {
  delimiter: string
  quoteChar: string
  /** Inside quotes it makes text of a quote, of itself or of a line break behind it; before anything else, and outside of quotes, it is text. */
  escapeChar?: string
  /** White space at the beginning of a cell belongs to nothing, so of blanks that delimit several are one; otherwise it is text, and none may precede a quote. */
  skipInitialSpace?: boolean
  /** what a line begins with that is no row */
  commentChar?: string
  /** lines of the file before its first row, as an editor numbers them: those of the header, and those that are passed over */
  headerRows?: readonly number[]
  commentRows?: readonly number[]
  /** between the cells of several header rows; a blank, if it is not said */
  headerJoin?: string
}

/** `end` and `next` are where the record and its line end stop; with a `problem`, they say nothing: ask `RecordEnd`. */
export interface CsvRecord {
  cells: string[]
  end: number
  next: number
  problem?: string
}

const scratch = Buffer.allocUnsafeSlow(4096)

/** The text of a cell with one char per byte. Through a scratch buffer, as making a buffer per cell costs more than this. */
function decode(cell: string): string {
  if (cell.length > scratch.length) return Buffer.from(cell, 'latin1').toString('utf8')
  return scratch.toString('utf8', 0, scratch.write(cell, 'latin1'))
}

/**
 * The record at `start` of a text with one char per byte, or undefined when the text ends before the record does.
 * A quote behind other text is text, as in `5" pipe`. A walk over char codes beats `split` here.
 */
// eslint-disable-next-line complexity -- the walk over every byte of a file; a call per cell would cost more than it reads
export function readRecord(
  text: string,
  start: number,
  lastLineEnd: number,
  dialect: CsvDialect,
  maxBytes: number,
): CsvRecord | undefined {
  const { delimiter, quoteChar, escapeChar } = dialect
  const comma = delimiter.charCodeAt(0)
  const quote = quoteChar.charCodeAt(0)
  const escape = escapeChar === undefined ? 0 : escapeChar.charCodeAt(0)
  const spacesEnd = dialect.skipInitialSpace && delimiter === ' ' ? -1 : comma
  const cells: string[] = []
  let at = start
  while (at <= lastLineEnd) {
    let from = at
    let code = text.charCodeAt(at)
    // only what could begin white space: a control, a blank, the first byte of a no-break space and its like
    if (code <= 32 || code >= 0xc2) {
      const behind = skipSpaces(text, at, spacesEnd, quote)
      if (behind > at && text.charCodeAt(behind) === quote && !dialect.skipInitialSpace)
        return broken(cells, at, 'white space before an opening quote, see dialect.skipInitialSpace')
      if (dialect.skipInitialSpace) code = text.charCodeAt((from = at = behind))
    }
    if (code === quote) {
      let close = text.indexOf(quoteChar, at + 1)
      let doubled = false
      while (close !== -1) {
        const escaped = escape !== 0 && isEscaped(text, close, escape)
        if (!escaped && text.charCodeAt(close + 1) !== quote) break
        doubled ||= !escaped
        close = text.indexOf(quoteChar, escaped ? close + 1 : close + 2)
      }
      if (close === -1) return undefined
      let cell = text.slice(at + 1, close)
      if (escape !== 0) cell = unescaped(cell, quoteChar, escapeChar!)
      else if (doubled) cell = cell.replaceAll(quoteChar + quoteChar, quoteChar)
      cells.push(nonAscii.test(cell) ? decode(cell) : cell)
      at = close + 1
      if (at > lastLineEnd) return undefined
      code = text.charCodeAt(at)
      if (code === CR && text.charCodeAt(at + 1) === LF) return { cells, end: at, next: at + 2 }
      if (code === LF) return { cells, end: at, next: at + 1 }
      if (code !== comma) return broken(cells, at, `${textAt(text, at, comma, quote)} after a closing quote`)
      at++
    } else {
      let bits = 0
      while (code !== comma && code !== LF) {
        bits |= code
        code = text.charCodeAt(++at)
      }
      const end = code === LF && at > start && text.charCodeAt(at - 1) === CR ? at - 1 : at
      const cell = text.slice(from, end)
      cells.push(bits > 127 ? decode(cell) : cell)
      at++
      if (code === LF) return { cells, end, next: at }
    }
    if (at - start > maxBytes + 1) return broken(cells, at, 'longer than the limit')
  }
  return undefined
}

const broken = (cells: string[], at: number, problem: string): CsvRecord => ({
  ...{ cells, end: at, next: at },
  problem,
})

/** What stands between a closing quote and the next delimiter or line end. */
function textAt(text: string, at: number, comma: number, quote: number): string {
  const behind = text.charCodeAt(skipSpaces(text, at, comma, quote))
  return behind === comma || behind === LF ? 'white space' : 'text'
}

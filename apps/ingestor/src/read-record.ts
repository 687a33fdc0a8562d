/** Cuts one record of a CSV text into cells. The hot loop of the ingestor. */
import type { CsvDialect } from './scan-csv.ts'

export const LF = 10
export const CR = 13
const nonAscii = /[\x80-\xff]/

/** `end` and `next` are where the record and its line end stop; with a `problem`, `end` is where that became certain. */
export interface RawRecord {
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
 * A quote inside an unquoted cell is text, as in `5" pipe`. A walk over char codes beats `split` here.
 */
// eslint-disable-next-line complexity -- the walk over every byte of a file; a call per cell would cost more than it reads
export function readRecord(
  text: string,
  start: number,
  lastLineEnd: number,
  dialect: CsvDialect,
  columns: number,
  maxBytes: number,
): RawRecord | undefined {
  const { delimiter, quoteChar } = dialect
  const comma = delimiter.charCodeAt(0)
  const quote = quoteChar.charCodeAt(0)
  const cells: string[] = []
  let at = start
  while (at <= lastLineEnd) {
    let code = text.charCodeAt(at)
    if (code === quote) {
      let close = text.indexOf(quoteChar, at + 1)
      let doubled = false
      while (close !== -1 && text.charCodeAt(close + 1) === quote) {
        doubled = true
        close = text.indexOf(quoteChar, close + 2)
      }
      if (close === -1) return undefined
      let cell = text.slice(at + 1, close)
      if (doubled) cell = cell.replaceAll(quoteChar + quoteChar, quoteChar)
      cells.push(nonAscii.test(cell) ? decode(cell) : cell)
      at = close + 1
      if (at > lastLineEnd) return undefined
      code = text.charCodeAt(at)
      if (code === CR && text.charCodeAt(at + 1) === LF) return { cells, end: at, next: at + 2 }
      if (code === LF) return { cells, end: at, next: at + 1 }
      if (code !== comma) return { cells, end: close, next: at, problem: 'text after a closing quote' }
      // Without this stop, a file made of stray quotes would have each of its lines read to the limit.
      if (cells.length >= columns && text.indexOf('\n', start) < close)
        return {
          cells,
          end: close,
          next: at,
          problem: `wrong number of cells: more than the expected ${columns}`,
        }
      at++
    } else {
      const from = at
      let bits = 0
      while (code !== comma && code !== LF) {
        bits |= code
        code = text.charCodeAt(++at)
      }
      const end = code === LF && at > from && text.charCodeAt(at - 1) === CR ? at - 1 : at
      const cell = text.slice(from, end)
      cells.push(bits > 127 ? decode(cell) : cell)
      at++
      if (code === LF) return { cells, end, next: at }
    }
    if (at - start > maxBytes + 1) return { cells, end: at - 1, next: at, problem: 'longer than the limit' }
  }
  return undefined
}

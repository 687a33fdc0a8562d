/** A page of CSV as bytes of one byte a character: its header, and its rows, which are counted as the scanner will. */
import type { CsvDialect } from '../reading/read-record.ts'
import { CR, LF } from '../reading/read-record.ts'
import { RecordEnd } from '../reading/record-end.ts'

export interface CutPage {
  /** without its line end; undefined where there is none, or the page is empty */
  header: Buffer | undefined
  /** what follows it, without a byte order mark */
  rows: Buffer
}

const mark = Buffer.from([0xef, 0xbb, 0xbf])

export function cutPage(bytes: Buffer, dialect: CsvDialect & { header: boolean }): CutPage {
  const text = withoutBlanks(bytes.subarray(0, 3).equals(mark) ? bytes.subarray(3) : bytes)
  if (!dialect.header || text.length === 0) return { header: undefined, rows: text }
  const end = new RecordEnd(dialect).find(text, 0)
  if (end < 0) return { header: withoutLineEnd(text), rows: text.subarray(text.length) }
  return { header: withoutLineEnd(text.subarray(0, end)), rows: text.subarray(end) }
}

/** Blank lines are no rows; a quote that never closes ends with its line, and leaves the page open. */
export function countRows(rows: Buffer, dialect: CsvDialect): { count: number; isOpen: boolean } {
  let [count, isOpen] = [0, false]
  for (let at = blanksFrom(rows, 0); at < rows.length; at = blanksFrom(rows, at)) {
    const end = new RecordEnd(dialect)
    const next = end.find(rows, at)
    isOpen ||= next < 0 && end.unclosed !== undefined
    at = next < 0 ? at + (end.unclosed ?? end.length) : next
    count++
  }
  return { count, isOpen }
}

const withoutBlanks = (text: Buffer): Buffer => text.subarray(blanksFrom(text, 0))

/** Index of the first byte that belongs to no blank line. */
function blanksFrom(text: Buffer, from: number): number {
  let at = from
  for (;;) {
    if (text[at] === LF) at++
    else if (text[at] === CR && text[at + 1] === LF) at += 2
    else return at
  }
}

function withoutLineEnd(record: Buffer): Buffer {
  let end = record.length
  if (record[end - 1] === LF) end--
  if (record[end - 1] === CR) end--
  return record.subarray(0, end)
}

/** The records at the beginning of a file, whatever they are: titles, comments, headers and rows. */
import { readRecord, type CsvDialect } from '../../../apps/ingestor/src/reading/read-record.ts'

export interface Begun {
  /** on which it begins, as an editor counts */
  line: number
  /** that it takes */
  lines: number
  /** with one char per byte */
  text: string
  /** none where it cannot be cut */
  cells: string[] | undefined
}

const lookedBytes = 256 * 1024
const longestRecord = 64 * 1024

/** Up to so many, without blank lines. A line whose quotes make no sense ends with itself. */
export function recordsOf(bytes: Buffer, dialect: CsvDialect, most: number): Begun[] {
  const head = bytes.toString('latin1', 0, lookedBytes)
  const text = bytes.length <= lookedBytes ? `${head}\n` : head
  const last = text.lastIndexOf('\n')
  const records: Begun[] = []
  for (let at = 0, line = 1; at <= last && records.length < most;) {
    const end = text.indexOf('\n', at)
    const whole = text.slice(at, end).trimEnd()
    const found = whole === '' ? undefined : readRecord(text, at, last, dialect, longestRecord)
    const isRead = found !== undefined && found.problem === undefined
    const next = isRead ? found.next : end + 1
    const lines = text.slice(at, next).split('\n').length - 1
    if (whole !== '') records.push({ line, lines, text: whole, cells: isRead ? found.cells : undefined })
    line += lines
    at = next
  }
  return records
}

/** Cells of a row: as many as most cells stand in rows of. */
export function widthOf(records: Begun[]): number {
  const cells = new Map<number, number>()
  for (const { length } of records.flatMap((one) => (one.cells ? [one.cells] : [])))
    cells.set(length, (cells.get(length) ?? 0) + length)
  const [widest] = [...cells].sort(([a, many], [b, more]) => more - many || b - a)
  return widest?.[0] ?? 0
}

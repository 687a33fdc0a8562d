/** The header of a file whose first row is none, and headers of more than one line. */
import type { CsvDialect } from '../../../apps/ingestor/src/reading/read-record.ts'
import type { Column } from './column.ts'
import type { Finding } from './findings.ts'
import {
  areAboveNarrower,
  areMeanings,
  areNotes,
  arePartedFrom,
  isHint,
  isNearlyEmpty,
  isLongNote,
  isTitle,
  secondHeader,
  type Second,
} from './around-header.ts'
import { recordsOf, type Begun } from './records.ts'
import { scanRows, type Dialect, type Scanned } from './scan-rows.ts'

export interface HeaderLines {
  dialect: Dialect
  findings: Finding[]
}

/** Enough to tell a header by. */
const beginning = 1000
const mostLines = 10
/** Lines below a header that are no rows, and how many others speak against them. */
const [mostSeconds, mostNotes, judgedRows] = [3, 12, 200]

type Judge = (names: string[], rows: string[][]) => Column[]

/**
 * @param judge what columns of such names and rows are
 * @param hasSeconds whether lines below the header may be none of its rows
 */
// eslint-disable-next-line complexity -- two walks down the same lines
export function findHeader(bytes: Buffer, given: Dialect, judge: Judge, hasSeconds: boolean): HeaderLines {
  const records = recordsOf(bytes, given, beginning)
  let dialect = given
  let scanned = scanRows(bytes, dialect, beginning)
  const findings: Finding[] = []
  for (let n = 0; n < mostLines && isAboveHeader(scanned, judge); n++) {
    const line = behind(lastOf(dialect, records), dialect, records)?.line
    if (line === undefined) break
    findings.splice(0, 1, aboutTitle(scanned, line))
    dialect = { ...dialect, headerRows: [line] }
    scanned = scanRows(bytes, dialect, beginning)
  }
  const seconds = hasSeconds ? secondsOf(scanned, judge) : []
  for (const [i, second] of seconds.entries()) {
    const last = lastOf(dialect, records)
    const line = behind(last, dialect, records)?.line
    // lines that a record takes cannot be told from those behind it by their numbers
    if (line === undefined || last?.lines !== 1) break
    dialect = withSecond(dialect, second, last.line, line)
    findings.push(aboutSecond(second, scanned.rows[i]!, line))
  }
  return { dialect, findings }
}

/** Of the first rows those that are none. Columns are judged without them, so the most of them are tried first. */
function secondsOf(scanned: Scanned, judge: Judge): Second[] {
  const { header, rows } = scanned
  if (rows.length > 3 && areMeanings(header, rows[0]!, rows.slice(1, judgedRows))) return ['no names']
  return notesOf(scanned) ?? fewOf(scanned, judge) ?? []
}

function notesOf({ rows }: Scanned): Second[] | undefined {
  for (let n = Math.min(mostNotes, rows.length - 3); n > 0; n--)
    if (areNotes(rows.slice(0, n), rows.slice(n, n + judgedRows))) return Array<Second>(n).fill('no names')
  return undefined
}

function fewOf({ header, rows }: Scanned, judge: Judge): Second[] | undefined {
  for (let n = Math.min(mostSeconds, rows.length - 3); n > 0; n--) {
    const others = rows.slice(n, n + judgedRows)
    const columns = judge(header, others)
    const found = rows.slice(0, n).map((row) => secondHeader(header, row, columns, others))
    if (found.every((one) => one === undefined)) continue
    // beside such a line, a hint or two are one as well
    const whole = found.map((one, i) => one ?? (isHint(rows[i]!, columns, others) ? 'no names' : undefined))
    if (whole.every((one) => one !== undefined)) return whole
  }
  return undefined
}

const isNote = ({ text }: Begun, { commentChar }: CsvDialect) =>
  commentChar !== undefined && text.startsWith(commentChar)

/** The last record that is the header's or stands right below it. */
function lastOf(dialect: CsvDialect, records: Begun[]): Begun | undefined {
  const said = [...(dialect.headerRows ?? []), ...(dialect.commentRows ?? [])]
  return said.length > 0
    ? records.find(({ line }) => line === Math.max(...said))
    : records.find((one) => !isNote(one, dialect))
}

const behind = (last: Begun | undefined, dialect: CsvDialect, records: Begun[]): Begun | undefined =>
  last && records.find((one) => one.line > last.line && !isNote(one, dialect))

/** Blank lines and comments before a line that is passed over are so too: no row may stand before it. */
function withSecond(dialect: Dialect, second: Second, last: number, line: number): Dialect {
  const { headerRows = [last], commentRows = [] } = dialect
  const passed = Array.from({ length: line - last }, (_, i) => last + 1 + i)
  if (second === 'names') return { ...dialect, headerRows: [...headerRows, line] }
  // below comments the header is not the first line, and it has to be said where it is
  const said = commentRows.length === 0 && last > 1 ? { headerRows } : {}
  return { ...dialect, ...said, commentRows: [...commentRows, ...passed] }
}

function isAboveHeader({ header, rows }: Scanned, judge: Judge) {
  if (isNearlyEmpty(header, rows) || isBeforeGap(header, rows, judge)) return true
  if (areAboveNarrower(header, rows, judge)) return true
  const [second, ...others] = rows
  if (!second) return false
  const columns = judge(header, others)
  const isFirst = !header.some(isLongNote) && secondHeader(header, second, columns, others) === 'names'
  return !isFirst && isTitle(header, second, columns, others)
}

/** Titles of the width of the table may have a cell in each of its columns. */
function isBeforeGap(header: string[], rows: string[][], judge: Judge): boolean {
  const gap = rows.slice(0, mostLines).findIndex((row) => row.every((text) => text.trim() === ''))
  const names = rows[gap + 1]
  if (gap < 0 || !names) return false
  const others = rows.slice(gap + 2)
  return arePartedFrom([header, ...rows.slice(0, gap)], names, judge(names, others), others)
}

const shown = (cells: string[]) =>
  JSON.stringify(
    cells
      .filter((text) => text.trim() !== '')
      .join(', ')
      .slice(0, 40),
  )

const aboutTitle = ({ header }: Scanned, line: number): Finding => ({
  ...{ about: 'header row', answer: `line ${line}`, sure: 'guess' },
  why: `what stands above it are no names of its columns: ${shown(header)}`,
})

const aboutSecond = (second: Second, row: string[], line: number): Finding =>
  second === 'names'
    ? {
        ...{ about: 'header row', answer: `line ${line} too`, sure: 'guess' },
        why: `the line above leaves columns without a name, and this one names them: ${shown(row)}`,
      }
    : {
        ...{ about: 'comment row', answer: `line ${line}`, sure: 'guess' },
        why: `below the header, and of another kind than all rows, as units are: ${shown(row)}`,
      }

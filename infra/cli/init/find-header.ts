/** The header of a file whose first row is none, and headers of more than one line. */
import type { CsvDialect } from '../../../apps/ingestor/src/reading/read-record.ts'
import type { Column } from './column.ts'
import { type Finding } from './findings.ts'
import { isNearlyEmpty, isTitle, secondHeader, type Second } from './judge-header.ts'
import { recordsOf } from './records.ts'
import { scanRows, type Scanned } from './scan-rows.ts'

export interface HeaderLines {
  dialect: CsvDialect
  findings: Finding[]
}

/** Enough to tell a header by. */
const beginning = 1000
const mostLines = 10
/** Lines below a header that are no rows, and how many others speak against them. */
const [mostSeconds, judgedRows] = [3, 200]

type Judge = (names: string[], rows: string[][]) => Column[]

/** @param judge what columns of such names and rows are */
export function findHeader(bytes: Buffer, given: CsvDialect, judge: Judge): HeaderLines {
  const lines = recordsOf(bytes, given, beginning).map(({ line }) => line)
  let dialect = given
  let scanned = scanRows(bytes, dialect, beginning)
  const findings: Finding[] = []
  for (let n = 0; n < mostLines && isAboveHeader(scanned, judge); n++) {
    const line = lines[lines.indexOf(lineOf(dialect, lines, bytes)) + 1]
    if (line === undefined) break
    findings.splice(0, 1, aboutTitle(scanned, line))
    dialect = { ...dialect, headerRows: [line] }
    scanned = scanRows(bytes, dialect, beginning)
  }
  for (const [i, second] of secondsOf(scanned, judge).entries()) {
    const at = lineOf(dialect, lines, bytes)
    const line = lines[lines.indexOf(at) + 1]
    if (line === undefined) break
    dialect = withSecond(dialect, second, at, line)
    findings.push(aboutSecond(second, scanned.rows[i]!, line))
  }
  return { dialect, findings }
}

/** Of the first rows those that are none. Columns are judged without them, so the most of them are tried first. */
function secondsOf({ header, rows }: Scanned, judge: Judge): Second[] {
  for (let n = Math.min(mostSeconds, rows.length - 3); n > 0; n--) {
    const others = rows.slice(n, n + judgedRows)
    const columns = judge(header, others)
    const found = rows.slice(0, n).map((row) => secondHeader(header, row, columns, others))
    if (found.every((one) => one !== undefined)) return found
  }
  return []
}

/** The last line that is the header's or stands right below it. */
function lineOf(
  { headerRows, commentRows, commentChar }: CsvDialect,
  lines: number[],
  bytes: Buffer,
): number {
  const said = [...(headerRows ?? []), ...(commentRows ?? [])]
  if (said.length > 0) return Math.max(...said)
  if (commentChar === undefined) return lines[0]!
  const texts = bytes.toString('latin1', 0, 256 * 1024).split('\n')
  return lines.find((line) => !texts[line - 1]!.startsWith(commentChar)) ?? lines[0]!
}

function withSecond(dialect: CsvDialect, second: Second, first: number, line: number): CsvDialect {
  const { headerRows = [first], commentRows = [] } = dialect
  return second === 'names'
    ? { ...dialect, headerRows: [...headerRows, line] }
    : { ...dialect, commentRows: [...commentRows, line] }
}

function isAboveHeader({ header, rows }: Scanned, judge: Judge) {
  if (isNearlyEmpty(header, rows)) return true
  const [second, ...others] = rows
  if (!second) return false
  const columns = judge(header, others)
  return secondHeader(header, second, columns, others) !== 'names' && isTitle(header, second, columns, others)
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

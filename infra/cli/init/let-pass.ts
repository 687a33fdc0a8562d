/** Rows that are not as they should be, and the words of a definition that let them pass. */
import type { Reading, Tolerance } from '@dsf/dataset'
import { counted, type Finding } from './findings.ts'
import { trailing } from './find-lines.ts'
import { judgeAll } from './judge-column.ts'
import { isOfColumn, typedOf } from './of-column.ts'
import type { Scanned } from './scan-rows.ts'

export interface Passed {
  scanned: Scanned
  reading: Reading
  findings: Finding[]
}

/** @param scan reads the file by such words */
export function letPass(scan: (reading: Reading) => Scanned, given: Reading): Passed {
  const asItIs = { scanned: scan(given), reading: given, findings: [] }
  return withShortRows(scan, withOpenEnds(scan, withoutBlank(scan, asItIs)))
}

const tolerating = (reading: Reading, word: Tolerance): Reading => ({
  ...reading,
  tolerate: [...new Set([...(reading.tolerate ?? []), word])],
})

/** In a file of one column an empty cell is a value that is missing. */
function withoutBlank(scan: (reading: Reading) => Scanned, found: Passed): Passed {
  const { header, rows, unreadable } = found.scanned
  const areBlank =
    rows.some(isBlank) || unreadable.some(({ bytes }) => !/[\p{L}\p{N}]/u.test(bytes.toString()))
  if (header.length < 2 || !areBlank) return found
  const reading = tolerating(found.reading, 'blankRows')
  const scanned = scan(reading)
  const { blankRows = 0 } = scanned.tolerated
  if (blankRows === 0) return found
  return { scanned, reading, findings: [...found.findings, aboutBlank(blankRows)] }
}

const isBlank = (row: string[]): boolean => row.every((text) => text.trim() === '')

function withOpenEnds(scan: (reading: Reading) => Scanned, found: Passed): Passed {
  const reading = tolerating(found.reading, 'trailingDelimiter')
  const { unreadable } = found.scanned
  const isOpen = endsOpen(found.scanned)
  if (!isOpen && unreadable.length === 0) return found
  const scanned = scan(reading)
  // rows that cannot be read can, when an empty cell behind the last one is let pass
  if (!isOpen && scanned.unreadable.length >= unreadable.length) return found
  return { scanned, reading, findings: [...found.findings, trailing] }
}

/** Header and rows end in a delimiter with nothing behind it. */
const endsOpen = ({ header, rows }: Scanned): boolean =>
  header.length > 2 && header.at(-1) === '' && rows.length > 0 && rows.every((row) => row.at(-1) === '')

/** Of so many rows one may be short. */
const shortOf = 20
/** Enough to judge columns by. */
const judgedRows = 1000

/**
 * Some programs leave delimiters off at the end of a line: where most rows have nothing in the cells that lack, nothing is lost. Rows one behind the
 * other are rather one that is broken, and the last one may be cut off.
 */
function withShortRows(scan: (reading: Reading) => Scanned, found: Passed): Passed {
  const { header, rows, unreadable } = found.scanned
  if (unreadable.length === 0 || unreadable.length * shortOf > rows.length) return found
  const reading = tolerating(found.reading, 'shortRows')
  const scanned = scan(reading)
  const places = addedTo(rows, scanned.rows)
  const short = places.map((at) => scanned.rows[at]!)
  const areApart = places.every((at, i) => at < scanned.rows.length - 1 && at - 1 !== places[i - 1])
  const typed = typedOf(judgeAll(header, rows.slice(0, judgedRows)))
  const often = new Set([...header.keys()].filter((at) => isOftenEmpty(at, rows)))
  const isSound = (row: string[]) =>
    [...header.keys()].slice(row.findLastIndex((text) => text !== '') + 1).every((at) => often.has(at)) &&
    typed.every((column) => isOfColumn(row[column.at]!, column))
  if (short.length === 0 || !areApart || !short.every(isSound)) return found
  return { scanned, reading, findings: [...found.findings, aboutShort(short.length)] }
}

const isOftenEmpty = (at: number, rows: string[][]): boolean =>
  rows.filter((row) => row[at] === '').length * 2 >= rows.length

/** Where those of the second stand that the first has not; both are in the order of the file. */
function addedTo(rows: string[][], more: string[][]): number[] {
  let at = 0
  return more.flatMap((row, i) => {
    const isThere = rows[at]?.every((text, column) => text === row[column]) ?? false
    if (isThere) at++
    return isThere ? [] : [i]
  })
}

const aboutShort = (rows: number): Finding => ({
  ...{ about: 'short rows', answer: 'let pass', sure: 'guess' },
  why: `${counted(rows, 'row')} ${rows === 1 ? 'ends' : 'end'} before the last columns, which are empty in most other rows`,
})

const aboutBlank = (rows: number): Finding => ({
  ...{ about: 'blank rows', answer: 'left out', sure: 'likely' },
  why: `${counted(rows, 'row')} with nothing but delimiters`,
})

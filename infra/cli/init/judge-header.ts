/** Whether the first row of a file names its columns, and what cannot be a field's name. */
import { isProblem, readRules } from '@dsf/dataset'
import { fieldOfColumn } from './field-of.ts'
import type { Finding, Sure } from './findings.ts'
import type { Column } from './column.ts'
import { usualMissing } from './judge-column.ts'

export interface HeaderFound {
  isHeader: boolean
  finding: Finding
  doubt?: string
}

const found = (isHeader: boolean, sure: Sure, why: string): HeaderFound => ({
  isHeader,
  finding: { about: 'header', answer: isHeader ? 'yes' : 'no', sure, why },
})

/** The columns were judged without the first row: where that is of another kind, it is a header. */
export function judgeHeader(header: string[], columns: Column[], rows: string[][]): HeaderFound {
  const typed = typedUnder(header, columns)
  const other = typed.find((column) => !isOfColumn(header[column.at]!, column))
  if (other) return found(true, 'certain', `the first row has no ${other.type} where all others have one`)
  if (isNumbered(header, rows))
    return found(true, 'likely', 'the first row numbers the columns, and not the first of them')
  if (areSteps(header, columns, rows))
    return found(
      true,
      'guess',
      'numbers that grow from column to column behind a name, and in the rows they do not',
    )
  if (typed.length > 0 && !areYears(header, columns, rows))
    return found(false, 'likely', 'the first row has numbers and times where all others have')
  return judgeTexts(header, columns, rows)
}

function judgeTexts(header: string[], columns: Column[], rows: string[][]): HeaderFound {
  const named = columns.filter((column) => header[column.at] !== '' && !isFlag(column, header, rows))
  const repeated = named.filter((column) => standsIn(rows, column, header))
  if (rows.length > 1 && repeated.length * 2 > named.length)
    return found(false, 'guess', 'most cells of the first row stand in other rows too')
  const again = rows.length < fewestAlike ? undefined : cellAgain(named, repeated)
  if (again)
    return found(
      false,
      'guess',
      `${JSON.stringify(header[again.at])} of the first row stands in other rows too`,
    )
  return {
    ...found(true, 'guess', 'nothing but texts: the first row is taken for the names'),
    ...likeRows(header, named, rows),
  }
}

const standsIn = (rows: string[][], { at }: Column, header: string[]): boolean =>
  rows.some((row) => row[at] === header[at])

/** A cell is empty or has the name of its column: it says whether something is so, and nothing of the first row. */
const isFlag = (column: Column, header: string[], rows: string[][]): boolean =>
  column.distinct === 1 && column.filled < column.cells && standsIn(rows, column, header)

/**
 * A cell of the first row that others have too, as values of its column do. None where the first row has no value of a column of few,
 * as `pos` above `noun` and `verb`, whatever word stands among the words.
 */
function cellAgain(named: Column[], repeated: Column[]): Column | undefined {
  const few = named.filter(({ type, distinct, filled }) => type === 'string' && distinct * 2 <= filled)
  if (!few.every((column) => repeated.includes(column))) return undefined
  return repeated.find(({ type, distinct, filled }) => type === 'string' && distinct < filled)
}

/** Enough for a way of writing to be one. */
const fewestAlike = 5

/**
 * A cell of the first row that stands in others too, or is written as all others of its column are: three capitals over such. One that
 * would be the only value that is there twice is a name.
 */
function likeRows(header: string[], columns: Column[], rows: string[][]): Pick<HeaderFound, 'doubt'> {
  if (rows.length < fewestAlike) return {}
  const isThere = (column: Column) => standsIn(rows, column, header)
  const isLike = (column: Column) =>
    isThere(column)
      ? column.distinct < column.filled
      : rows.every((row) => formOf(row[column.at]!) === formOf(header[column.at]!))
  const like = columns.find(isLike)
  if (!like) return {}
  const how = isThere(like) ? 'stands in other rows too' : 'is written as all others of its column'
  return {
    doubt: `the first row is taken for the names of the columns, and may be a row: ${JSON.stringify(header[like.at])} ${how}. Then say "header": false in the dialect`,
  }
}

const formOf = (text: string): string =>
  text
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{Ll}/gu, 'a')
    .replace(/\d/g, '0')
    .replace(/[^Aa0]/gu, (one) => (/\p{L}/u.test(one) ? 'x' : one))

const typedOf = (columns: Column[]): Column[] =>
  columns.filter(({ type, filled }) => type !== 'string' && filled > 0)

/** An empty cell of the first row fits any column, and says nothing. */
const typedUnder = (header: string[], columns: Column[]): Column[] =>
  typedOf(columns).filter(({ at }) => header[at]!.trim() !== '')

const isOfColumn = (text: string, column: Column): boolean =>
  !isProblem(readRules(fieldOfColumn(column))(text))

/** `,0,1,2`, as Pandas writes a frame without names: no number over its index, which is never missing. */
const isNumbered = ([first, ...others]: string[], rows: string[][]): boolean =>
  first === '' &&
  others.length > 0 &&
  others.every((text, i) => text === `${i}`) &&
  rows.every(([index]) => index !== '')

/** `2019, 2020, 2021` over numbers: names all the same; and a single one beside a name, over what is no year. */
function areYears(header: string[], columns: Column[], rows: string[][]): boolean {
  const typed = typedUnder(header, columns)
  const years = typed.map(({ at }) => Number(header[at]))
  const steps = years.slice(1).map((year, i) => Math.sign(year - years[i]!))
  if (!years.every(isYear) || !steps.every((step) => step !== 0 && step === steps[0])) return false
  if (years.length > 1) return true
  const isName = ({ type, at }: Column) =>
    type === 'string' && header[at] !== '' && !rows.some((row) => row[at] === header[at])
  return columns.some(isName) && !rows.every((row) => isYear(Number(row[typed[0]!.at])))
}

/** `turbine, 0, 0.5, 1`, over what was measured at each. */
function areSteps(header: string[], columns: Column[], rows: string[][]): boolean {
  const typed = typedUnder(header, columns)
  const grow = (row: string[]) => {
    const numbers = typed.flatMap(({ at }) => (row[at]!.trim() === '' ? [] : [Number(row[at])]))
    return numbers.length > 1 && numbers.slice(1).every((number, i) => number > numbers[i]!)
  }
  const isName = ({ type, at }: Column) =>
    type === 'string' && /\p{L}/u.test(header[at]!) && !rows.some((row) => row[at] === header[at])
  return typed.length > 4 && columns.some(isName) && grow(header) && !rows.some(grow)
}

const isYear = (year: number) => Number.isInteger(year) && year >= 1800 && year <= 2200

/**
 * Whether the row behind the first one is the header: words over numbers or times, each word there once, while the first row
 * has a hole or a value. One of units or of questions stands behind names, and so is none.
 * @param columns judged without both
 */
export function isTitle(first: string[], second: string[], columns: Column[], rows: string[][]): boolean {
  const isOdd = first.some((text) => text === '' || /^[\d.,:/-]+$/.test(text.trim()) || isLongNote(text))
  return isOdd && areNamesOver(second, columns, rows)
}

function areNamesOver(names: string[], columns: Column[], rows: string[][]): boolean {
  const words = new Set(names.map((text) => text.trim()))
  if (words.size < names.length || [...words].some((word) => !/^\p{L}/u.test(word) || usualMissing.has(word)))
    return false
  if (rows.some((row) => row.some((text, i) => text === names[i]))) return false
  const typed = typedOf(columns)
  const strange = typed.filter((column) => !isOfColumn(names[column.at]!, column))
  return rows.length > 1 && strange.length > 0 && strange.length === typed.length
}

/**
 * Whether lines are parted by one without a cell from names, which stand over numbers or times, and none of these lines is a row of such.
 * @param columns judged by the rows behind the names
 */
export function arePartedFrom(
  lines: string[][],
  names: string[],
  columns: Column[],
  rows: string[][],
): boolean {
  const typed = typedOf(columns)
  const isRowOf = (line: string[]) => typed.every((column) => isOfColumn(line[column.at]!, column))
  return areNamesOver(names, columns, rows) && !lines.some(isRowOf)
}

/** Of three lines and more: no name is. */
export const isLongNote = (text: string): boolean => text.trim().split('\n').length > 2

/** A title in a table of its own width, as spreadsheets write it: one cell of the first row at most, where most others are filled. */
export function isNearlyEmpty(first: string[], rows: string[][]): boolean {
  const filled = (row: string[]) => row.filter((text) => text.trim() !== '').length
  const full = rows.filter((row) => filled(row) * 2 > first.length).length
  return (
    (first.length > 2 || first.some(isLongNote)) &&
    filled(first) <= 1 &&
    rows.length > 1 &&
    full * 2 > rows.length
  )
}

export type Second = 'names' | 'no names'

/**
 * Whether a row below a header is none: it has words where all others have numbers or times. It has `names` where the header
 * leaves columns without one, as under a merged cell; else it says something of columns that have a name, as units do.
 * @param others the rows behind it, by which the columns were judged
 */
// eslint-disable-next-line complexity -- a line for each thing that speaks against it
export function secondHeader(
  header: string[],
  row: string[],
  columns: Column[],
  others: string[][],
): Second | undefined {
  if (isRow(header, row))
    return header.every(isWord) && !others.some((other) => isRow(header, other)) ? 'no names' : undefined
  const typed = typedOf(columns)
  const filled = typed.filter(({ at }) => row[at]!.trim() !== '')
  const strange = filled.filter((column) => isWord(row[column.at]!) && !isOfColumn(row[column.at]!, column))
  const texts = columns.filter(({ type, at }) => type === 'string' && row[at]!.trim() !== '')
  const isAlone = strange.length > 1 || (strange.length === 1 && texts.length === 0 && header.length > 1)
  if (!isAlone || strange.length < filled.length || strange.length * 2 < typed.length) return undefined
  if (texts.some(({ at }) => others.some((other) => other[at] === row[at]))) return undefined
  if (typed.some(({ at }, i) => header[at] !== '' && isOfColumn(header[at]!, typed[i]!))) return undefined
  const words = header.filter((text) => text.trim() !== '')
  const isMerged = words.length > 1 && header.some((text, i) => text.trim() === '' && row[i]!.trim() !== '')
  const isRepeated = words.length > 1 && new Set(words).size < words.length
  return isMerged || isRepeated ? 'names' : 'no names'
}

const isRow = (header: string[], row: string[]) => row.every((text, i) => text === header[i])

/** No number, and none of the usual words for no value; a sign may stand for a unit, and `#` for none. */
const isWord = (text: string) => /[\p{L}%°#$€£]/u.test(text) && !usualMissing.has(text.trim())

/** A line of hardly any cell, none of them a number, time or text of its column: `class` below the column that is asked for. */
export function isHint(row: string[], columns: Column[], others: string[][]): boolean {
  const filled = columns.filter(({ at }) => row[at]!.trim() !== '')
  const isStrange = (column: Column) =>
    column.type === 'string'
      ? !others.some((other) => other[column.at] === row[column.at])
      : isWord(row[column.at]!) && !isOfColumn(row[column.at]!, column)
  const emptiest = Math.min(...others.map((other) => other.filter((text) => text.trim() !== '').length))
  return filled.length > 0 && filled.length * 2 < emptiest && filled.every(isStrange)
}

/** Whether the first row of a file names its columns. */
import type { Finding, Sure } from './findings.ts'
import type { Column } from './column.ts'
import { isOfColumn, typedOf } from './of-column.ts'

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

/** An empty cell of the first row fits any column, and says nothing. */
const typedUnder = (header: string[], columns: Column[]): Column[] =>
  typedOf(columns).filter(({ at }) => header[at]!.trim() !== '')

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

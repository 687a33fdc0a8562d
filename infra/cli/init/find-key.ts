/** Which columns tell each row from all others. */
import { isProblem, keyReader, keyRules } from '@dsf/dataset'
import { butFor, withEmpty, ofAxes, ofGrid, ofUnique, ofWholeRow, type Key } from './about-key.ts'
import { fieldOfColumn } from './field-of.ts'
import { axesOf, gridOf } from './find-axes.ts'
import { withItsYear } from './find-years.ts'
import { clock } from './clock-beside.ts'
import { counted } from './findings.ts'
import { isCounting, isNamed, isOfMany, isNamedStation, isPartOfName } from './key-names.ts'
import type { Column } from './column.ts'

/** Columns that pairs and triples are made of: 286 tries for 12, most of which end within some rows. */
const mostTried = 12
/** Rows that are looked at in all tries together: a second or two, however late the tries end. */
const mostLooks = 20_000_000
const areNamed = (columns: Column[]): boolean => columns.every(isNamed)

export function findKey(columns: Column[], rows: string[][], isWhole: boolean, looks = mostLooks): Key {
  const budget = { looks }
  const unique = uniqueAmong(columns, rows, budget)
  const key = unique && withItsPlace(withItsYear(unique, columns), columns)
  if (key) return { columns: key, equal: 0, finding: ofUnique(key, rows.length, isWhole, areNamed(key)) }
  const once = withoutEqual(rows)
  const equal = rows.length - once.length
  const besideEqual = equal > 0 ? keyBesideEqual(columns, once, equal, budget) : undefined
  if (besideEqual) {
    const finding = ofUnique(besideEqual, once.length, isWhole, areNamed(besideEqual))
    return { columns: besideEqual, equal, finding: butFor(equal, finding) }
  }
  const holed = uniqueAmong(columns.map(withEmptyValue), rows, budget)
  if (holed)
    return { columns: holed, equal, finding: withEmpty(ofUnique(holed, rows.length, isWhole, false)) }
  return (
    keyOfNumbers(columns, equal * fewEqual <= rows.length ? once : rows, equal) ??
    wholeRow(rows, equal, budget)
  )
}

/** Of so many rows one may equal another where all was measured at some steps: of more, each was rather observed. */
const fewEqual = 50

/** Of what was measured at each of the numbers of a file, which are the only ones that tell its rows apart. */
function keyOfNumbers(columns: Column[], rows: string[][], equal: number): Key | undefined {
  const axes = axesOf(columns, rows)
  const found = axes.length > 0 ? axes : gridOf(columns, rows)
  if (found.length === 0 || !found.every((column) => numbered(column, rows))) return undefined
  const finding = found === axes ? ofAxes(axes, rows.length) : ofGrid(found, rows.length)
  return { columns: found, equal, finding: butFor(equal, finding) }
}

const wholeRow = (rows: string[][], equal: number, { looks }: Budget): Key => ({
  ...{ columns: [], equal },
  finding: ofWholeRow(rows.length, looks > 0),
})

/** A time alone is one of the station that all rows are of, and the next file may be of another. */
function withItsPlace(key: Column[], columns: Column[]): Column[] {
  const isAlone = key.length === 1 && isOfDays(key[0]!) && key[0]!.cells > 1
  const same = columns.find(
    (column) =>
      column.distinct === 1 &&
      column.filled === column.cells &&
      column.missing.length === 0 &&
      (column.type === 'string' || column.type === 'integer') &&
      isNamedStation(column),
  )
  return isAlone && same ? [same, ...key] : key
}

interface Budget {
  looks: number
}

/** Of the first columns that tell the rows apart, one to three. */
function uniqueAmong(columns: Column[], rows: string[][], budget: Budget): Column[] | undefined {
  const able = columns
    .filter((column) => couldBeKey(column, rows))
    .sort((a, b) => rank(a) - rank(b) || a.at - b.at)
    .flatMap((column) => numbered(column, rows) ?? [])
  const found = combinations(able, rows.length).find((tried) => isUnique(tried, rows.length, budget))
  return found?.map(({ column }) => column)
}

const withoutEqual = (rows: string[][]): string[][] => [
  ...new Map(rows.map((row) => [JSON.stringify(row), row])).values(),
]

/**
 * Rows that equal another one are its duplicates by any key. Where most are, or by numbers without such a name, each was rather
 * observed; and all columns together tell what is left apart anyway.
 */
function keyBesideEqual(
  columns: Column[],
  once: string[][],
  equal: number,
  budget: Budget,
): Column[] | undefined {
  if (equal >= once.length) return undefined
  const able = columns.filter((column) => column.type !== 'integer' || isNamed(column))
  const key = uniqueAmong(able, once, budget)
  return key && key.length < columns.length ? key : undefined
}

/** A code that hardly any row is without, as the whole of a country is: where nothing else is a key, that is a value too. */
function withEmptyValue(column: Column): Column {
  const { type, filled, cells, missing } = column
  const empty = cells - filled
  if (type !== 'string' || empty === 0 || empty * 100 > cells || missing.length > 0) return column
  const doubt = `it is empty in ${counted(empty, 'row')}, which is a value of its own, because the key needs it`
  return { ...column, emptyIsValue: true, filled: cells, distinct: column.distinct + 1, sure: 'guess', doubt }
}

/** A measured value is no name of a row, and neither is a text of many words, nor a part of a person's name. */
const couldBeKey = (column: Column, rows: string[][]): boolean =>
  column.cells > 0 && column.filled === column.cells && column.missing.length === 0 && !isNoName(column, rows)

/** A column with a number for each of its values, equal where the key of the stages is. */
interface Numbered {
  column: Column
  numbers: Int32Array
  distinct: number
  /** whether it may be a measure */
  isNumber: boolean
  /** whether it is a time of day */
  isClock: boolean
}

/** Undefined for a column with a cell that the stages would refuse in a key. */
function numbered(column: Column, rows: string[][]): Numbered | undefined {
  const field = fieldOfColumn(column)
  const [read, keyOf] = [keyRules(field), keyReader({ key: [field], isRowKey: false }, [column.at])]
  const numbers = new Int32Array(rows.length)
  const [ofTexts, ofKeys] = [new Map<string, number>(), new Map<string, number>()]
  for (const [i, row] of rows.entries()) {
    const text = row[column.at]!
    if (!ofTexts.has(text)) {
      if (isProblem(read(text))) return undefined
      const key = keyOf(row)
      if (!ofKeys.has(key)) ofKeys.set(key, ofKeys.size)
      ofTexts.set(text, ofKeys.get(key)!)
    }
    numbers[i] = ofTexts.get(text)!
  }
  const isNumber = isUnnamedNumber(column, ofTexts)
  const isClock = column.type === 'string' && [...ofTexts.keys()].every((text) => clock.test(text))
  return { column, numbers, distinct: ofKeys.size, isNumber, isClock }
}

/** Texts whose name says so, or fractions: `745/19987071`. Of `0001/2024` the last part is that of many others. */
const areMeasures = (column: Column, rows: string[][]): boolean => {
  if (isOfMany(column)) return true
  const texts = rows.map((row) => row[column.at]!)
  if (isNamed(column) || !texts.every((text) => /^\s*\d+\s*\/\s*\d+\s*$/.test(text))) return false
  return new Set(texts.map((text) => text.split('/')[1]!.trim())).size * 2 > rows.length
}

const isNoName = (column: Column, rows: string[][]): boolean =>
  column.isProse ||
  column.isMeasured === true ||
  column.type === 'number' ||
  isPartOfName(column) ||
  (column.type === 'string' && areMeasures(column, rows)) ||
  (column.type === 'integer' && isMeasure(column, rows))

/** A number that hardly ever repeats is a measure, unless its name or its steps of one say that it counts. */
function isMeasure(column: Column, rows: string[][]): boolean {
  const { header, at, distinct, cells } = column
  // the index of a frame, as Pandas and R write it
  if (at === 0 && header === '') return false
  if (isNamed(column) || isCounting(column) || distinct * 2 < cells) return false
  const numbers = rows.map((row) => Number(row[at]))
  // it may begin again, for each of something else
  return !numbers.every((number, i) => i === 0 || number - numbers[i - 1]! === 1 || number === numbers[0])
}

const kinds = { string: 0, integer: 1, date: 0, datetime: 0, boolean: 3, number: 4 }

/** A name that says so comes first, then what is not a number, then the order of the file. */
const rank = (column: Column): number => (isNamed(column) ? -2 : 0) + kinds[column.type]

/**
 * Numbers that say what a row is of (a round, a mode) occur in most combinations; of measures, a few tell any rows apart by chance, and
 * two rows of the next file would be taken for one.
 */
const mostSparse = 20
function isUnnamedNumber(column: Column, texts: Map<string, number>): boolean {
  if (isNamed(column) || isCounting(column)) return false
  return column.type === 'integer' || (column.type === 'string' && [...texts.keys()].every(isDecimal))
}

/** Of the day that stands beside it; one that comes again and again is rather a step of something. */
const isMoment = ({ isClock, distinct }: Numbered, rows: number) => isClock && distinct * 2 > rows
const isOfDays = ({ type }: Column): boolean => type === 'date' || type === 'datetime'

/** With a unit or an era beside it, as in `J1998.36`, it is a text. */
const isDecimal = (text: string) => /^\p{L}{0,3}[+-]?\d+[.,]\d+\p{L}{0,3}$/u.test(text.trim())

/** One column, then two, three and four; only such as could have so many values. */
function combinations(able: Numbered[], rows: number): Numbered[][] {
  const few = able.slice(0, mostTried)
  const pairs = withOneMore(
    few.map((one) => [one]),
    few,
  )
  const triples = withOneMore(pairs, few)
  const fours = rows < fewestOfFour ? [] : withOneMore(triples, few).filter((tried) => areFull(tried, rows))
  const could = (tried: Numbered[]) => {
    // two rows of the next file may be without it
    if (tried.length === 1 && tried[0]!.column.emptyIsValue) return false
    if (tried.some((one) => isMoment(one, rows)) && !tried.some(({ column }) => isOfDays(column)))
      return false
    const most = combined(tried)
    return most >= rows && (most <= rows * mostSparse || !tried.some(({ isNumber }) => isNumber))
  }
  return [...able.map((one) => [one]), ...pairs, ...triples, ...fours].filter(could)
}

const withOneMore = (tried: Numbered[][], few: Numbered[]): Numbered[][] =>
  tried.flatMap((some) => few.slice(few.indexOf(some.at(-1)!) + 1).map((one) => [...some, one]))

const combined = (tried: Numbered[]): number => tried.reduce((product, { distinct }) => product * distinct, 1)

/** Four columns of few values tell few rows apart by chance, unless most of their combinations occur. */
const [fewestOfFour, mostOfFour] = [50, 2]
const areFull = (tried: Numbered[], rows: number): boolean => combined(tried) <= rows * mostOfFour

/** False as well when the looks are used up. */
function isUnique(tried: Numbered[], rows: number, budget: Budget): boolean {
  if (tried.length === 1) return tried[0]!.distinct === rows
  const seen = new Set<number>()
  for (let i = 0; i < rows; i++) {
    if (budget.looks-- <= 0) return false
    // three columns of 200,000 values each stay below 2^53
    const key = tried.reduce((sum, { numbers, distinct }) => sum * distinct + numbers[i]!, 0)
    if (seen.size === seen.add(key).size) return false
  }
  return true
}

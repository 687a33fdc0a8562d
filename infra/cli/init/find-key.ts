/** Which columns tell each row from all others. */
import { butFor, withEmpty, ofAxes, ofGrid, ofUnique, ofWholeRow, type Key } from './about-key.ts'
import type { Column } from './column.ts'
import { combinations, isOfDays, isUnique, type Budget } from './combinations.ts'
import { axesOf, gridOf } from './find-axes.ts'
import { withItsYear } from './find-years.ts'
import { counted } from './findings.ts'
import { couldBeKey, numbered, rank } from './key-columns.ts'
import { isIndex, isNamed, isNamedStation, isYearly } from './key-names.ts'

/** Rows that are looked at in all tries together: a second or two, however late the tries end. */
const mostLooks = 20_000_000
const areNamed = (columns: Column[]): boolean => columns.every(isNamed)

export function findKey(columns: Column[], rows: string[][], isWhole: boolean, looks = mostLooks): Key {
  const budget = { looks }
  const unique = withoutIndex(uniqueAmong(columns, rows, budget), columns, rows, budget)
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

/** The numbers of rows name them in this file alone: where a text and a year or a day do, too, these are the key of the next one as well. */
function withoutIndex(
  key: Column[] | undefined,
  columns: Column[],
  rows: string[][],
  budget: Budget,
): Column[] | undefined {
  if (!key || key.length > 1 || !isIndex(key[0]!)) return key
  const able = columns.filter((column) => column.type === 'string' || isOfDays(column) || isYearly(column))
  const natural = uniqueAmong(able, rows, budget)
  const isOfTexts = natural?.length === 2 && natural.some(({ type }) => type === 'string')
  return isOfTexts && !natural.every(({ type }) => type === 'string') ? natural : key
}

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

/** Of the first columns that tell the rows apart, one to four. */
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

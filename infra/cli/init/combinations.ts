/** Which columns are tried together, and whether they tell rows apart. */
import type { Column } from './column.ts'
import type { Numbered } from './key-columns.ts'

/** Columns that are combined: 793 tries for 12, most of which end within some rows. */
const mostTried = 12

/** Rows that may still be looked at, in all tries together. */
export interface Budget {
  looks: number
}

/**
 * Numbers that say what a row is of (a round, a mode) occur in most combinations; of measures, a few tell any rows apart by chance, and
 * two rows of the next file would be taken for one.
 */
const mostSparse = 20

/** Of the day that stands beside it; one that comes again and again is rather a step of something. */
const isMoment = ({ isClock, distinct }: Numbered, rows: number) => isClock && distinct * 2 > rows
export const isOfDays = ({ type }: Column): boolean => type === 'date' || type === 'datetime'

/** One column, then two, three and four; only such as could have so many values. */
export function combinations(able: Numbered[], rows: number): Numbered[][] {
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
export function isUnique(tried: Numbered[], rows: number, budget: Budget): boolean {
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

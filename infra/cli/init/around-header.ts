/** Lines above and below a header: titles, notes, and second lines with names, units or hints. */
import type { Column } from './column.ts'
import { usualMissing } from './judge-column.ts'
import { isOfColumn, typedOf } from './of-column.ts'

/**
 * Whether the row behind the first one is the header: words over numbers or times, each word there once, while the first row
 * has a hole or a value. One of units or of questions stands behind names, and so is none.
 * @param columns judged without both
 */
export function isTitle(first: string[], second: string[], columns: Column[], rows: string[][]): boolean {
  const isOdd = first.some((text) => text === '' || isValue(text) || isLongNote(text))
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

/** So many rows behind a header tell that other columns have no cell. */
const fewestNarrow = 5

/**
 * Whether some of these first rows is the header of a narrower table, above which stands what the whole file is of: words over numbers
 * or times alone, while no row behind has a cell in any other column.
 */
export function areAboveNarrower(
  header: string[],
  rows: string[][],
  judge: (names: string[], rows: string[][]) => Column[],
): boolean {
  return rows.slice(0, mostAbove).some((row, i) => {
    const others = rows.slice(i + 1)
    const within = [...row.keys()].filter((at) => row[at]!.trim() !== '')
    const isNarrow =
      within.length > 1 &&
      within.length < row.length &&
      others.length >= fewestNarrow &&
      hasNothingElse(others, within)
    if (!isNarrow || !isWider([header, ...rows.slice(0, i)], within)) return false
    const [names, cells] = [
      within.map((at) => row[at]!),
      others.map((other) => within.map((at) => other[at]!)),
    ]
    const columns = judge(names, cells)
    return typedOf(columns).length === names.length && areNamesOver(names, columns, cells)
  })
}

const mostAbove = 4

const hasNothingElse = (rows: string[][], within: number[]): boolean =>
  rows.every((row) => row.every((text, at) => within.includes(at) || text.trim() === ''))

/** The last line above has values of its own, as a line of names has not. */
const isWider = (above: string[][], within: number[]): boolean => {
  const last = above.at(-1)!
  return (
    last.some((text) => isValue(text)) && last.some((text, at) => text.trim() !== '' && !within.includes(at))
  )
}

const isValue = (text: string) => /^[+-]?[\d.,:/-]+$/.test(text.trim())

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

const label =
  /^(pre)?units?\b|^(einheit|dimension|scale|multiplier|frequency|source|quelle|title|titel|notes?|remarks?|important|release|next release|last update|updated|stand|cdid|series|description|beschreibung|seasonal)\b/i
/** Fewer lines may be rows whose values are words. */
const fewestNotes = 3

/** Whether lines below a header say what the whole file is of, as `Unit;USD` does: by their first cells, where the other rows have a digit. */
export function areNotes(lines: string[][], others: string[][]): boolean {
  const labels = lines.filter(([text]) => label.test(text!.trim())).length
  return lines.length >= fewestNotes && labels * 2 >= lines.length && areApart(lines, others)
}

/** By a digit in the first cell of each row, which these lines have not. */
const areApart = (lines: string[][], others: string[][]): boolean =>
  !lines.some(([text]) => /\d/.test(text!)) && others.every(([text]) => /\d/.test(text!))

/** Whether the line below a header of codes (`GEO_ID, B01001_001E`) says what they mean (`Geography, Estimate!!Total`), each in words of its own. */
export function areMeanings(header: string[], line: string[], others: string[][]): boolean {
  const isCode = (text: string) => /^[A-Z][A-Z0-9_]*$/.test(text)
  return (
    header.length > 2 &&
    header.every(isCode) &&
    line.every((text) => /\p{Ll}/u.test(text) && !/^\d/.test(text)) &&
    new Set(line).size === line.length &&
    areApart([line], others)
  )
}

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

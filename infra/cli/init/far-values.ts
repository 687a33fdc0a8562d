/** Numbers that stand for "no value", as 9999 and -999 do: all digits alike, and far from all others. */
import type { Column } from './column.ts'
import { counted } from './findings.ts'
import { judgeColumn } from './judge-column.ts'

/** How many of the widths of all others lie between them and such a number. */
const fewestWidths = 10
/** Fewer others have no width to speak of. */
const fewestOthers = 20

const isOdd = (text: string) =>
  /^-?([89])\1+(\.\1+|\.0*)?$/.test(text) && text.replace(/\D|0/g, '').length > 2

export function missFarValues(column: Column, rows: string[][]): Column {
  const { name, at, type, marks = {}, missing, doubt } = column
  if ((type !== 'number' && type !== 'integer') || Object.keys(marks).length > 0 || doubt !== undefined)
    return column
  const cells = rows.map((row) => row[at]!)
  const texts = cells.map((cell) => cell.trim()).filter((text) => text !== '' && !missing.includes(text))
  const far = farOf(texts)
  if (far.length === 0) return column
  const judged = judgeColumn(name, at, cells, [...missing, ...far])
  const times = texts.filter((text) => far.includes(text)).length
  const shown = far.map((text) => JSON.stringify(text)).join(', ')
  return {
    ...judged,
    sure: 'guess',
    doubt: `${shown} (${counted(times, 'cell')}) is taken for "no value", because it is far from all others: if it is measured, leave it out of missingValues`,
  }
}

function farOf(texts: string[]): string[] {
  const odd = texts.filter(isOdd)
  const others = odd.length < 2 ? [] : texts.filter((text) => !isOdd(text)).map(Number)
  if (others.length < fewestOthers) return []
  const [least, most] = others.reduce(
    ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
    [Infinity, -Infinity],
  )
  const width = most - least
  const isFar = (text: string) => Math.max(Number(text) - most, least - Number(text)) > width * fewestWidths
  return width > 0 ? [...new Set(odd.filter(isFar))] : []
}

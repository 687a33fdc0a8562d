/** Numbers that stand for "no value", as 9999, -999, -9900 and 77777 do: all digits alike, or noughts behind them, and far from all others. */
import type { Column } from './column.ts'
import { counted } from './findings.ts'
import { judgeWithoutThese } from './judge-column.ts'

/** How many of the widths of all others lie between them and such a number. */
const fewestWidths = 10
/** Fewer others have no width to speak of. */
const fewestOthers = 20

/** More than one of so many cells are hardly without a value. */
const mostOf = 6
/** Where such a number may be the name of something, or what it costs. */
const coded =
  /(^|[^a-z])(id|key|code|no|nr|num|number|nummer|port|status|exit|error|store|shop|dept|department|plu|sku|zip|plz|postal|room|class|type|price|cost|amount|total|preis|betrag)([^a-z]|$)|Id$|Code$/i

const isOdd = (text: string) =>
  (/^-?([89])\1+(\.\1+|\.0*)?$/.test(text) && text.replace(/\D|0/g, '').length > 2) ||
  /^(-99+00+|([1-7])\2{4,})(\.0*)?$/.test(text)

export function missFarValues(column: Column, rows: string[][]): Column {
  const { name, at, type, marks = {}, missing, doubt } = column
  const isPlain = Object.keys(marks).length === 0 && doubt === undefined && !coded.test(name)
  if ((type !== 'number' && type !== 'integer') || !isPlain) return column
  const texts = rows.map((row) => row[at]!.trim()).filter((text) => text !== '' && !missing.includes(text))
  const far = farOf(texts)
  const times = texts.filter((text) => far.includes(text)).length
  if (times === 0 || times * mostOf > texts.length) return column
  const shown = far.map((text) => JSON.stringify(text)).join(', ')
  const told = `${shown} (${counted(times, 'cell')}) is taken for "no value", because it is far from all others: if it is measured, leave it out of missingValues`
  return judgeWithoutThese(column, rows, far, told)
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

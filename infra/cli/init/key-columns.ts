/** Columns that a key may be made of, with a number for each of their values. */
import { isProblem, keyReader, keyRules } from '@dsf/dataset'
import type { Column } from './column.ts'
import { fieldOfColumn } from './field-of.ts'
import { isCounting, isIndex, isNamed, isNamedMeasure, isPartOfName, isPostal } from './key-names.ts'
import { clock } from './role-doubts.ts'

/** A measured value is no name of a row, and neither is a text of many words, nor a part of a person's name. */
export const couldBeKey = (column: Column, rows: string[][]): boolean =>
  column.cells > 0 && column.filled === column.cells && column.missing.length === 0 && !isNoName(column, rows)

/** A column with a number for each of its values, equal where the key of the stages is. */
export interface Numbered {
  column: Column
  numbers: Int32Array
  distinct: number
  /** whether it may be a measure */
  isNumber: boolean
  /** whether it is a time of day */
  isClock: boolean
}

/** Undefined for a column with a cell that the stages would refuse in a key. */
export function numbered(column: Column, rows: string[][]): Numbered | undefined {
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
  if (isNamedMeasure(column)) return true
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
  const { at, distinct, cells } = column
  if (isIndex(column) || isNamed(column) || isCounting(column) || distinct * 2 < cells) return false
  const numbers = rows.map((row) => Number(row[at]))
  // it may begin again, for each of something else
  return !numbers.every((number, i) => i === 0 || number - numbers[i - 1]! === 1 || number === numbers[0])
}

const kinds = { string: 0, integer: 1, date: 0, datetime: 0, boolean: 3, number: 4 }

/** A name that says so comes first, then what is not a number, then the order of the file; the code of an address comes last. */
export const rank = (column: Column): number =>
  (isNamed(column) ? -2 : isPostal(column) ? 3 : 0) + kinds[column.type]

function isUnnamedNumber(column: Column, texts: Map<string, number>): boolean {
  if (isNamed(column) || isCounting(column)) return false
  return column.type === 'integer' || (column.type === 'string' && [...texts.keys()].every(isDecimal))
}

/** With a unit or an era beside it, as in `J1998.36`, it is a text. */
const isDecimal = (text: string) => /^\p{L}{0,3}[+-]?\d+[.,]\d+\p{L}{0,3}$/u.test(text.trim())

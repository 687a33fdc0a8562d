/** Where the whole row is the key, what a type would cut off a cell is a part of the key. */
import { isProblem, keyRules } from '@dsf/dataset'
import { fieldOfColumn } from './field-of.ts'
import type { Column } from './column.ts'

/** A column with a cell of more digits than its type keeps becomes one of texts: the stages would refuse such rows. */
export function keepDigits(column: Column, rows: string[][]): Column {
  if (column.type !== 'number' && column.type !== 'datetime') return column
  const read = keyRules(fieldOfColumn(column))
  const lost = rows.find((row) => isProblem(read(row[column.at]!)))?.[column.at]
  if (lost === undefined) return column
  const { format: _, locale: __, marks: ___, missing, ...rest } = column
  return {
    ...{ ...rest, type: 'string', missing: [], filled: column.filled + missing.length, sure: 'guess' },
    why: `the whole row is the key, and a ${column.type} does not keep all digits of ${lost}`,
    doubt: `its cells are ${column.type}s of more digits than one keeps (${lost}), and stay texts so that no two rows become one. With a primaryKey of others, as of a field with x-dsf.rowNumber, it may be a ${column.type}`,
  }
}

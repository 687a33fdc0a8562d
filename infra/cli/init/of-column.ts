import { isProblem, readRules } from '@dsf/dataset'
import type { Column } from './column.ts'
import { fieldOfColumn } from './field-of.ts'

/** Columns of numbers, times and the like: a word among their cells is none of them. */
export const typedOf = (columns: Column[]): Column[] =>
  columns.filter(({ type, filled }) => type !== 'string' && filled > 0)

export const isOfColumn = (text: string, column: Column): boolean =>
  !isProblem(readRules(fieldOfColumn(column))(text))

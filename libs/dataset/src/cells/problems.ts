import type { Field } from '../definition/dataset.ts'
import type { DefinitionError } from '../definition/errors.ts'
import { shorten } from './shorten.ts'

/** A cell's logical value: numbers for numbers, milliseconds for datetimes, days since 1970 for dates, null when missing. */
export type Value = string | number | boolean | null

/** Values by column, as records, objects and documents have them. */
export type Row = Record<string, Value>

/** Why a cell is refused. The codes are few and fixed, because receipts count by them. */
export interface Problem {
  field: string
  code: 'required' | 'type' | 'minimum' | 'maximum' | 'enum' | 'pattern' | 'length'
  message: string
}

export const isProblem = (read: Value | Problem): read is Problem => typeof read === 'object' && read !== null

export const cellProblem = (field: Field, code: Problem['code'], what: string): Problem => ({
  field: field.name,
  code,
  message: `${field.name} ${what}`,
})

/** A cell as a message names it. */
export const shortCell = (text: string): string => shorten(text, 80)

/** Makes the error for a wrong part of a field: `at` is its path below the field, as in `/constraints/minimum`. */
export type ErrorAt = (at: string, expected: string) => DefinitionError

import type { FieldType } from '@dsf/dataset'
import type { Sure } from './findings.ts'

/** What was found of a column of a file. */
export interface Column {
  /** of the field that it becomes */
  name: string
  /** as in the header, where that is not the name */
  header?: string
  /** which column of the file it is, from 0 */
  at: number
  type: FieldType
  format?: string
  /** whose names its times have, where they are not English */
  locale?: string
  /** of numbers that are not plain */
  marks?: Marks
  /** beside the empty cell */
  missing: string[]
  /** in a key that needs it: then `missing` is all that is no value */
  emptyIsValue?: true
  tokens?: { trueValues: string[]; falseValues: string[] }
  /** cells that hold a value */
  filled: number
  cells: number
  distinct: number
  /** free text, which one searches by its words */
  isProse: boolean
  /** numbers with a sign beside them, which name no row */
  isMeasured?: boolean
  sure: Sure
  why: string
  /** what somebody should look at */
  doubt?: string
}

export interface Marks {
  decimalChar?: string
  groupChar?: string
  /** where something stands beside them */
  bareNumber?: false
}

/** What nearly has a role: it is told, because a person may know better. */
import { isProblem, readRules } from '@dsf/dataset'
import type { Column } from './column.ts'
import { fieldOfColumn } from './field-of.ts'
import { counted } from './findings.ts'

export const clock = /^\s*([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[ap]\.?m\.?)?\s*$/i

/** A day in one column and its time of day in another. */
export function clockDoubts(columns: Column[], time: Column | undefined, rows: string[][]): string[] {
  if (time?.type !== 'date') return []
  const isClock = ({ type, at }: Column) =>
    type === 'string' && rows.length > 0 && rows.every((row) => clock.test(row[at]!))
  return columns
    .filter(isClock)
    .map(
      ({ name }) =>
        `${name}: its cells are the times of day of "${time.name}", and stay texts: a column is one time, so the charts are of days. Day and time in one column of the file would be a datetime`,
    )
}

/** Of ten cells of a place more are degrees of the earth. */
const mostBeyond = 10

/** Columns that are called degrees, hardly any cell of which is none: as a place, rows with such would be refused. */
export const degreeDoubts = (called: Column[], limit: number, rows: string[][]): string[] =>
  called.flatMap((column) => {
    if (column.type !== 'number' && column.type !== 'integer') return []
    const read = readRules(fieldOfColumn(column))
    const isBeyond = (row: string[]) => {
      const value = read(row[column.at]!)
      return !isProblem(value) && Math.abs(value as number) > limit
    }
    const beyond = rows.filter(isBeyond).length
    return beyond === 0 || beyond * mostBeyond > rows.length
      ? []
      : [
          `${column.name}: ${counted(beyond, 'cell')} of ${counted(rows.length, 'row')} ${beyond === 1 ? 'is' : 'are'} beyond ${limit} degrees, so there is no place: with "geo" in the definition such rows are refused, and the others are on a map`,
        ]
  })

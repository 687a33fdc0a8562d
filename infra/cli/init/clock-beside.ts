/** A day in one column and its time of day in another: a column is one time, so that is told. */
import type { Column } from './column.ts'

export const clock = /^\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]\.?m\.?)?\s*$/i

/** @param time the event time */
export function tellClock(columns: Column[], time: Column | undefined, rows: string[][]): Column[] {
  if (time?.type !== 'date') return columns
  const isClock = ({ type, at, doubt }: Column) =>
    type === 'string' && doubt === undefined && rows.length > 0 && rows.every((row) => clock.test(row[at]!))
  const doubt = `its cells are the times of day of "${time.name}", and stay texts: a column is one time, so the charts are of days. Day and time in one column of the file would be a datetime`
  return columns.map((column) => (isClock(column) ? { ...column, sure: 'guess', doubt } : column))
}

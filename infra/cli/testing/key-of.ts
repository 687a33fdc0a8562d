import { findKey } from '../init/find-key.ts'
import { judgeColumn } from '../init/judge-column.ts'

/** The key that is found among rows of these columns, and what is told of it. */
export const keyOf = (names: string[], rows: string[][], looks?: number) => {
  const columns = names.map((name, at) =>
    judgeColumn(
      name,
      at,
      rows.map((row) => row[at]!),
    ),
  )
  const { columns: key, finding } = findKey(columns, rows, true, looks)
  return { key: key.map(({ name }) => name), why: finding.why }
}

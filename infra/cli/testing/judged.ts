import { judgeColumn } from '../init/judge-column.ts'

/** What is found of a column, and of it only what there is. */
export const judged = (cells: string[], name = 'x') => {
  const { type, format, missing, tokens, marks, doubt } = judgeColumn(name, 0, cells)
  return {
    is: format && format !== 'default' ? `${type} ${format}` : type,
    ...(missing.length > 0 ? { missing } : {}),
    ...(tokens ? { truth: [tokens.trueValues[0], tokens.falseValues[0]] } : {}),
    ...(marks && Object.keys(marks).length > 0 ? { marks } : {}),
    ...(doubt ? { doubt } : {}),
  }
}
export const times = (count: number, cell: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => cell(i))

/** What the columns of a file are called. */
import type { Column } from './column.ts'

/** The sign of a comment before the first name, as gnuplot and NumPy write it. `# of cases` counts them. */
const sign = /^#\s*(?!of\b)(?=\p{L})/iu

/** A name for each column: its own, without white space around it, with a number where it was there before; `column_3` where it has none. */
export function namesFor(header: string[]): string[] {
  const taken = new Set(header)
  const seen = new Set<string>()
  return header.map((text, i) => {
    const own = (isSigned(header, i) ? text.replace(sign, '') : text).trim()
    let name = own || `column_${i + 1}`
    for (let n = 2; seen.has(name) || (name !== text && taken.has(name)); n++)
      name = `${own || 'column'}_${n}`
    seen.add(name)
    return name
  })
}

/** Where other names have it too, it says something of them. */
const isSigned = (header: string[], i: number): boolean =>
  i === 0 && sign.test(header[0]!) && !header.slice(1).some((text) => text.startsWith('#'))

export const withHeader = (column: Column, header: string | undefined): Column =>
  header === undefined || header === column.name ? column : { ...column, header }

/** All that a name may lose and still be one: its sign, and white space around it. */
const isBared = ({ name, header }: Column): boolean => header?.replace(sign, '').trim() === name

const hasLostName = (column: Column): boolean => column.header !== undefined && !isBared(column)

export function nameDoubts(columns: Column[], hasHeader: boolean): string[] {
  if (!hasHeader) return ['the file seems to have no header: give its fields better names']
  const renamed = columns.filter(hasLostName)
  if (renamed.length === 0) return []
  const names = renamed.map(({ name, at }) => `column ${at + 1} is ${JSON.stringify(name)}`)
  return [`the header has no name, or one twice, for some columns: ${names.join(', ')}`]
}

/** What of a name is not as in the file. */
export const aboutName = (column: Column): string =>
  isBared(column) ? `; ${JSON.stringify(column.header)} in the file` : ''

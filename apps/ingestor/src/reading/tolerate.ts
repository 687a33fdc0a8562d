/** Rows that the definition lets pass although they are not as they should be. Nothing here is asked of a row that is. */
import { isUtf8 } from 'node:buffer'
import type { Tolerance } from '@dsf/dataset'
import { readRecord, type CsvDialect, type CsvRecord } from './read-record.ts'

/** Cells as many as the header has, and what had to be let pass for them. */
interface Mended {
  cells: string[]
  tolerated: Tolerance[]
}

/** Takes a record without a problem, and its bytes; undefined when it is refused all the same. */
export type Mend = (record: CsvRecord, bytes: Buffer) => Mended | undefined

/** Undefined where nothing is let pass. */
export function menderOf(
  tolerate: readonly Tolerance[] | undefined,
  dialect: CsvDialect,
  columns: number,
): Mend | undefined {
  if (!tolerate || tolerate.length === 0) return undefined
  const may = new Set(tolerate)
  return (record, bytes) => {
    const text = withoutNul(record, bytes, dialect)
    const fitted = text && fit(text.cells, columns, may)
    if (!fitted) return undefined
    const tolerated = [...text.tolerated, ...fitted.tolerated]
    return tolerated.every((one) => may.has(one)) ? { cells: fitted.cells, tolerated } : undefined
  }
}

/** NULs are gone before cells are cut, and bytes that are no UTF-8 were read as U+FFFD. */
function withoutNul({ cells }: CsvRecord, bytes: Buffer, dialect: CsvDialect): Mended | undefined {
  const unknown: Tolerance[] = isUtf8(bytes) ? [] : ['unknownCharacters']
  if (!bytes.includes(0)) return { cells, tolerated: unknown }
  const text = bytes.toString('latin1').replaceAll('\0', '')
  const again = text === '' ? undefined : readRecord(`${text}\n`, 0, text.length, dialect, text.length)
  if (!again || again.problem || again.end < text.length) return undefined
  return { cells: again.cells, tolerated: ['nulBytes', ...unknown] }
}

function fit(cells: string[], columns: number, may: ReadonlySet<Tolerance>): Mended {
  if (cells.length === columns) return { cells, tolerated: [] }
  if (cells.length < columns)
    return { cells: [...cells, ...Array<string>(columns - cells.length).fill('')], tolerated: ['shortRows'] }
  const surplus = cells.slice(columns)
  const isEmpty = surplus.every((cell) => cell === '')
  // more than one is a long row as well, where those alone are let pass
  const isTrailing = isEmpty && (surplus.length === 1 || may.has('trailingDelimiter'))
  return { cells: cells.slice(0, columns), tolerated: [isTrailing ? 'trailingDelimiter' : 'longRows'] }
}

/** Names of a header. Where trailing delimiters are let pass, an empty one at the end does not count. */
export const namesOf = (cells: string[], tolerate: readonly Tolerance[] = []): string[] =>
  tolerate.includes('trailingDelimiter') && cells.length > 1 && cells.at(-1) === ''
    ? cells.slice(0, -1)
    : cells

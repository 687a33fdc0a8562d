/** Tables with lines around and among their rows that are none, as people publish them. */
import fc from 'fast-check'
import type { Reading } from '@dsf/dataset'
import type { CsvDialect } from '../../apps/ingestor/src/reading/read-record.ts'
import { tables, type Table } from './files.ts'

export interface Dressed {
  text: string
  dialect: CsvDialect
  reading: Reading
  header: string[]
  rows: string[][]
  /** lines behind the header that are no rows */
  comments: number
  footerLines: number
}

/** No letter of a table's cells, so that no row begins so. */
const commentChars = ['#', '//', '%'] as const
const footer = ['Total', 'Source:', 'Σ'.repeat(90)]
const anyLine = fc.constantFrom(
  '',
  'Rain, in mm',
  '"',
  '"open, and on',
  'it\'s 5" wide',
  ';;;',
  'x'.repeat(200),
)
const someLines = (maxLength: number) => fc.array(anyLine, { maxLength })

export const dressedTables = fc
  .record({
    table: tables,
    preamble: someLines(3),
    units: someLines(2),
    headers: fc.constantFrom(1, 2),
    headerJoin: fc.constantFrom(undefined, '_'),
    commentChar: fc.constantFrom(undefined, ...commentChars),
    comments: fc.infiniteStream(someLines(1)),
    footer: fc.option(fc.tuple(fc.constantFrom(...footer), someLines(4))),
    isOpen: fc.boolean(),
  })
  .map(({ table, footer: foot, ...dress }): Dressed => {
    const headers = Math.min(dress.headers, table.rows.length)
    const { commentChar } = dress
    let comments = 0
    const noted = table.lines.slice(headers).map((line) => {
      const notes: string[] = commentChar === undefined ? [] : (dress.comments.next().value as string[])
      comments += notes.length
      return notes.map((note) => `${commentChar}${note}\n`).join('') + line
    })
    const above = [...dress.preamble.map(ended), ...table.lines.slice(0, headers), ...dress.units.map(ended)]
    const below = foot ? ended(foot[0] + 'x') + foot[1].map(ended).join('') : ''
    const text = above.join('') + noted.join('') + below
    const whole = dress.isOpen ? text.replace(/\r?\n$/, '') : text
    return {
      text: whole,
      dialect: {
        ...table.dialect,
        commentChar,
        headerJoin: dress.headerJoin,
        ...linesOf(table, dress, headers),
      },
      reading: { footer },
      header: joined(table.rows.slice(0, headers), dress.headerJoin ?? ' '),
      rows: table.rows.slice(headers),
      ...{ comments, footerLines: foot ? lineCount(whole.slice(text.length - below.length)) : 0 },
    }
  })

const ended = (line: string) => `${line}\n`
const lineCount = (text: string) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

/** On which lines of the file the header is, and those behind it that are none. */
function linesOf(
  { lines }: Table,
  { preamble, units }: { preamble: string[]; units: string[] },
  headers: number,
) {
  let line = preamble.length + 1
  const headerRows = lines.slice(0, headers).map((text) => {
    const begin = line
    line += lineCount(text)
    return begin
  })
  return { headerRows, commentRows: units.map((_, i) => line + i) }
}

function joined(rows: string[][], glue: string): string[] {
  const [names, more] = rows as [string[], string[]?]
  if (!more) return names
  return names.map((name, i) => {
    const [above, below] = [name.trim(), more[i]!.trim()]
    return [above, ...(below === above ? [] : [below])].filter((part) => part !== '').join(glue)
  })
}

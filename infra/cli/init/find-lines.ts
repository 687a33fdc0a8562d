/** Lines that are no rows: comments, and what stands above the header. */
import type { Reading } from '@dsf/dataset'
import type { CsvDialect } from '../../../apps/ingestor/src/reading/read-record.ts'
import { counted, type Finding } from './findings.ts'
import { recordsOf, widthOf, type Begun } from './records.ts'

/** Words of a definition about such lines, and why. */
export interface Lines {
  dialect: Pick<CsvDialect, 'commentChar' | 'headerRows' | 'headerJoin' | 'commentRows'>
  reading: Reading
  /** of a table whose header leaves the first column out, as R writes it */
  names?: string[]
  findings: Finding[]
}

export const noLines: Lines = { dialect: {}, reading: {}, findings: [] }

const commentChars = ['#', '//', '%', '!', '*', '--', ';']
const lookedRecords = 2000
/** Behind a header so many records are looked at, and this share of them are rows. */
const [followers, share] = [20, 0.8]

/** Undefined where the first record is the header, or where none is found. */
// eslint-disable-next-line complexity -- what was found, a line for each
export function findLines(bytes: Buffer, dialect: CsvDialect): Lines | undefined {
  const records = recordsOf(bytes, dialect, lookedRecords)
  const commentChar = commentOf(records, dialect)
  const isNote = ({ text }: Begun) => commentChar !== undefined && text.startsWith(commentChar)
  const rows = records.filter((one) => !isNote(one))
  const width = widthOf(rows)
  const start = rows.findIndex((one, i) => one.cells?.length === width && isFollowed(rows, i, width))
  if (start < 0 || width < 2) return undefined
  const header = headerBefore(records, rows, start, width)
  const above = records.filter(({ line }) => line < header.line)
  const notes = records.filter(isNote)
  if (above.length === 0 && notes.length === 0 && !header.names && !header.reading) return undefined
  const others = above.filter((one) => !isNote(one))
  return {
    dialect: {
      ...(commentChar === undefined ? {} : { commentChar }),
      ...headerWords(header, rows[start]!.line, others.length > 0 || isNote(header)),
    },
    reading: header.reading ?? {},
    ...(header.names ? { names: header.names } : {}),
    findings: [
      ...(commentChar === undefined ? [] : [aboutComments(commentChar, notes)]),
      ...(others.length === 0 ? [] : [aboutLines(others, header.line, width)]),
      ...header.findings,
    ],
  }
}

function headerWords({ names, line }: Header, first: number, isSaid: boolean): Lines['dialect'] {
  if (names) return { commentRows: linesBefore(first) }
  return isSaid ? { headerRows: [line] } : {}
}

export const linesBefore = (line: number): number[] => Array.from({ length: line - 1 }, (_, i) => i + 1)

function isFollowed(rows: Begun[], at: number, width: number): boolean {
  const next = rows.slice(at + 1, at + 1 + followers)
  return next.filter(({ cells }) => cells?.length === width).length >= next.length * share
}

/** What lines begin with that are no rows: they have another number of cells. */
function commentOf(records: Begun[], { delimiter, quoteChar }: CsvDialect): string | undefined {
  const able = commentChars.filter((char) => ![delimiter, quoteChar].includes(char[0]!))
  return able.find((char) => {
    const [notes, rows] = [true, false].map((is) =>
      records.filter(({ text }) => text.startsWith(char) === is),
    ) as [Begun[], Begun[]]
    const width = widthOf(rows)
    const odd = notes.filter(({ cells }) => cells?.length !== width && !endsInOneMore(cells, width))
    return rows.length > 0 && odd.length > 0 && odd.length >= notes.length - 1
  })
}

/** A row with a delimiter behind its last cell, which is let pass. */
const endsInOneMore = (cells: string[] | undefined, width: number): boolean =>
  cells?.length === width + 1 && cells.at(-1) === ''

type Header = Begun & { names?: string[]; reading?: Reading; findings: Finding[] }

/** Of the record before the first that is as wide as the rows, where that is the header all the same. */
// eslint-disable-next-line complexity -- a line for each form of a header that is not as wide as its rows
function headerBefore(records: Begun[], rows: Begun[], start: number, width: number): Header {
  const first = rows[start]!
  const above = records.slice(0, records.indexOf(first))
  const before = above.at(-1)
  const cells = before?.cells ?? []
  const named = namesAbove(above, rows.slice(start), width)
  if (named) return { ...named, findings: [aboutNote(named)] }
  if (before && cells.length === width + 1 && cells.at(-1) === '' && areNames(cells.slice(0, -1)))
    return { ...before, reading: { tolerate: ['trailingDelimiter'] }, findings: [trailing] }
  const isOpen = rows.slice(start, start + followers).every(({ cells: row }) => row?.at(-1) === '')
  if (before && cells.length === width - 1 && isOpen && areNames(cells))
    return { ...before, reading: { tolerate: ['trailingDelimiter'] }, findings: [trailing] }
  const [top, ...below] = rows
  if (areNamesOfMore(top!.cells ?? [], below, width))
    return {
      ...top!,
      reading: { tolerate: ['shortRows'] },
      findings: [aboutShort(top!.cells!.length, width)],
    }
  if (before && areSomeNames(cells, rows.slice(start), width))
    return { ...before, ...namesOfSome(before, cells, rows.slice(start, start + followers)) }
  return { ...first, findings: [] }
}

/** Most rows end before the last columns, some do not, and none goes beyond. */
const areNamesOfMore = (cells: string[], rows: Begun[], width: number): boolean =>
  cells.length > width &&
  areNames(cells) &&
  rows.some((row) => row.cells?.length === cells.length) &&
  rows.every((row) => (row.cells?.length ?? 0) <= cells.length)

/** For more than half of the columns, above a row that has none. */
function areSomeNames(cells: string[], [first, next]: Begun[], width: number): boolean {
  if (cells.length < 2 || cells.length >= width || cells.length * 2 <= width || !areNames(cells)) return false
  return !areNames(first!.cells!) || areNames(next?.cells ?? [])
}

/** R leaves out the name of the first column, which has a name for each row; others leave out the last ones. */
function namesOfSome(header: Begun, cells: string[], rows: Begun[]): Pick<Header, 'names' | 'findings'> {
  const width = rows[0]!.cells!.length
  const firsts = rows.map(({ cells }) => cells?.[0])
  if (cells.length === width - 1 && new Set(firsts).size === firsts.length)
    return { names: ['', ...cells], findings: [aboutFirst(header)] }
  const unnamed = Array.from({ length: width - cells.length }, () => '')
  return { names: [...cells, ...unnamed], findings: [aboutLast(header, unnamed.length, width)] }
}

/** The last comment that has a name for each cell, unless the first row has them. */
function namesAbove(above: Begun[], [first, next]: Begun[], width: number): Begun | undefined {
  if (areNames(first!.cells!) && !areNames(next?.cells ?? [])) return undefined
  return above.findLast(({ cells }) => cells?.length === width && areNames(cells))
}

const areNames = (cells: string[]) =>
  new Set(cells).size === cells.length && cells.every((text) => /\p{L}/u.test(text))

const shown = ({ text }: Begun) => JSON.stringify(Buffer.from(text, 'latin1').toString().slice(0, 40))

const aboutComments = (char: string, notes: Begun[]): Finding => ({
  ...{ about: 'comments', answer: char, sure: notes[0]!.line === 1 ? 'likely' : 'guess' },
  why: `${counted(notes.length, 'line')} of the beginning, with another number of cells than the rows: ${shown(notes[0]!)}`,
})

const aboutLines = (above: Begun[], line: number, width: number): Finding => ({
  ...{ about: 'header row', answer: `line ${line}`, sure: 'likely' },
  why: `${counted(above.length, 'record')} above it, the first with ${above[0]!.cells?.length ?? 'no'} cells and not ${width}: ${shown(above[0]!)}`,
})

const aboutNote = ({ line }: Begun): Finding => ({
  ...{ about: 'header row', answer: `line ${line}`, sure: 'guess' },
  why: 'a comment above the rows has as many cells as they have, each a word',
})

export const trailing: Finding = {
  ...{ about: 'last delimiter', answer: 'let pass', sure: 'likely' },
  why: 'lines end in a delimiter with nothing behind it',
}

const aboutShort = (names: number, width: number): Finding => ({
  ...{ about: 'short rows', answer: 'let pass', sure: 'guess' },
  why: `the header has ${names} cells, each a word; most rows have ${width}, and none has more than the header`,
})

const aboutFirst = (header: Begun): Finding => ({
  ...{ about: 'header', answer: `line ${header.line}, without the first column`, sure: 'guess' },
  why: 'it has one cell less than the rows, each a word',
})

const aboutLast = (header: Begun, unnamed: number, width: number): Finding => ({
  about: 'header',
  answer: `line ${header.line}, without the last ${unnamed === 1 ? 'column' : `${unnamed} columns`}`,
  ...{ sure: 'guess', why: `it has ${width - unnamed} cells, each a word, and the rows have ${width}` },
})

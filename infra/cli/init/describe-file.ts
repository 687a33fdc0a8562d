/** From the beginning of a file to what is known of it. */
import { sniff } from '../../../apps/ingestor/src/reading/check-header.ts'
import { escapeDoubts, escapeFinding } from './about-escapes.ts'
import type { Key } from './about-key.ts'
import { findKey } from './find-key.ts'
import { findRoles } from './find-roles.ts'
import { withYears } from './find-years.ts'
import { missFarValues } from './far-values.ts'
import { keepDigits } from './keep-digits.ts'
import { counted, type Finding } from './findings.ts'
import type { Column } from './column.ts'
import { judgeAll } from './judge-column.ts'
import { doubtPoints } from './judge-numbers.ts'
import { judgeTogether } from './judge-together.ts'
import { missShortText } from './short-texts.ts'
import type { Found } from './make-definition.ts'
import { aboutName, nameDoubts, namesFor, withHeader } from './name-columns.ts'
import { refuseFew } from './nearly-typed.ts'
import { refuseFile } from './refuse-file.ts'
import { mostRows, numberOf, scanFile, withoutHeader, withoutRepeats } from './scan-file.ts'
import type { Scanned } from './scan-rows.ts'
import { sniffDialect, type Sniffed } from './sniff-dialect.ts'
import type { Text } from './read-text.ts'
import type { Sample } from './take-sample.ts'

export interface Described extends Omit<Found, 'name' | 'title' | 'url'> {
  findings: Finding[]
  /** what somebody should look at */
  doubts: string[]
  rows: number
}

/**
 * @param text of the sample
 * @param folder of one's own, for the sniffer
 * @throws Error that says why no definition can be made of it, and what can be done
 */
// eslint-disable-next-line complexity -- what is found of a file, a line for each
export async function describeFile(
  { isWhole, contentType }: Sample,
  { bytes, encoding, lineTerminator, findings }: Text,
  folder: string,
): Promise<Described> {
  const foreign = sniff(bytes, contentType)
  if (foreign) throw new Error(foreign)
  const sniffed = await sniffDialect(bytes, folder)
  const { names } = sniffed.lines
  const { scanned, reading, header, ...lines } = scanFile(bytes, sniffed, isWhole)
  refuseFile(scanned, bytes)
  const below = withoutRepeats(scanned)
  const all = header.isHeader ? below : [scanned.header, ...scanned.rows]
  const dialect = header.isHeader ? lines.dialect : withoutHeader(lines.dialect)
  const called = namesFor(header.isHeader ? scanned.header : (names ?? scanned.header.map(() => '')))
  const { columns: judged, rows } = refuseFew(judgeAllTogether(called, all), all, (row) =>
    numberOf(row, scanned, header.isHeader),
  )
  const columns =
    sniffed.dialect.delimiter === ',' ? judged : judged.map((column) => doubtPoints(column, rows))
  const named = columns.map((column, i) =>
    withHeader(column, header.isHeader ? scanned.header[i] : undefined),
  )
  const found = findKey(named, rows, isWhole && scanned.rows.length < mostRows)
  const { columns: timed, key } = withYears(asInKey(named, found), found, rows)
  const fields = key.columns.length > 0 ? timed : timed.map((column) => keepDigits(column, rows))
  const roles = findRoles(fields, key.columns, rows)
  return {
    ...{ dialect, reading, hasHeader: header.isHeader, columns: fields },
    ...{ key: key.columns, roles, rows: all.length, ...(encoding ? { encoding } : {}) },
    ...(lineTerminator ? { lineTerminator } : {}),
    findings: [
      ...[...findings, delimiterOf(sniffed), quoteOf(sniffed), ...escapeFinding(dialect), ...lines.findings],
      ...[...(header.finding ? [header.finding] : []), key.finding, ...roles.findings],
      ...fields.map(aboutColumn),
    ],
    doubts: [
      ...encodingDoubt(encoding),
      ...lineDoubts(lines.findings),
      ...nameDoubts(fields, header.isHeader || names !== undefined),
      ...unreadableDoubt(scanned, header.isHeader ? 0 : 1),
      ...escapeDoubts(bytes, dialect, scanned.unreadable),
      ...(header.doubt === undefined ? [] : [header.doubt]),
      ...(header.isHeader ? repeatDoubt(scanned.rows.length - below.length) : []),
      ...oneColumnDoubt(fields, rows, header.isHeader && header.doubt === undefined),
      ...equalDoubt(key.equal, rows.length),
      ...fields.flatMap(({ name, doubt }) => (doubt ? [`${name}: ${doubt}`] : [])),
      ...roles.doubts,
    ],
  }
}

const asInKey = (columns: Column[], key: Key): Column[] =>
  columns.map((column) => key.columns.find(({ at }) => at === column.at) ?? column)

const lineDoubts = (findings: Finding[]): string[] =>
  findings
    .filter(({ sure }) => sure === 'guess')
    .map(({ about, answer, why }) => `${about}, taken for ${answer}: ${why}`)

const judgeAllTogether = (names: string[], rows: string[][]): Column[] =>
  judgeTogether(judgeAll(names, rows), rows).map((column) => missShortText(missFarValues(column, rows), rows))

const encodingDoubt = (encoding: string | undefined): string[] =>
  encoding === undefined ? [] : [`the encoding, taken for ${encoding}: look at the letters of the first rows`]

const delimiterOf = ({ dialect, why }: Sniffed): Finding => ({
  ...{ about: 'delimiter', answer: JSON.stringify(dialect.delimiter), sure: 'likely' },
  why: dialect.delimiter === ' ' && dialect.skipInitialSpace ? `${why}; several blanks are one` : why,
})

const quoteOf = ({ dialect }: Sniffed): Finding => ({
  ...{ about: 'quote', answer: dialect.quoteChar, sure: 'likely' },
  why: dialect.skipInitialSpace
    ? 'with white space before it, which is left out'
    : 'the usual one, or DuckDB found it',
})

const aboutColumn = (column: Column): Finding => ({
  about: `column ${column.name}`,
  answer: [
    column.type,
    ...(column.format && column.format !== 'default' ? [column.format] : []),
    ...(column.locale ? [`(${column.locale})`] : []),
  ].join(' '),
  ...{ sure: column.sure, why: column.why + aboutName(column) },
})

const repeatDoubt = (times: number): string[] =>
  times === 0
    ? []
    : [
        `the header stands ${times === 1 ? 'once' : `${times} times`} more among the rows: where a column is no text, that is a refused row, and else a row like others`,
      ]

/** @param more rows before those that were scanned: the first one, where it is none of names */
const unreadableDoubt = ({ unreadable, rows }: Scanned, more: number): string[] =>
  unreadable.length === 0
    ? []
    : [
        `${unreadable.length} of ${counted(rows.length + unreadable.length + more, 'row')} cannot be read; the first is row ${unreadable[0]!.row + more}: ${unreadable[0]!.reason}`,
      ]

/** Texts of several words in one column are lines of a text, or of a table whose columns no delimiter parts. */
function oneColumnDoubt(columns: Column[], rows: string[][], hasHeader: boolean): string[] {
  const several = rows.filter(([text]) => /\S\s+\S+\s+\S/.test(text!)).length
  if (columns.length !== 1 || columns[0]!.type !== 'string') return []
  return several * 2 > rows.length
    ? ['no delimiter was found, so each line is one cell: a table of columns needs one']
    : hasHeader
      ? [
          'the first line is taken for the name of the one column, and may be a row: then say "header": false in the dialect',
        ]
      : []
}

/** Equal rows may each be one that was observed. */
const equalDoubt = (equal: number, rows: number): string[] =>
  equal === 0
    ? []
    : [
        `${equal} of ${counted(rows, 'row')} ${equal === 1 ? 'equals another one in everything, and is left out as a duplicate' : 'equal another one in everything, and are left out as duplicates'}: if each counts, let a field be its number in the file, with x-dsf.rowNumber, and that the key`,
      ]

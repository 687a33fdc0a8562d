/** From the beginning of a file to what is known of it. */
import type { Reading } from '@dsf/dataset'
import { sniff } from '../../../apps/ingestor/src/reading/check-header.ts'
import type { CsvDialect } from '../../../apps/ingestor/src/reading/read-record.ts'
import { findFooter } from './find-footer.ts'
import { findHeader, type HeaderLines } from './find-header.ts'
import { findKey } from './find-key.ts'
import { linesBefore } from './find-lines.ts'
import { findRoles } from './find-roles.ts'
import { keepDigits } from './keep-digits.ts'
import { counted, type Finding } from './findings.ts'
import type { Column } from './column.ts'
import { judgeColumn } from './judge-column.ts'
import { doubtPoints } from './judge-numbers.ts'
import { letPass } from './let-pass.ts'
import { judgeHeader } from './judge-header.ts'
import { judgeTogether } from './judge-together.ts'
import type { Found } from './make-definition.ts'
import { aboutName, nameDoubts, namesFor, withHeader } from './name-columns.ts'
import { refuseFew } from './nearly-typed.ts'
import { refuseFile } from './refuse-file.ts'
import { scanRows, type Scanned } from './scan-rows.ts'
import { sniffDialect, type Sniffed } from './sniff-dialect.ts'
import type { Text } from './read-text.ts'
import type { Sample } from './take-sample.ts'

export interface Described extends Omit<Found, 'name' | 'title' | 'url'> {
  findings: Finding[]
  /** what somebody should look at */
  doubts: string[]
  rows: number
}

/** Enough to judge by; those behind them are seen when they are imported. */
const mostRows = 200_000

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
  const { scanned, reading, header, ...lines } = scanAll(bytes, sniffed, isWhole)
  refuseFile(scanned, bytes)
  const below = withoutRepeats(scanned)
  const all = header.isHeader ? below : [scanned.header, ...scanned.rows]
  const dialect = header.isHeader ? lines.dialect : withoutHeader(lines.dialect)
  const called = namesFor(header.isHeader ? scanned.header : (names ?? scanned.header.map(() => '')))
  const { columns: judged, rows } = refuseFew(judgeTogether(judgeAll(called, all), all), all, (row) =>
    numberOf(row, scanned, header.isHeader),
  )
  const columns =
    sniffed.dialect.delimiter === ',' ? judged : judged.map((column) => doubtPoints(column, rows))
  const named = columns.map((column, i) =>
    withHeader(column, header.isHeader ? scanned.header[i] : undefined),
  )
  const key = findKey(named, rows, isWhole)
  const fields = key.columns.length > 0 ? named : named.map((column) => keepDigits(column, rows))
  const roles = findRoles(fields, key.columns, rows)
  return {
    ...{ dialect, reading, hasHeader: header.isHeader, columns: fields },
    ...{ key: key.columns, roles, rows: all.length, ...(encoding ? { encoding } : {}) },
    ...(lineTerminator ? { lineTerminator } : {}),
    findings: [
      ...[...findings, delimiterOf(sniffed), quoteOf(sniffed), ...lines.findings],
      ...[...(header.finding ? [header.finding] : []), key.finding, ...roles.findings],
      ...fields.map(aboutColumn),
    ],
    doubts: [
      ...encodingDoubt(encoding),
      ...lineDoubts(lines.findings),
      ...nameDoubts(fields, header.isHeader || names !== undefined),
      ...unreadableDoubt(scanned),
      ...(header.doubt === undefined ? [] : [header.doubt]),
      ...(header.isHeader ? repeatDoubt(scanned.rows.length - below.length) : []),
      ...oneColumnDoubt(fields, rows),
      ...equalDoubt(key.equal, rows.length),
      ...fields.flatMap(({ name, doubt }) => (doubt ? [`${name}: ${doubt}`] : [])),
    ],
  }
}

/** By all that is found of its lines, each in its turn. */
function scanAll(bytes: Buffer, sniffed: Sniffed, isWhole: boolean) {
  const { dialect, lines } = sniffed
  if (lines.names)
    return { ...scanLines(bytes, sniffed, { dialect, findings: [] }, isWhole), header: noHeader }
  const found = scanLines(bytes, sniffed, findHeader(bytes, dialect, judgeAll, true), isWhole)
  const header = headerOf(found)
  if (header.isHeader) return { ...found, header }
  // where nothing is a header, nothing stands below it
  const plain = scanLines(bytes, sniffed, findHeader(bytes, dialect, judgeAll, false), isWhole)
  return { ...plain, header: { ...headerOf(plain), isHeader: false } }
}

function headerOf({ scanned }: { scanned: Scanned }) {
  const rows = withoutRepeats(scanned)
  return judgeHeader(scanned.header, judgeAll(scanned.header, rows), rows)
}

/** Files that were put together from several have the header again and again; it says nothing of what a column holds. */
function withoutRepeats({ header, rows }: Scanned): string[][] {
  const others = rows.filter((row) => row.some((cell, i) => cell !== header[i]))
  return others.length * 2 > rows.length ? others : rows
}

/** As a run counts: the first row is the one below the header, and those that cannot be read are some too. */
function numberOf(row: string[], { header, rows, unreadable }: Scanned, hasHeader: boolean): number {
  let number = row === header ? 1 : rows.indexOf(row) + (hasHeader ? 1 : 2)
  for (const bad of unreadable) if (bad.row + (hasHeader ? 0 : 1) <= number) number++
  return number
}

function scanLines(
  bytes: Buffer,
  sniffed: Sniffed,
  { dialect, findings: found }: HeaderLines,
  isWhole: boolean,
) {
  const scan = (reading: Reading) => scanRows(bytes, dialect, mostRows, isWhole, reading)
  // before a footer is looked for: such a row at the end would be taken for one
  const passed = letPass(scan, sniffed.lines.reading)
  const { scanned, reading } = passed
  const findings = [...sniffed.lines.findings, ...found, ...passed.findings]
  const isAll = isWhole && scanned.rows.length < mostRows
  const foot = isAll ? findFooter(bytes, dialect, reading, scanned) : undefined
  if (!foot) return { scanned, reading, dialect, findings }
  const footed = { ...reading, footer: foot.footer }
  return { scanned: scan(footed), reading: footed, dialect, findings: [...findings, foot.finding] }
}

const noHeader = { isHeader: false, finding: undefined, doubt: undefined }

/** What would be its header is a row, and the lines above it are passed over by their numbers. */
function withoutHeader({ headerRows: [line] = [], headerJoin: _, ...dialect }: CsvDialect): CsvDialect {
  if (line === undefined) return dialect
  return { ...dialect, commentRows: [...new Set([...linesBefore(line), ...(dialect.commentRows ?? [])])] }
}

const lineDoubts = (findings: Finding[]): string[] =>
  findings
    .filter(({ sure }) => sure === 'guess')
    .map(({ about, answer, why }) => `${about}, taken for ${answer}: ${why}`)

const judgeAll = (names: string[], rows: string[][]): Column[] =>
  names.map((name, at) =>
    judgeColumn(
      name,
      at,
      rows.map((row) => row[at]!),
    ),
  )

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

const unreadableDoubt = ({ unreadable, rows }: Scanned): string[] =>
  unreadable.length === 0
    ? []
    : [
        `${unreadable.length} of ${counted(rows.length + unreadable.length, 'row')} cannot be read; the first is row ${unreadable[0]!.row}: ${unreadable[0]!.reason}`,
      ]

/** Texts of several words in one column are lines of a text, or of a table whose columns no delimiter parts. */
function oneColumnDoubt(columns: Column[], rows: string[][]): string[] {
  const several = rows.filter(([text]) => /\S\s+\S+\s+\S/.test(text!)).length
  return columns.length === 1 && several * 2 > rows.length
    ? ['no delimiter was found, so each line is one cell: a table of columns needs one']
    : []
}

/** Equal rows may each be one that was observed. */
const equalDoubt = (equal: number, rows: number): string[] =>
  equal === 0
    ? []
    : [
        `${equal} of ${counted(rows, 'row')} equal another one in everything, and are left out as duplicates: if each counts, the file needs a column that numbers them`,
      ]

/** From the beginning of a file to what is known of it. */
import { sniff } from '../../../apps/ingestor/src/reading/check-header.ts'
import { hintOf } from '../../../apps/ingestor/src/reading/read-header.ts'
import { findKey } from './find-key.ts'
import { findRoles } from './find-roles.ts'
import { keepDigits } from './keep-digits.ts'
import { counted, type Finding } from './findings.ts'
import type { Column } from './column.ts'
import { doubtPoints, judgeColumn } from './judge-column.ts'
import { isNearlyEmpty, isTitle, judgeHeader } from './judge-header.ts'
import type { Found } from './make-definition.ts'
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

/** A row of more cells is no table that anybody charts; a dataset has 2,000 columns at most. */
const mostColumns = 2000
/** A line end that is none to us stands in the first line of a file. */
const hintedBytes = 64 * 1024
/** Enough to judge by; those behind them are seen when they are imported. */
const mostRows = 200_000

/**
 * @param text of the sample
 * @param folder of one's own, for the sniffer
 * @throws Error that says why no definition can be made of it, and what can be done
 */
export async function describeFile(
  { isWhole, contentType }: Sample,
  { bytes, encoding, finding }: Text,
  folder: string,
): Promise<Described> {
  const foreign = sniff(bytes, contentType)
  if (foreign) throw new Error(foreign)
  const sniffed = await sniffDialect(bytes, folder)
  const scanned = scanRows(bytes, sniffed.dialect, mostRows, isWhole)
  refuseUnreadable(scanned, sniffed, bytes.toString('latin1', 0, hintedBytes))
  refuseMisfits(scanned)
  refuseTitle(scanned)
  const header = judgeHeader(scanned.header, judgeAll(scanned.header, scanned.rows), scanned.rows)
  const rows = header.isHeader ? scanned.rows : [scanned.header, ...scanned.rows]
  const judged = judgeAll(namesFor(header.isHeader ? scanned.header : scanned.header.map(() => '')), rows)
  const columns =
    sniffed.dialect.delimiter === ',' ? judged : judged.map((column) => doubtPoints(column, rows))
  const named = columns.map((column, i) =>
    withHeader(column, header.isHeader ? scanned.header[i] : undefined),
  )
  const key = findKey(named, rows, isWhole)
  const fields = key.columns.length > 0 ? named : named.map((column) => keepDigits(column, rows))
  const roles = findRoles(fields, key.columns, rows)
  return {
    ...{ dialect: sniffed.dialect, hasHeader: header.isHeader, columns: fields },
    ...{ key: key.columns, roles, rows: rows.length, ...(encoding ? { encoding } : {}) },
    findings: [
      ...[finding, delimiterOf(sniffed), quoteOf(sniffed), header.finding, key.finding, ...roles.findings],
      ...fields.map(aboutColumn),
    ],
    doubts: [
      ...encodingDoubt(encoding),
      ...nameDoubts(fields, header.isHeader),
      ...unreadableDoubt(scanned),
      ...(key.columns.length > 0 ? [] : equalDoubt(rows)),
      ...fields.flatMap(({ name, doubt }) => (doubt ? [`${name}: ${doubt}`] : [])),
    ],
  }
}

const judgeAll = (names: string[], rows: string[][]): Column[] =>
  names.map((name, at) =>
    judgeColumn(
      name,
      at,
      rows.map((row) => row[at]!),
    ),
  )

/** A name for each column: its own, with a number where it was there before; `column_3` where it has none. */
function namesFor(header: string[]): string[] {
  const taken = new Set(header)
  const seen = new Set<string>()
  return header.map((text, i) => {
    let name = text === '' ? `column_${i + 1}` : text
    for (let n = 2; seen.has(name) || (name !== text && taken.has(name)); n++)
      name = `${text || 'column'}_${n}`
    seen.add(name)
    return name
  })
}

const withHeader = (column: Column, header: string | undefined): Column =>
  header === undefined || header === column.name ? column : { ...column, header }

const encodingDoubt = (encoding: string | undefined): string[] =>
  encoding === undefined ? [] : [`the encoding, taken for ${encoding}: look at the letters of the first rows`]

/** More than half of the rows do not fit the first line: then that is none of them. */
function refuseMisfits({ rows, unreadable: [first, ...others] }: Scanned): void {
  if (!first || others.length < rows.length || rows.length === 0) return
  const total = counted(rows.length + others.length + 1, 'row')
  throw new Error(
    `${others.length + 1} of ${total} cannot be read, so its first line is hardly its header: take out what stands above that. The first one is row ${first.row}: ${first.reason}`,
  )
}

function refuseUnreadable(
  { header, rows, unreadable }: Scanned,
  { skipped, comment }: Sniffed,
  beginningText: string,
): void {
  const before = comment
    ? `lines that begin with "${comment}"`
    : skipped > 0
      ? `${counted(skipped, 'line')} before its header`
      : ''
  const total = rows.length + unreadable.length
  if (header.length > mostColumns)
    throw new Error(`the file has ${header.length} columns, and a dataset has at most ${mostColumns}`)
  if (before && (rows.length === 0 || unreadable.length > total / 20))
    throw new Error(`the file seems to have ${before}, which are not read: take them out`)
  if (total === 0)
    throw new Error(
      `the file has no row behind its header, so nothing can be told of its columns${hintOf(beginningText)}`,
    )
  if (rows.length === 0)
    throw new Error(
      `none of ${counted(total, 'row')} can be read: ${unreadable[0]!.reason} (row ${unreadable[0]!.row})`,
    )
}

/** Enough to tell a header by. */
const beginning = 1000

function refuseTitle({ header, rows }: Scanned): void {
  const [second, ...others] = rows.slice(0, beginning)
  if (second && isTitle(header, second, judgeAll(header, others), others))
    throw new Error(
      `the file seems to have a line before its header, which is ${JSON.stringify(second.join(', ').slice(0, 80))}: take out what stands above it`,
    )
  if (isNearlyEmpty(header, rows.slice(0, beginning)))
    throw new Error(
      `the file seems to have lines above its header, because its first one has hardly a cell that is filled: take them out`,
    )
}

const delimiterOf = ({ dialect, why }: Sniffed): Finding => ({
  ...{ about: 'delimiter', answer: JSON.stringify(dialect.delimiter), sure: 'likely', why },
})

const quoteOf = ({ dialect }: Sniffed): Finding => ({
  ...{ about: 'quote', answer: dialect.quoteChar, sure: 'likely' },
  why: dialect.skipInitialSpace
    ? 'with white space before it, which is left out'
    : 'the usual one, or DuckDB found it',
})

const aboutColumn = ({ name, type, format, sure, why }: Column): Finding => ({
  ...{
    about: `column ${name}`,
    answer: format && format !== 'default' ? `${type} ${format}` : type,
    sure,
    why,
  },
})

function nameDoubts(columns: Column[], hasHeader: boolean): string[] {
  if (!hasHeader) return ['the file seems to have no header: give its fields better names']
  const renamed = columns.filter(({ header }) => header !== undefined)
  if (renamed.length === 0) return []
  const names = renamed.map(({ name, at }) => `column ${at + 1} is ${JSON.stringify(name)}`)
  return [`the header has no name, or one twice, for some columns: ${names.join(', ')}`]
}

const unreadableDoubt = ({ unreadable, rows }: Scanned): string[] =>
  unreadable.length === 0
    ? []
    : [
        `${unreadable.length} of ${counted(rows.length + unreadable.length, 'row')} cannot be read; the first is row ${unreadable[0]!.row}: ${unreadable[0]!.reason}`,
      ]

/** Of the rows of a file whose whole row is the key: equal ones may each be one that was observed. */
function equalDoubt(rows: string[][]): string[] {
  const equal = rows.length - new Set(rows.map((row) => JSON.stringify(row))).size
  return equal === 0
    ? []
    : [
        `${equal} of ${counted(rows.length, 'row')} equal another one in everything, and are left out as duplicates: if each counts, the file needs a column that numbers them`,
      ]
}

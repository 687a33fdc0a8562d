/** How a CSV file is written, by the sniffer of DuckDB; and by our own scanner where that finds one column. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { CsvDialect } from '../../../apps/ingestor/src/reading/read-record.ts'
import { findLines, noLines, type Lines } from './find-lines.ts'
import { scanRows, type Scanned } from './scan-rows.ts'

export interface Sniffed {
  dialect: CsvDialect
  /** those that are no rows */
  lines: Lines
  /** who found the delimiter, and in how many of the rows it fits */
  why: string
}

/** Rows that the sniffer looks at; its own default of 20,480 takes 20 ms. */
const sniffedRows = 20_480
/** Rows by which readings are compared. */
const fittedRows = 1000
/** Enough to see blanks that do more than delimit. */
const alignedBytes = 64 * 1024
const usualDelimiters = [',', ';', '\t', '|', ' ']

/** @param folder of one's own, for a file that the sniffer reads */
export async function sniffDialect(sample: Buffer, folder: string): Promise<Sniffed> {
  const path = join(folder, 'sniffed.csv')
  await writeFile(path, sample)
  const { delimiter, quote } = (await sniffedBy(path)) ?? nothing
  const delimiters = new Set([...(delimiter ? [delimiter] : []), ...usualDelimiters])
  const readings = [...delimiters].map((delimiter) => {
    const marks = { delimiter, quoteChar: quote || '"' }
    const aligned = delimiter === ' ' ? alignedBy(sample, marks) : undefined
    return aligned ?? withEscapes(sample, readingOf(sample, marks), fittedRows)
  })
  // few rows may have one, and it may be far behind
  const { dialect, lines, share, columns } = withEscapes(sample, bestOf(readings, delimiter), Infinity)
  const who = delimiter === dialect.delimiter ? 'DuckDB found it' : 'DuckDB did not find it'
  return { dialect, lines, why: `${who}; ${percent(share)} of the rows have ${columns} cells with it` }
}

/** Columns that stand below each other by blanks, where each row has as many of them. */
function alignedBy(sample: Buffer, marks: Marks): Reading | undefined {
  if (!/ {2}|(^|\n) | \r?\n/.test(sample.toString('latin1', 0, alignedBytes))) return undefined
  const aligned = readingOf(sample, { ...marks, skipInitialSpace: true })
  if (aligned.share < 1 || aligned.columns < 2) return undefined
  // a header that begins with a blank leaves one name out, and all columns are there
  return aligned.lines.names && readingOf(sample, marks).share === 1 ? undefined : aligned
}

/** With backslashes that make text of a quote, where some of so many rows cannot be read without, and more can be with them. */
function withEscapes(sample: Buffer, plain: Reading, most: number): Reading {
  const { delimiter, quoteChar, escapeChar } = plain.dialect
  if (escapeChar !== undefined || !sample.includes(`\\${quoteChar}`)) return plain
  const found = rowsBy(sample, plain, most)
  if (found.unreadable.length === 0) return plain
  const escaped = readingOf(sample, { delimiter, quoteChar, escapeChar: '\\' })
  return rowsBy(sample, escaped, most).rows.length > found.rows.length ? escaped : plain
}

const rowsBy = (sample: Buffer, { dialect, lines }: Reading, most: number): Scanned =>
  scanRows(sample, dialect, most, false, lines.reading)

/** With the lines that are no rows, where more can be read so. */
function readingOf(sample: Buffer, marks: CsvDialect): Reading {
  const plain = { ...marks, skipInitialSpace: marks.skipInitialSpace ?? isSpaced(sample, marks) }
  const fit = fitOf(sample, plain)
  const asItIs = { dialect: plain, lines: noLines, ...fit }
  const lines = fit.share === 1 && fit.columns > 1 ? undefined : findLines(sample, plain)
  if (!lines) return asItIs
  const dialect = { ...plain, ...lines.dialect }
  const laid = { dialect, lines, ...fitOf(sample, dialect, lines) }
  return laid.columns > 1 && laid.share > Math.max(fit.share, 0.6) ? laid : asItIs
}

interface DuckSniff {
  delimiter: string
  quote: string
}

const nothing: DuckSniff = { delimiter: '', quote: '' }

/** Undefined for what it cannot make sense of. It reads the one file and nothing else, and takes 256 MB at most. */
async function sniffedBy(path: string): Promise<DuckSniff | undefined> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '256MB' })
  const connection = await instance.connect()
  try {
    const query = `select Delimiter, Quote from sniff_csv($path, sample_size=${sniffedRows})`
    const [row] = (await connection.runAndReadAll(query, { path })).getRowObjectsJson()
    const said = (word: string) => text(row?.[word]).replace('(empty)', '')
    if (!/^[\t\x20-\x7e]$/.test(said('Delimiter'))) return undefined
    return { delimiter: said('Delimiter'), quote: said('Quote') }
  } catch {
    return undefined
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

type Marks = Pick<CsvDialect, 'delimiter' | 'quoteChar'>

interface Reading {
  dialect: CsvDialect
  lines: Lines
  share: number
  columns: number
  /** in all rows that fit */
  areNumbers: boolean
}

/** Of the rows, so many have as many cells as the header; and how many those are. */
function fitOf(sample: Buffer, dialect: CsvDialect, { reading }: Lines = noLines) {
  const { header, rows, unreadable } = scanRows(sample, dialect, fittedRows, false, reading)
  const areNumbers = rows.every((row) => row.every((text) => /^[+-]?[\d.,]*\d(e[+-]?\d+)?$/i.test(text)))
  return {
    share: rows.length / Math.max(1, rows.length + unreadable.length),
    columns: header.length,
    areNumbers,
  }
}

/** What the sniffer found, where it fits nearly always; else what fits most rows, and of such the one with most columns. */
function bestOf(readings: Reading[], found: string): Reading {
  const apt = readings.filter(({ columns, share, areNumbers, dialect }) =>
    // two words in a row are no columns, two numbers are
    dialect.delimiter === ' '
      ? share === 1 && (columns > 2 || (columns === 2 && areNumbers))
      : columns > 1 && share > 0.5,
  )
  const trusted = apt.find(({ dialect, share }) => dialect.delimiter === found && share > 0.9)
  if (trusted) return trusted
  const [best] = apt.sort((one, other) => trust(other) - trust(one) || other.columns - one.columns)
  return best ?? readings.find(({ dialect }) => dialect.delimiter === ',')!
}

/** Lines that are left out make any delimiter fit better. */
const trust = ({ share, lines }: Reading) => share - (lines === noLines ? 0 : 0.1)

/** White space before a quote is refused unless it is said that it is none of the cell; before all names and most cells it is none of them. */
function isSpaced(sample: Buffer, dialect: CsvDialect): boolean {
  const { header, rows, unreadable } = scanRows(sample, dialect, fittedRows)
  const isRead = header.length > 0
  if (isRead && unreadable.length === 0)
    return areSpaced(header) && rows.filter(areSpaced).length * 2 > rows.length
  const spaced = scanRows(sample, { ...dialect, skipInitialSpace: true }, fittedRows)
  return isRead ? spaced.unreadable.length < unreadable.length : spaced.rows.length > 0
}

/** But for a last one without anything in it, as behind the last delimiter. */
function areSpaced([, ...cells]: string[]): boolean {
  const filled = /^\s+$/.test(cells.at(-1) ?? '') ? cells.slice(0, -1) : cells
  return filled.length > 0 && filled.every((text) => /^\s+\S/.test(text))
}

const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`

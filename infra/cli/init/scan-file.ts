/** The rows of a file, by all that is found of its lines. */
import { largestRow, type Reading } from '@dsf/dataset'
import { defaultMaxRowBytes } from '../../../apps/ingestor/src/reading/scan-csv.ts'
import { findFooter } from './find-footer.ts'
import { findHeader, type HeaderLines } from './find-header.ts'
import { linesBefore } from './find-lines.ts'
import { counted, type Finding } from './findings.ts'
import { judgeAll } from './judge-column.ts'
import { judgeHeader } from './judge-header.ts'
import { letPass } from './let-pass.ts'
import { isTooLong } from './refuse-file.ts'
import { scanRows, type Dialect, type Scanned } from './scan-rows.ts'
import type { Sniffed } from './sniff-dialect.ts'

/** Enough to judge by; those behind them are seen when they are imported. */
export const mostRows = 200_000

/** Rows that are too long by what is usual are read by what a dataset may have at most, where that makes more of them. */
export function scanFile(bytes: Buffer, sniffed: Sniffed, isWhole: boolean) {
  const usual = scanAll(bytes, sniffed, isWhole)
  const long = usual.scanned.unreadable.filter(isTooLong).length
  if (long === 0) return usual
  const wide = scanAll(bytes, sniffed, isWhole, { ...sniffed.dialect, maxRowBytes: largestRow })
  if (wide.scanned.rows.length <= usual.scanned.rows.length) return usual
  const finding: Finding = {
    ...{ about: 'longest row', answer: counted(largestRow, 'byte'), sure: 'certain' },
    why: `${counted(long, 'row')} longer than is usual, ${counted(defaultMaxRowBytes, 'byte')}`,
  }
  return { ...wide, findings: [...wide.findings, finding] }
}

/** By all that is found of its lines, each in its turn. */
function scanAll(bytes: Buffer, sniffed: Sniffed, isWhole: boolean, dialect: Dialect = sniffed.dialect) {
  if (sniffed.lines.names)
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
export function withoutRepeats({ header, rows }: Scanned): string[][] {
  if (header.every((text) => text.trim() === '')) return rows
  const others = rows.filter((row) => row.some((cell, i) => cell !== header[i]))
  return others.length * 2 > rows.length ? others : rows
}

/** As a run counts: the first row is the one below the header, and those that cannot be read are some too. */
export function numberOf(row: string[], { header, rows, unreadable }: Scanned, hasHeader: boolean): number {
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
export function withoutHeader({ headerRows: [line] = [], headerJoin: _, ...dialect }: Dialect): Dialect {
  if (line === undefined) return dialect
  return { ...dialect, commentRows: [...new Set([...linesBefore(line), ...(dialect.commentRows ?? [])])] }
}

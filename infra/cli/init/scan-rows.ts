/** The rows at the beginning of a file, as the ingestor would read them. */
import { addCounters, type Reading } from '@dsf/dataset'
import { readHeader } from '../../../apps/ingestor/src/reading/read-header.ts'
import type { CsvDialect } from '../../../apps/ingestor/src/reading/read-record.ts'
import { namesOf } from '../../../apps/ingestor/src/reading/tolerate.ts'
import type { Block, Position, UnreadableRow } from '../../../apps/ingestor/src/reading/block.ts'
import { CsvScanner, defaultMaxRowBytes } from '../../../apps/ingestor/src/reading/scan-csv.ts'

export interface Scanned {
  header: string[]
  rows: string[][]
  unreadable: UnreadableRow[]
  /** rows and lines that were let pass, by what lets them */
  tolerated: Record<string, number>
  /** bytes up to the last row that was read */
  end: number
}

/** With `maxRowBytes` where rows are longer than usual. */
export type Dialect = CsvDialect & { maxRowBytes?: number }

const chunkBytes = 64 * 1024

/**
 * Up to so many rows. What is cut off at the end of the sample is left out, unless the file is whole.
 * @throws UnreadableFileError for a header that cannot be read
 */
export function scanRows(
  sample: Buffer,
  dialect: Dialect,
  most: number,
  isWhole = false,
  reading: Reading = {},
): Scanned {
  const { cells, end } = headerOf(sample, dialect)
  const header = namesOf(cells, reading.tolerate)
  const found: Scanned = { header, rows: [], unreadable: [], tolerated: {}, end: end.byte }
  const take = (block: Block) => {
    for (const { cells } of block.rows) found.rows.push(cells)
    found.unreadable.push(...block.unreadable)
    addCounters(found.tolerated, block.tolerated)
    found.end = block.end.byte
  }
  const { maxRowBytes: longest = defaultMaxRowBytes } = dialect
  const pass = (from: Position): Position | undefined => {
    const scanner = new CsvScanner({ dialect, reading, columns: header.length, from, maxRowBytes: longest })
    for (let at = from.byte; at < sample.length && found.rows.length < most; at += chunkBytes)
      take(scanner.push(sample.subarray(at, at + chunkBytes)))
    const isCut = !isWhole && sample.length - found.end <= longest
    if (isCut || found.rows.length >= most) return undefined
    const last = scanner.finish()
    take(last)
    return last.end.byte < sample.length && !scanner.footer ? last.end : undefined
  }
  // a second pass behind a quote that never closed, as the ingestor does; nor does one here that is longer than a row
  for (let from: Position | undefined = end; from;) from = pass(from)
  return found
}

function headerOf(sample: Buffer, dialect: CsvDialect) {
  try {
    return readHeader(sample, dialect, true)!
  } catch (error) {
    // with another delimiter it may be one, and so the caller hears of none
    if (sample.length === 0) throw error
    return { cells: [] as string[], end: { byte: sample.length, row: 0 } }
  }
}

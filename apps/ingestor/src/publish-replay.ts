import type { Dataset } from '@dsf/dataset'
import { DatasetError, type Output, type TopicReader } from '@dsf/stage'
import { UnreadableFileError } from './open-csv.ts'
import type { Publish, Publication } from './publish-rows.ts'
import type { QuarantinedRow } from './quarantined-row.ts'
import type { RunProgress } from './run-state.ts'
import { CsvScanner } from './scan-csv.ts'

/** How the file of a run is read: by its header, under the definition as it is now. */
export interface FileReader {
  columns: number
  publish: Publish
}

export interface ReplayTools {
  dataset: Dataset
  topics: Pick<TopicReader, 'decode'>
  /** of the run that a row first came with */
  fileOf: (run: string) => Promise<FileReader>
}

/**
 * Refused rows as raw records again: under the run and row number that they came with, in the lane that they have.
 * What is refused again goes back to quarantine with the new reason.
 */
export async function publishReplay(
  tools: ReplayTools,
  rows: QuarantinedRow[],
  before: RunProgress,
): Promise<Publication> {
  let run = { ...before, read: [...before.read], quarantined: [...before.quarantined] }
  const raw: Output[] = []
  const quarantine: Output[] = []
  const records = await recordsOf(tools, rows)
  for (const row of rows) {
    const record = records.get(row)
    const again = record ? fromRecord(record, row, run) : await fromCsv(tools, row, run)
    raw.push(...again.raw)
    quarantine.push(...again.quarantine)
    run = { ...run, read: again.run.read, quarantined: again.run.quarantined }
  }
  const counts = { read: rows.length, quarantined: quarantine.length }
  return { raw, quarantine, counts, run: { ...run, row: before.row + rows.length } }
}

/** The cleaner quarantined the record that it had read. */
async function recordsOf({ dataset, topics }: ReplayTools, rows: QuarantinedRow[]) {
  const framed = rows.filter(({ content }) => content !== 'csv')
  const values = framed.map(({ bytes }) => bytes)
  const records = values.length > 0 ? await topics.decode(dataset, 'raw', values) : []
  return new Map(framed.map((row, i) => [row, records[i]!]))
}

function fromRecord(value: Record<string, unknown> | Error, row: QuarantinedRow, run: RunProgress) {
  if (value instanceof Error) return refusedAgain(row, run, `its record ${value.message}`)
  const read = run.read.with(row.lane, run.read[row.lane]! + 1)
  return { raw: [{ key: row.key, lane: row.lane, value }], quarantine: [], run: { ...run, read } }
}

/** The ingestor quarantined bytes of the file that it could not cut into cells. */
async function fromCsv(tools: ReplayTools, row: QuarantinedRow, run: RunProgress) {
  const { dialect, source } = tools.dataset
  const file = await fileOrReason(tools, row)
  if (typeof file === 'string') return refusedAgain(row, run, file)
  const scanner = new CsvScanner({
    ...{ dialect, columns: file.columns, maxRowBytes: source.maxRowBytes },
    from: { byte: 0, row: row.dsf_row - 1 },
  })
  const block = scanner.push(Buffer.concat([row.bytes, Buffer.from('\n')]))
  const { raw, quarantine, run: next } = file.publish([block], { ...run, run: row.dsf_run })
  return { raw, quarantine, run: next }
}

async function fileOrReason(
  { fileOf }: ReplayTools,
  { dsf_run }: QuarantinedRow,
): Promise<FileReader | string> {
  try {
    return await fileOf(dsf_run)
  } catch (error) {
    if (error instanceof UnreadableFileError || error instanceof DatasetError) return error.message
    throw error
  }
}

function refusedAgain(row: QuarantinedRow, run: RunProgress, message: string) {
  const { lane, dsf_run, dsf_row, stage, content, bytes, object } = row
  const reasons = [{ field: null, code: 'unreadable', message }]
  const value = { dsf_run, dsf_row, stage, reasons, content, bytes, object }
  const read = run.read.with(lane, run.read[lane]! + 1)
  const quarantined = run.quarantined.with(lane, run.quarantined[lane]! + 1)
  return { raw: [], quarantine: [{ key: row.key, lane, value }], run: { ...run, read, quarantined } }
}

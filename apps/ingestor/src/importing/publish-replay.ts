import { quarantined, type Dataset } from '@dsf/dataset'
import { DatasetError, sliced, type TopicReader } from '@dsf/stage'
import { UnreadableFileError } from '../reading/unreadable-file.ts'
import { countedByLane, type Answer, type Answers, type Published } from './publish-rows.ts'
import type { QuarantinedRow } from '../refused/quarantined-row.ts'
import { recordReplayer } from './replay-record.ts'
import type { Run } from './run.ts'
import { CsvScanner } from '../reading/scan-csv.ts'

/** How the file of a run is read: by its header, under the definition as it is now. */
export interface FileReader {
  columns: number
  answer: Answer
}

export interface ReplayTools {
  dataset: Dataset
  topics: Pick<TopicReader, 'decode'>
  /** of the run that a row first came with */
  fileOf: (run: string) => Promise<FileReader>
}

/**
 * Refused rows as raw records again: under the run and row number that they came with, in the lane that they have, by the key that the definition
 * gives them now. What is refused again goes back to quarantine with the new reason.
 */
export async function publishReplay(
  tools: ReplayTools,
  rows: QuarantinedRow[],
  before: Run,
): Promise<Published> {
  const files = await filesOf(tools, rows)
  const records = await recordsOf(tools, rows)
  const all: Answers = { raw: [], quarantine: [] }
  const turn = sliced()
  for (const row of rows) {
    const wait = turn(1)
    if (wait) await wait
    const record = records.get(row)
    const { raw, quarantine } = record
      ? fromRecord(tools.dataset, record, row)
      : fromCsv(tools.dataset, files.get(row.dsf_run)!, row)
    all.raw.push(...raw)
    all.quarantine.push(...quarantine)
  }
  const counts = { read: rows.length, quarantined: all.quarantine.length }
  return { ...all, counts, run: { ...before, ...countedByLane(before, all), row: before.row + rows.length } }
}

/** The cleaner quarantined the record that it had read. */
async function recordsOf({ dataset, topics }: ReplayTools, rows: QuarantinedRow[]) {
  const framed = rows.filter(({ content }) => content !== 'csv')
  const values = framed.map(({ bytes }) => bytes)
  const records = values.length > 0 ? await topics.decode(dataset, 'raw', values) : []
  return new Map(framed.map((row, i) => [row, records[i]!]))
}

function fromRecord(dataset: Dataset, value: Record<string, unknown> | Error, row: QuarantinedRow): Answers {
  if (value instanceof Error) return refusedAgain(row, `its record ${value.message}`)
  const replayed = recordReplayer(dataset)(value, row.lane)
  if ('problem' in replayed) return refusedAgain(row, replayed.problem)
  return { raw: [{ key: replayed.key, lane: row.lane, value }], quarantine: [] }
}

/** For the runs whose rows are bytes of a file: how that file is read, or why it cannot be. */
async function filesOf(
  { fileOf }: ReplayTools,
  rows: QuarantinedRow[],
): Promise<Map<string, FileReader | string>> {
  const runs = new Set(rows.flatMap(({ content, dsf_run }) => (content === 'csv' ? [dsf_run] : [])))
  const files = new Map<string, FileReader | string>()
  for (const run of runs) files.set(run, await fileOf(run).catch(reasonOf))
  return files
}

function reasonOf(error: unknown): string {
  if (error instanceof UnreadableFileError || error instanceof DatasetError) return error.message
  throw error
}

/** The ingestor quarantined bytes of the file that it could not cut into cells: again one row, or none. */
function fromCsv(dataset: Dataset, file: FileReader | string, row: QuarantinedRow): Answers {
  if (typeof file === 'string') return refusedAgain(row, file)
  if (isCut(row)) return refusedAgain(row, `${row.reasons[0]!.message}, and no more of it was kept`)
  const { dialect, reading, source } = dataset
  const scanner = new CsvScanner({
    ...{ dialect, reading, columns: file.columns, maxRowBytes: source.maxRowBytes },
    from: { byte: 0, row: row.dsf_row - 1 },
  })
  const blocks = [scanner.push(row.bytes), scanner.finish()]
  const { byte, row: last } = blocks[1]!.end
  if (last < row.dsf_row) return refusedAgain(row, 'no row under the definition as it is now')
  if (last !== row.dsf_row || byte !== row.bytes.length)
    return refusedAgain(row, 'more than one row under the definition as it is now')
  return file.answer(blocks, row.dsf_run)
}

/** Its beginning may well look like a row. */
const isCut = ({ reasons, bytes }: QuarantinedRow): boolean =>
  reasons.some(({ message }) => message.endsWith(`longer than ${bytes.length} bytes`))

function refusedAgain(row: QuarantinedRow, message: string): Answers {
  const { lane, key, stage, object } = row
  const value = quarantined(stage, row, [{ field: null, code: 'unreadable', message }], row, object)
  return { raw: [], quarantine: [{ key, lane, value }] }
}

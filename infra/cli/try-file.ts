/** A dry run: what becomes of each row of a file, by the functions of ingestor and cleaner, without publishing anything. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { isoDate, isoDatetime, type Dataset, type FieldType, type Reason, type Value } from '@dsf/dataset'
import { cleanerOf } from '../../apps/cleaner/src/clean.ts'
import type { CleanRow, RawRow } from '../../apps/cleaner/src/read-row.ts'
import { SeenVersions } from '../../apps/cleaner/src/seen-versions.ts'
import { compressionOf, extensionOf, toldCompression } from '../../apps/ingestor/src/reading/compression.ts'
import { UnreadableFileError } from '../../apps/ingestor/src/reading/unreadable-file.ts'
import { openDataset } from '../../apps/ingestor/src/reading/open-dataset.ts'
import { openLanding } from '../../apps/ingestor/src/reading/open-landing.ts'
import { publisherOf } from '../../apps/ingestor/src/importing/publish-rows.ts'
import { newRun } from '../../apps/ingestor/src/importing/run.ts'

export interface TriedRow {
  row: number
  outcome: 'clean' | 'duplicate' | 'refused'
  reasons: Reason[]
  /** the record of a clean row */
  values?: Record<string, unknown>
}

/** Some rows of a file in its order, and what of the definition let how many of its rows and lines pass. */
export interface TriedBlock {
  rows: TriedRow[]
  tolerated: Record<string, number>
}

/**
 * The rows of a file in its order, block by block; duplicates are told within the file, because nothing is known of what was
 * imported before. Flat in memory but for the keys of the file.
 * @throws UnreadableFileError when it is none that the definition describes
 */
export async function* tryFile(dataset: Dataset, path: string): AsyncGenerator<TriedBlock> {
  const file = await openDataset(dataset, () => bytesOf(dataset, path))
  const publish = publisherOf(dataset, file.columns)
  const clean = cleanerOf(dataset)
  const seen = new SeenVersions()
  const asked = {
    run: 'tried',
    type: 'import',
    source: basename(path),
    replay: null,
    requested_at: 0,
  } as const
  let run = newRun(asked, dataset.lanes)
  for await (const block of file.blocks()) {
    const published = publish([block], run)
    run = published.run
    const rows = inOrder([
      ...published.quarantine.map(({ value }) => refused(value)),
      ...cleaned(dataset, clean, published.raw, seen),
    ])
    yield { rows, tolerated: block.tolerated }
  }
}

/** As the ingestor opens what it has landed: decompressed, and in UTF-8. */
async function bytesOf(dataset: Dataset, path: string): Promise<AsyncIterable<Buffer>> {
  const { head, size } = await beginningOf(path)
  const compression = compressionOf(head, true)?.compression ?? toldCompression(dataset.compression)
  const landed = { landing: `file.csv${extensionOf(compression)}`, landing_bytes: size }
  if (size === 0) throw new UnreadableFileError('the file is empty')
  const stream = async (_: string, from = 0, length = size - from) =>
    createReadStream(path, { start: from, end: from + length - 1, highWaterMark: 256 * 1024 })
  return openLanding({ stream }, landed, dataset, () => undefined)
}

async function beginningOf(path: string): Promise<{ head: Buffer; size: number }> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return { head: buffer.subarray(0, bytesRead), size: (await file.stat()).size }
  } finally {
    await file.close()
  }
}

type Outputs = ReturnType<ReturnType<typeof publisherOf>>['raw']

/** A key is in one lane only, so all of them may be cleaned as one. */
function cleaned(
  dataset: Dataset,
  clean: ReturnType<typeof cleanerOf>,
  raw: Outputs,
  seen: SeenVersions,
): TriedRow[] {
  const records = raw.map(({ value }) => value as RawRow)
  const keys = raw.map(({ key }) => Buffer.from(key!))
  const nothing = records.map(() => Buffer.alloc(0))
  const batch = { dataset, lane: 0, from: 'raw', firstRecord: 0, records, keys, values: nothing } as const
  const { out } = clean({ ...batch, offsets: records.map((_, i) => i) }, seen)
  seen.commit()
  const through = out!.clean!.map(({ value }) => passed(dataset, value as CleanRow))
  const answered = new Map(
    [...through, ...out!.quarantine!.map(({ value }) => refused(value))].map((row) => [row.row, row]),
  )
  return records.map(({ dsf_row: row }) => answered.get(row) ?? { row, outcome: 'duplicate', reasons: [] })
}

/** Times in ISO 8601, as documents have them. */
function passed({ fields }: Dataset, record: CleanRow): TriedRow {
  const values = fields.map(({ column, type }) => [column, shown(type, record[column]!)] as const)
  return { row: record.dsf_row, outcome: 'clean', reasons: [], values: Object.fromEntries(values) }
}

function shown(type: FieldType, value: Value): Value {
  if (typeof value !== 'number' || (type !== 'date' && type !== 'datetime')) return value
  return type === 'date' ? isoDate(value) : isoDatetime(value)
}

function refused(value: unknown): TriedRow {
  const { dsf_row: row, reasons } = value as { dsf_row: number; reasons: Reason[] }
  return { row, outcome: 'refused', reasons }
}

const inOrder = (rows: TriedRow[]) => rows.sort((one, other) => one.row - other.row)

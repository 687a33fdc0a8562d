/**
 * What ingestor and cleaner make of CSV files, for a test that makes them: a line of JSON in, a line out. In: folder of a
 * dataset, and files (base64) that follow each other as runs. Out: for each file its rows as they were decided, but for
 * duplicates, of which nothing is left, and what was let pass; or `refused`, when a file cannot be read at all.
 */
import { createInterface } from 'node:readline'
import { loadDataset, type Dataset } from '../../libs/dataset/src/index.ts'
import { cleanerOf } from '../../apps/cleaner/src/clean.ts'
import type { RawRow } from '../../apps/cleaner/src/read-row.ts'
import { SeenVersions } from '../../apps/cleaner/src/seen-versions.ts'
import { openDataset } from '../../apps/ingestor/src/reading/open-dataset.ts'
import { publisherOf, type Published } from '../../apps/ingestor/src/importing/publish-rows.ts'
import { newRun } from '../../apps/ingestor/src/importing/run.ts'
import type { Block } from '../../apps/ingestor/src/reading/block.ts'

interface Request {
  folder: string
  files: string[]
}

interface DecidedRow {
  row: number
  lane: number
  outcome: 'clean' | 'quarantined'
  codes?: [field: string, code: string][]
  bytes?: string
  values?: object
}

interface DecidedFile {
  rows: DecidedRow[]
  tolerated: Record<string, number>
}

type Refusal = { dsf_row: number; reasons: { field: string | null; code: string }[]; bytes: Buffer }

const chunkBytes = 100

async function decide(dataset: Dataset, files: Buffer[]): Promise<DecidedFile[]> {
  const clean = cleanerOf(dataset)
  const seen = Array.from({ length: dataset.lanes }, () => new SeenVersions())
  const decided: DecidedFile[] = []
  for (const file of files) {
    const { raw, quarantine, run } = await published(dataset, file)
    const rows = quarantine.map(({ lane, value }) => refused(lane, value as Refusal))
    for (let lane = 0; lane < dataset.lanes; lane++) {
      const outputs = raw.filter((output) => output.lane === lane)
      const batch = {
        ...{ dataset, lane, from: 'raw' as const, firstRecord: 0 },
        records: outputs.map(({ value }) => value as RawRow),
        keys: outputs.map(({ key }) => Buffer.from(key!)),
        values: outputs.map(() => Buffer.alloc(0)),
        offsets: outputs.map((_, i) => i),
      }
      const { out } = clean(batch, seen[lane]!)
      rows.push(...out!.quarantine!.map(({ value }) => refused(lane, value as Refusal)))
      rows.push(...out!.clean!.map(({ value }) => passed(lane, value as RawRow)))
    }
    decided.push({ rows, tolerated: run.tolerated })
  }
  return decided
}

async function published(dataset: Dataset, file: Buffer): Promise<Published> {
  const { columns, blocks } = await openDataset(dataset, () => chunksOf(file))
  const all: Block[] = []
  for await (const block of blocks()) all.push(block)
  const request = { run: 'r', type: 'import', source: '', replay: null, requested_at: 0 } as const
  return publisherOf(dataset, columns)(all, newRun(request, dataset.lanes))
}

async function* chunksOf(file: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += chunkBytes) yield file.subarray(at, at + chunkBytes)
}

const refused = (lane: number, { dsf_row, reasons, bytes }: Refusal): DecidedRow => ({
  ...{ row: dsf_row, lane, outcome: 'quarantined', bytes: bytes.toString('base64') },
  codes: reasons.map(({ field, code }) => [field ?? '', code]),
})

function passed(lane: number, { dsf_run: _, dsf_row: row, ...values }: RawRow): DecidedRow {
  return { row, lane, outcome: 'clean', values }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { folder, files } = JSON.parse(line) as Request
  const contents = files.map((file) => Buffer.from(file, 'base64'))
  const answer = await decide(loadDataset(folder), contents).catch((error: unknown) => ({
    refused: String(error),
  }))
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

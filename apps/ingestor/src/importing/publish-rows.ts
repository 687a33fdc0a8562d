import {
  addCounters,
  keyReader,
  laneOf,
  quarantined,
  recordShape,
  type Counters,
  type Dataset,
  type Provenance,
} from '@dsf/dataset'
import type { Output } from '@dsf/stage'
import type { Run } from './run.ts'
import type { Block, UnreadableRow } from '../reading/scan-csv.ts'

/** Raw records and quarantined rows of one transaction, with the run as it stands behind them. */
export interface Publication {
  raw: Output[]
  quarantine: Output[]
  counts: Counters
  run: Run
  /** there are no rows behind these */
  isLast: boolean
}

export type Published = Omit<Publication, 'isLast'>

/** Gives each row its lane. `columns[i]` is where field i stands in the file, -1 when the file does not have it. */
export type Publish = (blocks: Block[], run: Run) => Published

export function publisherOf(dataset: Dataset, columns: number[]): Publish {
  const rawRecord = rawRecords(
    dataset.fields.map(({ column }) => column),
    columns,
  )
  const readKey = keyReader(
    dataset,
    dataset.key.map((field) => columns[dataset.fields.indexOf(field)]!),
  )
  const { lanes } = dataset
  return (blocks, before) => {
    const read = [...before.read]
    const refusedOf = [...before.quarantined]
    const raw: Output[] = []
    const quarantine: Output[] = []
    const tolerated = { ...before.tolerated }
    for (const { rows, unreadable, tolerated: more } of blocks) {
      addCounters(tolerated, more)
      for (const { row, cells } of rows) {
        const key = readKey(cells)
        const lane = laneOf(key, lanes)
        read[lane]!++
        raw.push({ key, lane, value: rawRecord(before.run, row, cells) })
      }
      for (const refused of unreadable) {
        // a row that cannot be read has no key, so its number spreads it
        const lane = refused.row % lanes
        read[lane]!++
        refusedOf[lane]!++
        quarantine.push({ key: null, lane, value: quarantinedRow(before.run, refused) })
      }
    }
    const { byte, row } = blocks.at(-1)?.end ?? before
    const counts = { read: raw.length + quarantine.length }
    if (quarantine.length > 0)
      addCounters(counts, { quarantined: quarantine.length, 'quarantined:unreadable': quarantine.length })
    return { raw, quarantine, counts, run: { ...before, byte, row, read, quarantined: refusedOf, tolerated } }
  }
}

type RawRecord = Provenance & Record<string, unknown>

function rawRecords(names: string[], columns: number[]) {
  const emptyRecord = recordShape<RawRecord>(['dsf_run', 'dsf_row', ...names])
  return (run: string, row: number, cells: string[]): RawRecord => {
    const record = emptyRecord()
    record.dsf_run = run
    record.dsf_row = row
    for (let i = 0; i < names.length; i++) {
      const at = columns[i]!
      if (at >= 0) record[names[i]!] = cells[at]!
    }
    return record
  }
}

function quarantinedRow(run: string, { row, bytes, reason }: UnreadableRow) {
  const reasons = [{ field: null, code: 'unreadable', message: reason }]
  return quarantined('ingestor', { dsf_run: run, dsf_row: row }, reasons, { content: 'csv', bytes })
}

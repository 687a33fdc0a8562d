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
import type { Block, UnreadableRow } from '../reading/block.ts'

/** Every row has an answer: its raw record, or why there is none, each in the lane of the row. */
export interface Answers {
  raw: LaneOutput[]
  quarantine: LaneOutput[]
}

type LaneOutput = Output & { lane: number }

/** Raw records and quarantined rows, with the run as it stands behind them. */
export interface Published extends Answers {
  counts: Counters
  run: Run
}

export function publisherOf(dataset: Dataset, columns: number[]): (blocks: Block[], run: Run) => Published {
  const answer = answererOf(dataset, columns)
  return (blocks, before) => {
    const answers = answer(blocks, before.run)
    const tolerated = { ...before.tolerated }
    for (const block of blocks) addCounters(tolerated, block.tolerated)
    const { byte, row } = blocks.at(-1)?.end ?? before
    const run = { ...before, ...countedByLane(before, answers), byte, row, tolerated }
    return { ...answers, counts: countsOf(answers), run }
  }
}

/** Of rows that a run came with. */
export type Answer = (blocks: Block[], run: string) => Answers

/** Gives each row its lane. `columns` are those of a `DatasetFile`. */
export function answererOf(dataset: Dataset, columns: number[]): Answer {
  const rawRecord = rawRecords(
    dataset.fields.map(({ column }) => column),
    columns,
  )
  const readKey = keyReader(
    dataset,
    dataset.key.map((field) => columns[dataset.fields.indexOf(field)]!),
  )
  const { lanes } = dataset
  const isNumbered = dataset.fields.some(({ rowNumber }) => rowNumber)
  return (blocks, run) => {
    const answers: Answers = { raw: [], quarantine: [] }
    for (const { rows, unreadable } of blocks) {
      for (const { row, cells } of rows) {
        if (isNumbered) cells.push(String(row))
        const key = readKey(cells)
        answers.raw.push({ key, lane: laneOf(key, lanes), value: rawRecord(run, row, cells) })
      }
      // a row that cannot be read has no key, so its number spreads it
      for (const refused of unreadable)
        answers.quarantine.push({ key: null, lane: refused.row % lanes, value: quarantinedRow(run, refused) })
    }
    return answers
  }
}

/** What a run has read and refused in each lane, with these. */
export function countedByLane(
  before: Pick<Run, 'read' | 'quarantined'>,
  { raw, quarantine }: Answers,
): Pick<Run, 'read' | 'quarantined'> {
  const read = [...before.read]
  const quarantined = [...before.quarantined]
  for (const { lane } of raw) read[lane]!++
  for (const { lane } of quarantine) {
    read[lane]!++
    quarantined[lane]!++
  }
  return { read, quarantined }
}

function countsOf({ raw, quarantine }: Answers): Counters {
  const refused = quarantine.length
  const read = raw.length + refused
  return refused > 0 ? { read, quarantined: refused, 'quarantined:unreadable': refused } : { read }
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

import { join } from 'node:path'
import { laneOf, loadDataset } from '@dsf/dataset'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publisherOf } from './publish-rows.ts'
import { newRun } from './run.ts'
import type { Block, ScannedRow, UnreadableRow } from '../reading/block.ts'

const weather = loadDataset(join(import.meta.dirname, '../../../../datasets/seattle-weather'))
const start = newRun({ run: 'r', type: 'import', source: 's', replay: null, requested_at: 1 }, weather.lanes)
/** The file's columns stand in another order than the fields, one of them is not there: `wind`. */
const header = ['weather', 'extra', 'date', 'precipitation', 'temp_max', 'temp_min']
const publish = publisherOf(
  weather,
  weather.fields.map(({ name }) => header.indexOf(name)),
)
const row = (number: number, date: string, kind = 'sun'): ScannedRow => ({
  row: number,
  byte: 0,
  cells: [kind, '?', date, '0', ' 1 ', ''],
})
const unreadable = (number: number): UnreadableRow => ({
  row: number,
  byte: 0,
  bytes: Buffer.from(`row ${number}`),
  reason: 'unclosed quote',
})
const block = (rows: ScannedRow[], refused: UnreadableRow[] = [], byte = 500): Block => ({
  rows,
  unreadable: refused,
  tolerated: {},
  end: { byte, row: rows.length + refused.length },
})
const sum = (counts: number[]) => counts.reduce((all, one) => all + one, 0)

describe('a row', () => {
  it('is published with its cells as they are, null for a column that the file does not have', () => {
    const { raw } = publish([block([row(1, '2012-01-01')])], start)
    expect(raw).toEqual([
      {
        key: '2012-01-01',
        lane: laneOf('2012-01-01', 4),
        value: {
          dsf_run: 'r',
          dsf_row: 1,
          date: '2012-01-01',
          precipitation: '0',
          temp_max: ' 1 ',
          temp_min: '',
          wind: null,
          weather: 'sun',
        },
      },
    ])
  })

  it('takes the lane of its key, however the key is written and wherever the row stands', () => {
    const ways = ['2012-01-01', ' 2012-01-01 ']
    const lanes = ways.flatMap((date, i) =>
      publish([block([row(i + 1, '2015-05-05'), row(i + 2, date)])], start).raw.slice(1),
    )
    expect(new Set(lanes.map(({ key, lane }) => `${String(key)} ${lane}`))).toEqual(
      new Set([`2012-01-01 ${laneOf('2012-01-01', 4)}`]),
    )
  })
})

describe('a row that cannot be read', () => {
  it('is quarantined with its bytes and the reason, in a lane that its number gives', () => {
    const { quarantine, counts } = publish([block([], [unreadable(6)])], start)
    expect(quarantine).toEqual([
      {
        key: null,
        lane: 2,
        value: {
          dsf_run: 'r',
          dsf_row: 6,
          stage: 'ingestor',
          reasons: [{ field: null, code: 'unreadable', message: 'unclosed quote' }],
          content: 'csv',
          bytes: Buffer.from('row 6'),
        },
      },
    ])
    expect(counts).toEqual({ read: 1, quarantined: 1, 'quarantined:unreadable': 1 })
  })
})

describe('the run behind a publication', () => {
  it('stands at the end of the last block and has counted each row in its lane', () => {
    const before = { ...start, byte: 100, row: 3, read: [1, 0, 2, 0], quarantined: [0, 0, 0, 1] }
    const rows = [row(4, '2012-01-01'), row(5, '2012-01-02')]
    const { run, counts } = publish([block(rows, [], 200), block([], [unreadable(7)], 300)], before)
    const read = [1, 0, 2, 1]
    for (const { cells } of rows) read[laneOf(cells[2]!, 4)]!++
    expect(run).toEqual({ ...before, byte: 300, row: 1, read, quarantined: [0, 0, 0, 2] })
    expect(counts).toEqual({ read: 3, quarantined: 1, 'quarantined:unreadable': 1 })
  })

  it('leaves the run before it as it was, because its transaction may fail', () => {
    const before = structuredClone(start)
    publish([block([row(1, '2012-01-01')], [unreadable(2)])], before)
    expect(before).toEqual(start)
  })

  it('says no word of quarantine when every row could be read', () => {
    expect(publish([block([row(1, '2012-01-01')])], start).counts).toEqual({ read: 1 })
  })

  it('has counted in each lane what went to that lane, whatever the rows', () => {
    const blocks = fc.array(
      fc
        .array(fc.oneof(fc.string({ maxLength: 5 }), fc.constant(undefined)), { maxLength: 20 })
        .map((dates) =>
          block(
            dates.flatMap((date, i) => (date === undefined ? [] : [row(i, date)])),
            dates.flatMap((date, i) => (date === undefined ? [unreadable(i)] : [])),
          ),
        ),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(blocks, (blocks) => {
        const { raw, quarantine, counts, run } = publish(blocks, start)
        const inLane = (outputs: typeof raw) =>
          [0, 1, 2, 3].map((lane) => outputs.filter((output) => output.lane === lane).length)
        expect(run.read).toEqual(inLane([...raw, ...quarantine]))
        expect(run.quarantined).toEqual(inLane(quarantine))
        expect([sum(run.read), sum(run.quarantined)]).toEqual([counts.read, counts.quarantined ?? 0])
      }),
    )
  })
})

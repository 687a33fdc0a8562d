import { join } from 'node:path'
import { laneOf, loadDataset, type Dataset } from '@dsf/dataset'
import type { TopicReader } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { UnreadableFileError } from '../reading/unreadable-file.ts'
import { publishReplay } from './publish-replay.ts'
import { answererOf } from './publish-rows.ts'
import { whyNotReplayable, type QuarantinedRow } from '../refused/quarantined-row.ts'
import { newRun } from './run.ts'

const weather = loadDataset(join(import.meta.dirname, '../../../../datasets/seattle-weather'))
const skipping: Dataset = { ...weather, dialect: { ...weather.dialect, skipInitialSpace: true } }
const start = newRun(
  { run: 'replay', type: 'replay', source: null, replay: { selection: {}, until: [9] }, requested_at: 1 },
  4,
)

function refused(text: string, message = 'unclosed quote'): QuarantinedRow {
  const place = { lane: 3, offset: 0, key: '', object: null }
  const reasons = [{ field: null, code: 'unreadable', message }]
  return {
    ...place,
    dsf_run: 'r',
    dsf_row: 7,
    stage: 'ingestor',
    reasons,
    content: 'csv',
    bytes: Buffer.from(text),
  }
}

async function replay(row: QuarantinedRow, dataset = weather) {
  const fileOf = async (run: string) => {
    if (run !== 'r') throw new UnreadableFileError(`no landing of ${run}`)
    return { columns: 6, answer: answererOf(dataset, [0, 1, 2, 3, 4, 5]) }
  }
  const topics = { decode: () => Promise.reject(new Error('no record')) }
  const { raw, quarantine, counts, run } = await publishReplay({ dataset, topics, fileOf }, [row], start)
  const sums = [run.row, run.read.reduce((a, b) => a + b), run.quarantined.reduce((a, b) => a + b)]
  expect([counts, sums]).toEqual([{ read: 1, quarantined: quarantine.length }, [1, 1, quarantine.length]])
  const reasons = quarantine.flatMap(({ value }) =>
    (value as QuarantinedRow).reasons.map((each) => each.message),
  )
  return { rows: raw.map(({ value }) => value), reasons }
}

describe('a replayed row of a file', () => {
  it('is read under the definition as it is now, with the number that it had', async () => {
    const row = refused('2012-01-01,0, "12.8",5,4.7,sun')
    expect(await replay(row)).toEqual({
      rows: [],
      reasons: ['white space before an opening quote, see dialect.skipInitialSpace'],
    })
    expect(await replay(row, skipping)).toMatchObject({
      rows: [{ dsf_run: 'r', dsf_row: 7, temp_max: '12.8' }],
      reasons: [],
    })
  })

  it('has its number for a key again, where that is one', async () => {
    const number = {
      ...weather.fields[0]!,
      name: 'n',
      column: 'n',
      type: 'integer',
      rowNumber: true,
    } as const
    const numbered: Dataset = { ...weather, fields: [...weather.fields, number], key: [number] }
    const fileOf = async () => ({ columns: 6, answer: answererOf(numbered, [0, 1, 2, 3, 4, 5, 6]) })
    const topics = { decode: () => Promise.reject(new Error('no record')) }
    const tools = { dataset: numbered, topics, fileOf }
    const { raw } = await publishReplay(tools, [refused('2012-01-01,0,12.8,5,4.7,sun')], start)
    expect(raw).toMatchObject([{ key: '7', lane: laneOf('7', 4), value: { dsf_row: 7, n: '7' } }])
  })

  it.each([
    ['a quote that still does not close', '2012-01-01,"0', 'unclosed quote', 'unclosed quote'],
    [
      'a beginning that looks like a row',
      '2012-01-01,0,12.8,5,4.7,su',
      'longer than 26 bytes',
      'longer than 26 bytes, and no more of it was kept',
    ],
    [
      'several rows',
      'a\n2012-01-01,0,12.8,5,4.7,sun',
      '',
      'more than one row under the definition as it is now',
    ],
  ])('is refused again, and counted: %s', async (_, text, before, reason) => {
    expect(await replay(refused(text, before))).toEqual({ rows: [], reasons: [reason] })
  })

  it('of a file that is not there any more is refused again', async () => {
    expect(await replay({ ...refused('a'), dsf_run: 'gone' })).toEqual({
      rows: [],
      reasons: ['no landing of gone'],
    })
  })
})

const quarantined = (n: number, text: string): QuarantinedRow => ({
  ...{ lane: n % weather.lanes, offset: n, dsf_run: 'first', dsf_row: n, stage: 'cleaner', reasons: [] },
  ...{ content: 'avro', bytes: Buffer.from(text), object: null, key: `k${n}` },
})

const recordOf = (date: string) => ({
  ...{ dsf_run: 'first', dsf_row: 1, date, precipitation: '0', temp_max: '1' },
  ...{ temp_min: '0', wind: '1', weather: 'sun' },
})
const inItsLane = (n: number, date: string): QuarantinedRow => ({
  ...{ ...quarantined(n, date), lane: laneOf(date, weather.lanes), key: date },
})

describe('a replay of records', () => {
  it('reads them in one go, and refuses again what is no record, without stopping the others', async () => {
    const asked: number[] = []
    const topics: Pick<TopicReader, 'decode'> = {
      decode: async (_dataset, _kind, values) => {
        asked.push(values.length)
        return values.map((value) =>
          String(value) === 'cut' ? new Error('is cut short') : recordOf(String(value)),
        )
      },
    }
    const rows = [inItsLane(1, '2012-01-01'), quarantined(2, 'cut'), inItsLane(3, '2012-01-03')]
    const run = newRun(
      { run: 'again', type: 'replay', source: null, replay: { selection: {}, until: [9] }, requested_at: 1 },
      weather.lanes,
    )
    const fileOf = () => Promise.reject(new Error('no file is read'))
    const { raw, quarantine, counts } = await publishReplay({ dataset: weather, topics, fileOf }, rows, run)
    expect(asked).toEqual([3])
    expect(raw.map(({ key, value }) => [key, value])).toEqual([
      ['2012-01-01', recordOf('2012-01-01')],
      ['2012-01-03', recordOf('2012-01-03')],
    ])
    expect(quarantine).toMatchObject([
      { key: 'k2', value: { dsf_row: 2, reasons: [{ message: 'its record is cut short' }] } },
    ])
    expect(counts).toMatchObject({ read: 3, quarantined: 1 })
  })
})

it('a record that would be another row now is refused again, in the lane and under the name that it has', async () => {
  const lane = (laneOf('2012-01-01', weather.lanes) + 1) % weather.lanes
  const row = { ...inItsLane(1, '2012-01-01'), lane, key: '01/01/2012' }
  const topics = { decode: async () => [recordOf('2012-01-01')] }
  const fileOf = () => Promise.reject(new Error('no file is read'))
  const { raw, quarantine, run } = await publishReplay({ dataset: weather, topics, fileOf }, [row], start)
  expect(raw).toEqual([])
  const reasons = [{ message: expect.stringContaining('its key is now "2012-01-01"') as string }]
  expect(quarantine).toMatchObject([
    { lane, key: '01/01/2012', value: { dsf_run: 'first', dsf_row: 1, stage: 'cleaner', reasons } },
  ])
  expect([run.read[lane], run.quarantined[lane]]).toEqual([1, 1])
})

describe('a row of which only the beginning is kept', () => {
  it('is not replayed, because it would come back as another row', () => {
    const reasons = [{ field: null, code: 'too-large', message: 'too large for its topic' }]
    expect(whyNotReplayable({ ...quarantined(1, 'a'), reasons })).toMatch(/import its file again/)
  })
})

it('rows of a replay are published in slices, so that other lanes have their turns', async () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    ...refused('2012-01-01,0,1,5,4.7,sun'),
    dsf_row: i + 1,
  }))
  const fileOf = async () => ({ columns: 6, answer: answererOf(weather, [0, 1, 2, 3, 4, 5]) })
  const topics = { decode: async () => [] }
  let rounds = 0
  let isOver = false
  const count = () => {
    rounds++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  const { raw } = await publishReplay({ dataset: weather, topics, fileOf }, rows, start)
  isOver = true
  expect([raw.length, rounds >= 4]).toEqual([1000, true])
})

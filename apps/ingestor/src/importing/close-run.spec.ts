import type { Receipt } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { close } from './close-run.ts'
import { newRun, type Run } from './run.ts'

const lanes = 2
const fresh = newRun({ run: 'r', type: 'import', source: 's', replay: null, requested_at: 1000 }, lanes)
const ceiling = { maxRefusedShare: 0.05, maxRefusedRows: 100 }

const receipt = (lane: number, route: string, counters: Record<string, number>): Receipt => ({
  ...{ run: 'r', dataset: 'd', lane, lanes, route, counters },
  times: {
    requested: 1000,
    ingestor: 1100,
    cleaner: 1150 + lane,
    generator: 1200,
    'sink-minio': 1300,
    indexer: 1400,
  },
})
/** A lane of a run as both routes close it. */
const laneOf = (lane: number, clean: number, refused: number): Receipt[] => {
  const sums = {
    read: clean + refused,
    clean,
    quarantined: refused,
    enriched: clean,
    stored: clean,
    indexed: clean,
  }
  return [receipt(lane, 'lake', sums), receipt(lane, 'processed', { ...sums, processed: clean })]
}
const closed = (run: Run, ...receipts: Receipt[]): Run =>
  receipts.reduce((before, one) => close(before, one, ceiling, 2000), run)
const processing: Run = { ...fresh, state: 'processing', row: 10 }

describe('the receipts of a run', () => {
  it('end it with the last one, and count the rows of each lane once', () => {
    const [first, ...others] = [...laneOf(0, 3, 1), ...laneOf(1, 4, 0)]
    const partly = closed(processing, first!)
    expect(partly).toMatchObject({ state: 'processing', ended_at: null, closed: ['0.lake'] })
    const whole = closed(partly, ...others)
    expect(whole).toMatchObject({ state: 'succeeded', reason: null, ended_at: 2000 })
    expect(whole.counters).toMatchObject({ read: 8, clean: 7, quarantined: 1, processed: 7, stored: 7 })
  })

  it('count once, however often they come, and on the routes of rows alone', () => {
    const [lake] = laneOf(0, 3, 0)
    expect(closed(processing, lake!, lake!, receipt(1, 'trends', { read: 99 }))).toEqual(
      closed(processing, lake!),
    )
  })

  it('tell how long each stage took in its slowest lane', () => {
    const { durations } = closed(processing, ...laneOf(0, 1, 0), ...laneOf(1, 1, 0))
    expect(durations).toEqual({ ingestor: 100, cleaner: 51, generator: 50, 'sink-minio': 100, indexer: 100 })
  })

  it('fail it when a row has no answer', () => {
    const [lake, processed] = laneOf(1, 4, 0)
    const lost = { ...lake!, counters: { ...lake!.counters, read: 5 } }
    expect(closed(processing, ...laneOf(0, 1, 0), lost, processed!)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^rows without an answer: read 6 is not/),
    })
  })

  it('of one that was ended before complete what it counts, and change nothing else', () => {
    const ended: Run = { ...processing, state: 'cancelled', ended_at: 1500 }
    expect(closed(ended, ...laneOf(0, 3, 0), ...laneOf(1, 3, 0))).toMatchObject({
      ...{ state: 'cancelled', ended_at: 1500, counters: { read: 6 } },
    })
  })
})

describe('refused rows', () => {
  it.each<[clean: number, refused: number, type: Run['type'], state: string]>([
    [1900, 100, 'import', 'succeeded'],
    [100, 100, 'import', 'succeeded'],
    [2000, 101, 'import', 'succeeded'],
    [1900, 101, 'import', 'failed'],
    [0, 101, 'import', 'failed'],
    [0, 101, 'replay', 'succeeded'],
  ])(
    'beyond share and count fail an import: %i clean and %i refused of a %s',
    (clean, refused, type, state) => {
      const run = closed({ ...processing, type }, ...laneOf(0, clean, refused), ...laneOf(1, 0, 0))
      expect(run.state).toBe(state)
    },
  )

  it('are named in the reason, with what allows more', () => {
    const { reason } = closed(processing, ...laneOf(0, 300, 200), ...laneOf(1, 0, 0))
    expect(reason).toMatch(/^200 of 500 rows were refused \(40 %\), which is more than 100 rows and 5 %: /)
    expect(reason).toContain('source.maxRefusedRows')
  })
})

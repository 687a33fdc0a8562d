import { beforeEach, describe, expect, it, vi } from 'vitest'
import { DatasetError, FatalError, TransientError } from '../health/failure.ts'
import { Health } from '../health/health.ts'
import { LaneFailures } from './lane-failures.ts'
import type { Lane } from './lane.ts'
import type { StageKit } from '../batches/stage-kit.ts'

const name = 'quakes.raw/2'
const lane = {
  ...{ dataset: { name: 'quakes' }, number: 2, inWork: { run: 'r', firstOffset: 5, lastOffset: 9 } },
} as Lane

let health: Health
let log: { warn: ReturnType<typeof vi.fn>; error: ReturnType<typeof vi.fn> }
let failures: LaneFailures
beforeEach(() => {
  health = new Health()
  log = { warn: vi.fn(), error: vi.fn() }
  failures = new LaneFailures({ log, metrics: { failed: () => undefined } } as unknown as StageKit, health)
})
const fail = (error: unknown, at = 9) => failures.add(lane, { name, topic: 'quakes.raw', at }, error)

describe('a failure in a lane', () => {
  it('of one dataset is told once as an error, with run and offsets, and tried again ever later', () => {
    const waits = [1, 2, 3].map(() => fail(new TypeError('x is undefined')))
    expect(waits).toEqual([1000, 2000, 4000])
    expect(log.error).toHaveBeenCalledTimes(1)
    expect(log.error.mock.calls[0]).toMatchObject([
      {
        ...{ dataset: 'quakes', lane: 2, topic: 'quakes.raw', run: 'r', firstOffset: 5, lastOffset: 9 },
        ...{ reason: 'x is undefined', stack: expect.stringContaining('TypeError'), triedAgainInSeconds: 1 },
      },
      expect.stringMatching(/^parked: /),
    ])
    expect(log.warn).toHaveBeenCalledTimes(2)
    fail(new DatasetError('another reason'))
    expect(log.error).toHaveBeenCalledTimes(2)
    expect(health.parked).toMatchObject([{ dataset: 'quakes', reason: 'another reason' }])
  })

  it('is over when the input comes past it, and not before', () => {
    fail(new DatasetError('no'), 9)
    failures.reached(name, 8)
    expect(fail(new DatasetError('no'), 9)).toBe(2000)
    failures.reached(name, 9)
    expect(health.parked).toEqual([])
    expect(fail(new DatasetError('no'), 20)).toBe(1000)
  })

  it('of a server waits in readiness, and does not count as parked any more', () => {
    fail(new DatasetError('no'))
    expect(fail(new TransientError('store away'))).toBeLessThan(1000)
    expect(health.ready()).toMatchObject({
      ok: false,
      body: { waiting: { 'quakes.raw/2': 'store away' }, parked: [] },
    })
  })

  it('of the process has no time after which it is tried again', () => {
    expect(fail(new FatalError('no bucket'))).toBeUndefined()
  })

  it('by a wrong checksum is fetched three times more, because the wire may have done it', () => {
    const corrupt = new Error('quakes.raw/2 cannot be read', {
      cause: Object.assign(new Error('checksum'), { type: 'CORRUPT_MESSAGE' }),
    })
    for (let i = 0; i < 3; i++) fail(corrupt)
    expect(health.parked).toEqual([])
    fail(corrupt)
    expect(health.parked).toMatchObject([{ reason: 'quakes.raw/2 cannot be read' }])
  })
})

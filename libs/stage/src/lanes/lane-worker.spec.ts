import { afterEach, describe, expect, it } from 'vitest'
import type { LaneWork } from '../batches/define.ts'
import { TransientError } from '../health/failure.ts'
import { Health } from '../health/health.ts'
import { LaneFailures } from './lane-failures.ts'
import { LaneWorker } from './lane-worker.ts'
import type { Lane } from './lane.ts'
import type { StageKit } from '../batches/stage-kit.ts'

const workers: LaneWorker[] = []
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.stop())))

/** Works at a lane that can be taken over as often as `opens` has no error for it. */
function workAt(work: (lane: LaneWork) => Promise<void>, opens: (Error | undefined)[] = []) {
  let now = 0
  const health = new Health(() => now)
  const nothing = () => undefined
  const log = { info: nothing, warn: nothing, error: nothing }
  const kit = {
    stage: { work },
    log,
    metrics: { failed: nothing },
    heard: (what: string) => health.heardOf(what),
  }
  const lane = {
    ...{ dataset: { name: 'quakes' }, number: 0, inWork: {}, committed: new Set<() => void>() },
    inTurn: (turn: () => Promise<unknown>) => turn(),
    release: async () => undefined,
    transact: async () => undefined,
    openSession: async () => {
      const error = opens.shift()
      if (error) throw error
      return { state: {}, signal: new AbortController().signal }
    },
  }
  const failures = new LaneFailures(kit as unknown as StageKit, health)
  const tools = { kit: kit as unknown as StageKit, health, failures, onFatal: nothing }
  workers.push(new LaneWorker(lane as unknown as Lane, tools))
  /** the loop goes on all the while */
  const later = (ms: number) => {
    now += ms
    health.heard()
    return health.live().ok
  }
  return { health, later }
}

const turn = () => new Promise(setImmediate)
/** As long as the signal lasts. */
const whole = ({ signal }: LaneWork) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

describe('the work of a lane', () => {
  it('is stuck when it gives no sign of life, and not while it waits for others', async () => {
    const silent = workAt(whole)
    const waiting = workAt((lane) => lane.resting(() => whole(lane)))
    await turn()
    expect([silent.later(3_600_000), waiting.later(3_600_000)]).toEqual([false, true])
  })

  it('is looked at again once its place is there', async () => {
    const { later } = workAt(async (lane) => {
      await lane.resting(turn)
      await whole(lane)
    })
    await turn()
    await turn()
    expect(later(3_600_000)).toBe(false)
  })

  it.each<[string, (lane: LaneWork) => Promise<void>]>([
    ['nothing to do', (lane) => lane.idle()],
    ['to wait for a place', (lane) => lane.resting(() => whole(lane))],
  ])(
    'of a lane that could not be taken over for a while keeps nobody waiting then, with %s',
    async (_, work) => {
      const { health } = workAt(work, [new TransientError('Kafka is away'), new TransientError('still')])
      await turn()
      expect(health.ready().ok).toBe(false)
      await expect.poll(() => health.ready().ok, { timeout: 3000 }).toBe(true)
    },
  )

  it('that fails is told of until it has come to its end', async () => {
    let tries = 0
    const { health } = workAt(async (lane) => {
      if (++tries < 3) throw new TransientError('the store is away')
      await lane.idle()
    })
    await turn()
    expect(health.ready().ok).toBe(false)
    await expect.poll(() => health.ready().ok, { timeout: 3000 }).toBe(true)
    expect(tries).toBe(3)
  })

  it('knows that it failed, until it has committed something', async () => {
    const failing: boolean[] = []
    workAt(async (lane) => {
      failing.push(lane.isFailing())
      if (failing.length === 1) throw new TransientError('the topic has no leader')
      await lane.transact(() => ({}))
      failing.push(lane.isFailing())
      await whole(lane)
    })
    await expect.poll(() => failing, { timeout: 3000 }).toEqual([false, true, false])
  })
})

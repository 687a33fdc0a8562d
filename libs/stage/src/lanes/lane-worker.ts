import { setTimeout as sleep } from 'node:timers/promises'
import type { LaneWork } from '../batches/define.ts'
import { classify } from '../health/failure.ts'
import type { Health } from '../health/health.ts'
import type { LaneFailures } from './lane-failures.ts'
import type { Lane } from './lane.ts'
import type { StageKit } from '../batches/stage-kit.ts'
import type { Session } from './work.ts'

interface Tools {
  kit: StageKit
  health: Health
  failures: LaneFailures
  onFatal: (error: Error) => void
}

/** Who was fenced may not be the owner any more, and hears of that with a heartbeat: until then it takes nothing back. */
const fencedMs = 3000
/** Between a lane that was let go and its next take-over. */
const betweenMs = 100

export const workName = ({ dataset, number }: Lane): string => `work of ${dataset.name}/${number}`

/** Keeps a lane's work going for as long as the lane is ours: after a failure it begins anew, from the lane's state. */
export class LaneWorker {
  readonly #lane: Lane
  readonly #tools: Tools
  readonly #stopped = new AbortController()
  readonly #done: Promise<void>
  /** the last take-over failed */
  #isClosed = false

  constructor(lane: Lane, tools: Tools) {
    this.#lane = lane
    this.#tools = tools
    this.#done = this.#run()
  }

  /** Resolves when nothing of it goes on. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#done
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const ms = await this.#attempt()
      if (ms === undefined) return
      await sleep(ms, undefined, { signal }).catch(() => undefined)
    }
    this.#rest()
  }

  #rest = () => this.#tools.health.rests(workName(this.#lane))

  /** Milliseconds until the next one; undefined when the process has to end. */
  async #attempt(): Promise<number | undefined> {
    const attempt: Attempt = {}
    try {
      attempt.session = await this.#open()
      await this.#tools.kit.stage.work!(this.#work(attempt.session, attempt))
    } catch (error) {
      attempt.failure ??= attempt.session?.signal.aborted ? undefined : error
    } finally {
      this.#rest()
    }
    if (attempt.failure !== undefined) await this.#lane.inTurn(() => this.#lane.release())
    // work that ended with its lane has not failed, and a failure noted for a lane that is gone would stay for ever
    if (this.#stopped.signal.aborted || attempt.failure === undefined) return betweenMs
    return this.#failed(attempt.failure)
  }

  /** Once a take-over succeeds that failed before, the lane waits for nothing. A failure of the work itself stays. */
  async #open(): Promise<Session> {
    const wasClosed = this.#isClosed
    this.#isClosed = true
    const session = await this.#lane.openSession(this.#stopped.signal)
    this.#isClosed = false
    if (wasClosed) this.#tools.failures.reached(workName(this.#lane), 0)
    return session
  }

  #failed(error: unknown): number | undefined {
    const { failures, onFatal } = this.#tools
    const ms = failures.add(this.#lane, { name: workName(this.#lane), at: 0 }, error)
    if (ms === undefined) onFatal(error as Error)
    else if (classify(error, 'dataset') === 'fenced') return Math.max(ms, fencedMs)
    return ms
  }

  #work(session: Session, attempt: Attempt): LaneWork {
    const { kit, health, failures } = this.#tools
    const lane = this.#lane
    const name = workName(lane)
    const signal = AbortSignal.any([session.signal, this.#stopped.signal])
    const resting = async <T>(wait: () => Promise<T>): Promise<T> => {
      health.rests(name)
      return await wait().finally(() => health.works(name))
    }
    health.works(name)
    return {
      ...{ dataset: lane.dataset, lane: lane.number, state: session.state, signal, log: kit.log },
      heard: () => kit.heard(name),
      onCommit: (listener) => {
        lane.committed.add(listener)
        return () => void lane.committed.delete(listener)
      },
      resting,
      isFailing: () => failures.has(name),
      idle: () => {
        // with nothing left to do, nothing fails
        failures.reached(name, 0)
        return resting(() => nextCommit(lane, signal))
      },
      gather: () => lane.gather(),
      transact: async (change) => {
        await lane.transact({ state: session.state, signal }, change).catch((error: unknown) => {
          // a transaction that fails ends the session, so this is what it ended by
          if (error !== signal.reason) attempt.failure ??= error
          throw error
        })
        kit.heard(name)
        failures.reached(name, 0)
      },
    }
  }
}

interface Attempt {
  session?: Session
  failure?: unknown
}

/** Or the end of the lane. */
function nextCommit(lane: Lane, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      lane.committed.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    lane.committed.add(done)
    signal.addEventListener('abort', done, { once: true })
  })
}

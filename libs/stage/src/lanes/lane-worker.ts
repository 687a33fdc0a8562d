import { setTimeout as sleep } from 'node:timers/promises'
import { classify } from '../health/failure.ts'
import { laneWork, workName, type WorkTools } from './lane-work.ts'
import type { Lane, Session } from './lane.ts'

interface Tools extends WorkTools {
  onFatal: (error: Error) => void
}

/** Who was fenced may not be the owner any more, and hears of that with a heartbeat: until then it takes nothing back. */
const fencedMs = 3000
/** Between a lane that was let go and its next take-over. */
const betweenMs = 100

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
      const session = (attempt.session = await this.#open())
      const signal = AbortSignal.any([session.signal, this.#stopped.signal])
      const failed = (error: unknown) => (attempt.failure ??= error)
      const work = laneWork(this.#lane, { ...session, signal }, this.#tools, failed)
      await this.#tools.kit.stage.work!(work)
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
}

interface Attempt {
  session?: Session
  failure?: unknown
}

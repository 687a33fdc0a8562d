import { backoff, classify, DatasetError, parkedFor } from '../health/failure.ts'
import type { Health } from '../health/health.ts'
import type { Lane } from './lane.ts'
import type { StageKit } from '../batches/stage-kit.ts'

/** Fetches of a record batch whose checksum is wrong, before it is taken for broken where it is kept. */
const corruptTries = 3

/** What failed: an input of a lane, or the work beside its inputs. */
export interface Failed {
  name: string
  topic?: string
  /** offset that it did not come past; the work has none */
  at: number
}

/**
 * What a failure in a lane means, by input or work: it waits for a server, or is parked with its dataset told about, or the process
 * has to end.
 */
export class LaneFailures {
  readonly #kit: StageKit
  readonly #health: Health
  /** how often each failed since it last came past the record where it did */
  readonly #failures = new Map<string, { count: number; at: number; parked?: string }>()

  constructor(kit: StageKit, health: Health) {
    this.#kit = kit
    this.#health = health
  }

  /** Milliseconds after which it is tried again; undefined when the process has to end. */
  add(lane: Lane, { name, topic, at }: Failed, error: unknown): number | undefined {
    const before = this.#failures.get(name) ?? { count: 0, parked: undefined }
    const kind = kindOf(error, before.count)
    const { message: reason } = asError(error)
    this.#kit.metrics.failed(lane.dataset.name, kind)
    if (kind === 'fatal') return undefined
    const parked = kind === 'dataset' ? reason : undefined
    this.#failures.set(name, { count: before.count + 1, at, parked })
    const ms = parked === undefined ? backoff(before.count) : parkedFor(before.count)
    const about = { dataset: lane.dataset.name, lane: lane.number, topic, ...lane.inWork }
    if (parked === undefined) {
      this.#health.wait(name, reason)
      this.#kit.log.warn({ ...about, attempt: before.count, kind, reason }, 'lane waits and tries again')
    } else {
      this.#health.park(name, lane.dataset.name, reason)
      const log = { ...about, reason, ...stackOf(error), triedAgainInSeconds: Math.round(ms / 1000) }
      this.#kit.log[before.parked === parked ? 'warn' : 'error'](log, parkedSentence)
    }
    return ms
  }

  /** It came to an offset. A chunk is gathered again fetch by fetch, so to come a part of the way mends nothing. */
  reached(name: string, offset: number): void {
    const failure = this.#failures.get(name)
    if (!failure || offset < failure.at) return
    this.#failures.delete(name)
    this.#health.goOn(name)
  }

  /** It failed, and has not come past that yet. */
  has(name: string): boolean {
    return this.#failures.has(name)
  }

  /** Of what is not ours any more. */
  clearUnless(keep: (name: string) => boolean): void {
    for (const name of [...this.#failures.keys()])
      if (!keep(name)) {
        this.#failures.delete(name)
        this.#health.goOn(name)
      }
  }
}

const parkedSentence =
  'parked: this lane of the dataset stands still, nothing of it is lost, and all others go on. Mend the cause; it is tried again by itself, or at once after a restart'

function kindOf(error: unknown, failures: number) {
  const kind = classify(error, 'dataset')
  return isCorrupt(error) && failures < corruptTries ? 'transient' : kind
}

function isCorrupt(error: unknown): boolean {
  for (let cause = error as Error | undefined; cause; cause = cause.cause as Error | undefined)
    if ((cause as { type?: string }).type === 'CORRUPT_MESSAGE') return true
  return false
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Where it came from, of what nobody foresaw. */
const stackOf = (error: unknown) => (error instanceof DatasetError ? {} : { stack: asError(error).stack })

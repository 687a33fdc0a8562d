import type { Dataset } from '@dsf/dataset'
import { backoff, classify, parkedFor } from './failure.ts'
import type { Health } from './health.ts'
import type { Logger } from './log.ts'

interface Tools {
  /** topics, schemas, and what the stage itself needs; done again for one that failed */
  prepare: (dataset: Dataset) => Promise<void>
  health: Health
  log: Logger
  stopping: () => boolean
}

/**
 * Brings the datasets of a stage in, each for itself: one that cannot start waits or is parked, is tried again by itself, and
 * stops no other.
 */
export class DatasetStarts {
  readonly #tools: Tools
  readonly #missing: Map<string, Dataset>
  /** why those that are missing are, and whether a server is the reason */
  readonly #reasons = new Map<string, { reason: string; server: boolean }>()
  #rounds = 0

  constructor(datasets: Map<string, Dataset>, tools: Tools) {
    this.#missing = new Map(datasets)
    this.#tools = tools
  }

  /** Undefined for a dataset that is in. */
  missing = (name: string): string | undefined => this.#reasons.get(name)?.reason

  /**
   * Those that came in: at least one, or none when every dataset is parked.
   * @throws what concerns the whole process
   */
  async first(): Promise<Dataset[]> {
    for (;;) {
      const came = await this.#round()
      if (came.length > 0 || !this.#waits() || this.#tools.stopping()) return came
      await this.#pause()
    }
  }

  /** Tries the others again until all are in, and tells `came` of each few. */
  async others(came: (datasets: Dataset[]) => Promise<void>): Promise<void> {
    while (this.#missing.size > 0) {
      await this.#pause()
      if (this.#tools.stopping()) return
      const datasets = await this.#round()
      if (datasets.length > 0) await came(datasets)
    }
  }

  #waits = (): boolean => [...this.#reasons.values()].some(({ server }) => server)

  #pause(): Promise<void> {
    const ms = this.#waits() ? backoff(this.#rounds) : parkedFor(this.#rounds)
    this.#rounds++
    return new Promise((resolve) => setTimeout(resolve, ms).unref())
  }

  async #round(): Promise<Dataset[]> {
    const came: Dataset[] = []
    for (const [name, dataset] of [...this.#missing]) {
      try {
        await this.#tools.prepare(dataset)
      } catch (error) {
        this.#failed(name, error)
        continue
      }
      this.#missing.delete(name)
      this.#reasons.delete(name)
      this.#tools.health.goOn(startOf(name))
      came.push(dataset)
    }
    return came
  }

  #failed(dataset: string, error: unknown): void {
    const { health, log } = this.#tools
    const kind = classify(error, 'dataset')
    if (kind === 'fatal') throw error
    const { message: reason, stack } = error as Error
    const before = this.#reasons.get(dataset)?.reason
    this.#reasons.set(dataset, { reason, server: kind !== 'dataset' })
    health.heard()
    if (kind !== 'dataset') {
      health.wait(startOf(dataset), reason)
      log.warn({ dataset, reason }, 'waiting for a server before the start')
    } else {
      health.park(startOf(dataset), dataset, reason)
      log[before === reason ? 'warn' : 'error']({ dataset, reason, stack }, parkedAtStart)
    }
  }
}

const startOf = (dataset: string): string => `start of ${dataset}`

const parkedAtStart =
  'parked: this dataset cannot start, all others go on. Mend the cause; it is tried again by itself, or at once after a restart'

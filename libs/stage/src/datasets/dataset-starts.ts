import type { Dataset } from '@dsf/dataset'
import { backoff, classify, parkedFor } from '../health/failure.ts'
import type { Health } from '../health/health.ts'
import type { Logger } from '../health/log.ts'

interface Tools {
  /** topics, schemas, and what the stage itself needs; done again for one that failed */
  prepare: (dataset: Dataset) => Promise<void>
  health: Health
  log: Logger
  stopping: () => boolean
}

interface Start {
  dataset: Dataset
  /** another definition of a dataset that is in: until it can be used, the one before goes on */
  isChange: boolean
  failures: number
  /** when it is tried next */
  at: number
  reason?: string
  /** a server is the reason */
  waits?: boolean
}

/**
 * Brings the definitions of a stage in, each for itself: one that cannot start waits or is parked, is tried again by itself,
 * and stops no other.
 */
export class DatasetStarts {
  readonly #tools: Tools
  readonly #open = new Map<string, Start>()

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** A definition that is to be used; it takes the place of one of its name that is on its way, and is tried at once. */
  add(dataset: Dataset, isChange: boolean): void {
    this.#open.set(dataset.name, { dataset, isChange, failures: 0, at: 0 })
  }

  drop(name: string): void {
    this.#open.delete(name)
    for (const what of [startOf(name), changeOf(name)]) this.#tools.health.goOn(what)
  }

  /** Undefined for a dataset that is in. */
  missing(name: string): string | undefined {
    const start = this.#open.get(name)
    return start && !start.isChange ? (start.reason ?? 'it is being started') : undefined
  }

  /**
   * Those that came in: at least one, or none when every dataset is parked.
   * @throws what concerns the whole process
   */
  async first(): Promise<Dataset[]> {
    for (;;) {
      const came = await this.due()
      const waits = [...this.#open.values()].some((start) => start.waits)
      if (came.length > 0 || !waits || this.#tools.stopping()) return came
      await new Promise((resolve) => setTimeout(resolve, this.nextInMs()).unref())
    }
  }

  /** Infinity when all are in. */
  nextInMs(): number {
    return Math.max(0, Math.min(...[...this.#open.values()].map(({ at }) => at)) - performance.now())
  }

  /** Tries those whose time has come, and returns those that came in. */
  async due(): Promise<Dataset[]> {
    const came: Dataset[] = []
    for (const start of [...this.#open.values()].filter(({ at }) => at <= performance.now())) {
      if (this.#tools.stopping()) break
      if (await this.#try(start)) came.push(start.dataset)
    }
    return came
  }

  async #try(start: Start): Promise<boolean> {
    try {
      await this.#tools.prepare(start.dataset)
    } catch (error) {
      this.#failed(start, error)
      return false
    }
    this.drop(start.dataset.name)
    return true
  }

  #failed(start: Start, error: unknown): void {
    const kind = classify(error, 'dataset')
    if (kind === 'fatal') throw error
    const { message: reason, stack } = error as Error
    const isNews = start.reason !== reason
    const waits = kind !== 'dataset'
    const ms = waits ? backoff(start.failures) : parkedFor(start.failures)
    Object.assign(start, { reason, waits, failures: start.failures + 1, at: performance.now() + ms })
    this.#tools.health.heard()
    if (start.isChange) this.#tellOfChange(start, reason, isNews)
    else this.#tellOfStart(start, { reason, stack }, isNews)
  }

  #tellOfStart({ dataset: { name }, waits }: Start, { reason, stack }: Failure, isNews: boolean): void {
    const { health, log } = this.#tools
    if (waits) {
      health.wait(startOf(name), reason)
      log.warn({ dataset: name, reason }, 'waiting for a server before the start')
    } else {
      health.park(startOf(name), name, reason)
      log[isNews ? 'error' : 'warn']({ dataset: name, reason, stack }, parkedAtStart)
    }
  }

  /** The stage is as ready as before: the dataset goes on as it was. */
  #tellOfChange({ dataset: { name } }: Start, reason: string, isNews: boolean): void {
    const { health, log } = this.#tools
    health.park(
      changeOf(name),
      name,
      `the changed definition cannot be used, the one before goes on: ${reason}`,
    )
    log[isNews ? 'error' : 'warn']({ dataset: name, reason }, parkedChange)
  }
}

interface Failure {
  reason: string
  stack: string | undefined
}

const startOf = (dataset: string): string => `start of ${dataset}`
const changeOf = (dataset: string): string => `change of ${dataset}`

const parkedAtStart =
  'parked: this dataset cannot start, all others go on. Mend the cause; it is tried again by itself, or at once when its definition changes'
const parkedChange =
  'parked: the changed definition of this dataset cannot be used, the one before goes on. Mend the cause, or change it back; it is tried again by itself'

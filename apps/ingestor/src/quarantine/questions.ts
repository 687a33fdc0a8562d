import { RequestError } from '@dsf/stage'
import { Slots } from '../importing/slots.ts'
import { SourceError } from '../source-error.ts'

export interface Bounds {
  /** questions that are worked at at once, one of a dataset: each holds something in memory */
  places: number
  /** in which one is answered, its waiting included */
  seconds: number
}

/** Questions about the quarantine take turns, those of a dataset behind each other, and none waits or works for ever. */
export class Questions {
  readonly #slots: Slots
  readonly #seconds: number

  constructor({ places, seconds }: Bounds) {
    this.#slots = new Slots(places)
    this.#seconds = seconds
  }

  /**
   * @param gone aborted when nobody is there any more to hear the answer: the question leaves
   * @throws RequestError 503 when there is none in time, or the topic cannot be read so far now
   */
  async answer<T>(
    dataset: string,
    gone: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = AbortSignal.timeout(Math.ceil(1000 * this.#seconds))
    const signal = AbortSignal.any([late, ...(gone ? [gone] : [])])
    const left = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    try {
      // what does not end keeps its place, and its caller hears so all the same
      return await Promise.race([this.#inTurn(dataset, signal, work), left])
    } catch (error) {
      if (error instanceof SourceError) throw new RequestError(503, error.message)
      if (late.aborted) throw new RequestError(503, this.#lateFor(dataset))
      if (gone?.aborted) throw new RequestError(503, 'whoever asked has gone')
      throw error
    }
  }

  async #inTurn<T>(
    dataset: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    using _ = await this.#slots.take(signal, dataset)
    return await work(signal)
  }

  #lateFor = (dataset: string): string =>
    `the quarantine of "${dataset}" could not be read within ${this.#seconds} s, because of others who ask, or its size; ask again`
}

import { setTimeout as sleep } from 'node:timers/promises'

/** Callers who wait for ends of runs; more are answered at once, so that those who leave early cost nothing. */
const mostCallers = 1000

/** Who waits for the end of a run. */
export class RunEnds {
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #closed = new AbortController()
  #callers = 0

  /** Until the run is over, or the time is, or whoever waits has gone, or too many wait already. */
  async wait(id: string, ms: number, gone?: AbortSignal): Promise<void> {
    if (ms === 0 || gone?.aborted || this.#callers >= mostCallers) return
    this.#callers++
    const ended = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, waiting.add(ended.resolve))
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#closed.signal, ...(gone ? [gone] : [])])
    const late = sleep(ms, undefined, { signal })
    await Promise.race([ended.promise, late.catch(() => undefined)])
    over.abort()
    this.#callers--
    waiting.delete(ended.resolve)
    if (waiting.size === 0) this.#waiting.delete(id)
  }

  tell(id: string): void {
    for (const tell of this.#waiting.get(id) ?? []) tell()
  }

  /** Nobody is kept waiting by a process that ends. */
  close(): void {
    this.#closed.abort()
  }
}

/** Places for what takes long: so many in all, and one for each name. Who came first is first, unless its name is busy. */
export class Slots {
  #free: number
  readonly #busy = new Set<string>()
  readonly #waiting = new Set<{ name: string | undefined; go: () => void }>()

  constructor(places: number) {
    this.#free = places
  }

  /**
   * Waits for a place, which is given back by disposing of it. Without a name only the number counts.
   * @throws the signal's reason once it is aborted
   */
  async take(signal: AbortSignal, name?: string): Promise<Disposable> {
    signal.throwIfAborted()
    await this.#turn(signal, name)
    return {
      [Symbol.dispose]: () => {
        this.#free++
        if (name !== undefined) this.#busy.delete(name)
        this.#next()
      },
    }
  }

  #turn(signal: AbortSignal, name: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(one)
        reject(signal.reason as Error)
      }
      const one = {
        name,
        go: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.add(one)
      this.#next()
    })
  }

  #next(): void {
    for (const one of this.#waiting) {
      if (this.#free === 0) return
      if (one.name !== undefined && this.#busy.has(one.name)) continue
      this.#waiting.delete(one)
      this.#free--
      if (one.name !== undefined) this.#busy.add(one.name)
      one.go()
    }
  }
}

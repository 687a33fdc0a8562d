/** How long the loop may show no sign of life before it counts as wedged: several fetch waits and session timeouts. */
const wedgedAfterMs = 90_000

type Dependency = { check: () => Promise<unknown>; reason: string | undefined }

/**
 * Liveness is the loop's progress: fetches, batches, and retries against a dead server all count. Readiness is what the
 * stage needs: each dependency is looked at in the background, so a probe never waits for a server.
 */
export class Health {
  readonly #dependencies = new Map<string, Dependency>()
  readonly #waiting = new Map<string, string>()
  readonly #leftOut = new Map<string, string[]>()
  readonly #now: () => number
  #lastSign: number
  #timer: NodeJS.Timeout | undefined
  #stopping = false

  /** The default clock only runs forward: setting the machine's time must not look like a wedged loop. */
  constructor(now = () => performance.now()) {
    this.#now = now
    this.#lastSign = now()
  }

  heard = (): void => {
    this.#lastSign = this.#now()
  }

  require(name: string, check: () => Promise<unknown>): void {
    this.#dependencies.set(name, { check, reason: 'not looked at yet' })
  }

  /** A lane, or the start, that waits for a server. */
  wait(what: string, reason: string): void {
    this.#waiting.set(what, reason)
  }

  goOn(what: string): void {
    this.#waiting.delete(what)
  }

  /** A dataset that cannot be used: the others are, so the stage is no less ready. */
  leaveOut(dataset: string, problems: string[]): void {
    this.#leftOut.set(dataset, [...(this.#leftOut.get(dataset) ?? []), ...problems])
  }

  start(everyMs = 3000): void {
    const look = async () => {
      await Promise.all([...this.#dependencies.values()].map(lookAt))
      if (!this.#stopping) this.#timer = setTimeout(() => void look(), everyMs)
    }
    void look()
  }

  stop(): void {
    this.#stopping = true
    clearTimeout(this.#timer)
  }

  live(): { ok: boolean; body: unknown } {
    const silentSeconds = Math.round((this.#now() - this.#lastSign) / 1000)
    const ok = silentSeconds * 1000 < wedgedAfterMs
    return { ok, body: { status: ok ? 'ok' : 'wedged', silentSeconds } }
  }

  ready(): { ok: boolean; body: unknown } {
    const dependencies = Object.fromEntries(
      [...this.#dependencies].map(([name, { reason }]) => [name, reason ?? 'ok']),
    )
    const waiting = Object.fromEntries(this.#waiting)
    const ok =
      !this.#stopping &&
      this.#waiting.size === 0 &&
      Object.values(dependencies).every((state) => state === 'ok')
    return {
      ok,
      body: {
        status: this.#stopping ? 'stopping' : ok ? 'ok' : 'waiting',
        ...{ dependencies, waiting },
        ...(this.#leftOut.size > 0 ? { refusedDatasets: Object.fromEntries(this.#leftOut) } : {}),
      },
    }
  }
}

async function lookAt(dependency: Dependency): Promise<void> {
  try {
    await Promise.race([dependency.check(), rejectAfter(2500)])
    dependency.reason = undefined
  } catch (error) {
    dependency.reason = (error as Error).message || String(error)
  }
}

function rejectAfter(ms: number): Promise<never> {
  return new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms).unref(),
  )
}

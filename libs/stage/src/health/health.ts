/** How long the loop may show no sign of life before it counts as wedged: several fetch waits and session timeouts. */
const wedgedAfterMs = 90_000
/** The same for one lane that works beside the loop: a chunk on a slow store is one piece of work. */
const stuckAfterMs = 600_000

/** A lane, or the start, of a dataset that waits for a person. */
export interface Parked {
  dataset: string
  what: string
  since: string
  reason: string
}

/** Since when something is not well, and why. */
interface Ill {
  since: string
  reason: string
}

type Dependency = { check: () => Promise<unknown>; ill: Ill | undefined }

/** It is ill for as long as it was, whatever it is called now. */
const illWith = (reason: string, before: Ill | undefined): Ill => ({
  since: before?.since ?? new Date().toISOString(),
  reason,
})

/**
 * Liveness is the loop's progress: fetches, batches, and retries against a dead server all count. Readiness is what the
 * stage needs: each dependency is looked at in the background, so a probe never waits for a server.
 */
export class Health {
  readonly #dependencies = new Map<string, Dependency>()
  readonly #waiting = new Map<string, Ill>()
  readonly #parked = new Map<string, Parked>()
  /** last signs of lanes that work beside the loop */
  readonly #working = new Map<string, number>()
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

  /** A lane takes long, and the loop goes on without it: so it is looked at by itself until it rests. */
  works(what: string): void {
    this.#working.set(what, this.#now())
  }

  /** A sign of life of a lane that may be working beside the loop. */
  heardOf(what: string): void {
    this.heard()
    if (this.#working.has(what)) this.works(what)
  }

  rests(what: string): void {
    this.#working.delete(what)
  }

  require(name: string, check: () => Promise<unknown>): void {
    this.#dependencies.set(name, { check, ill: illWith('not looked at yet', undefined) })
  }

  /** A lane, or the start, that waits for a server. */
  wait(what: string, reason: string): void {
    this.#parked.delete(what)
    this.#waiting.set(what, illWith(reason, this.#waiting.get(what)))
  }

  /** What stands still until its cause is mended, while everything else is as ready as before. */
  park(what: string, dataset: string, reason: string): void {
    this.#waiting.delete(what)
    this.#parked.set(what, { dataset, what, ...illWith(reason, this.#parked.get(what)) })
  }

  goOn(what: string): void {
    this.#waiting.delete(what)
    this.#parked.delete(what)
  }

  get parked(): Parked[] {
    return [...this.#parked.values()]
  }

  /** Definitions that cannot be used now, all of them: the others are, so the stage is no less ready. */
  leaveOut(refused: { name: string; problems: string[] }[]): void {
    this.#leftOut.clear()
    for (const { name, problems } of refused)
      this.#leftOut.set(name, [...(this.#leftOut.get(name) ?? []), ...problems])
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
    const [stuck] = [...this.#working].find(([, sign]) => this.#now() - sign >= stuckAfterMs) ?? []
    const ok = silentSeconds * 1000 < wedgedAfterMs && stuck === undefined
    return { ok, body: { status: ok ? 'ok' : 'wedged', silentSeconds, ...(stuck ? { stuck } : {}) } }
  }

  /** By dependency and by what waits. */
  #since(): Record<string, string> {
    const ill = new Map(this.#waiting)
    for (const [name, dependency] of this.#dependencies) if (dependency.ill) ill.set(name, dependency.ill)
    return Object.fromEntries([...ill].map(([what, { since }]) => [what, since]))
  }

  ready(): { ok: boolean; body: unknown } {
    const dependencies = Object.fromEntries(
      [...this.#dependencies].map(([name, { ill }]) => [name, ill?.reason ?? 'ok']),
    )
    const waiting = Object.fromEntries([...this.#waiting].map(([what, { reason }]) => [what, reason]))
    const since = this.#since()
    const ok =
      !this.#stopping &&
      this.#waiting.size === 0 &&
      Object.values(dependencies).every((state) => state === 'ok')
    return {
      ok,
      body: {
        status: this.#stopping ? 'stopping' : ok ? 'ok' : 'waiting',
        ...{ dependencies, waiting, parked: this.parked },
        ...(Object.keys(since).length > 0 ? { since } : {}),
        ...(this.#leftOut.size > 0 ? { refusedDatasets: Object.fromEntries(this.#leftOut) } : {}),
      },
    }
  }
}

async function lookAt(dependency: Dependency): Promise<void> {
  try {
    await Promise.race([dependency.check(), rejectAfter(2500)])
    dependency.ill = undefined
  } catch (error) {
    dependency.ill = illWith((error as Error).message || String(error), dependency.ill)
  }
}

function rejectAfter(ms: number): Promise<never> {
  return new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms).unref(),
  )
}

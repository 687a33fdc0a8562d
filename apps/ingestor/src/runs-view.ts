import { hash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dataset } from '@dsf/dataset'
import { RequestError, type Runtime } from '@dsf/stage'
import { checkFile, checkUrl } from './guard-address.ts'
import type { SourceLimits } from './land-source.ts'
import {
  asRun,
  canStartAgain,
  isOver,
  newRun,
  type Request,
  type Run,
  type RunRequest,
  type RunState,
} from './run.ts'
import { shownSource } from './run-answer.ts'
import { SourceError } from './source-error.ts'
import type { Replay } from './selection.ts'

/** Runs of a dataset that wait at once: who asks for more does so by mistake. */
const mostWaiting = 1000
/** Callers who wait for ends of runs; more are answered at once, so that those who leave early cost nothing. */
const mostCallers = 1000
/** How long a caller waits to hear that a run was cancelled. */
const cancelWithinMs = 10_000

type ViewRuntime = Pick<Runtime, 'datasets' | 'send' | 'follow'>

/** A run, and whose it is. */
export interface Known {
  dataset: string
  run: Run
}

/** Which runs are listed, newest first. `before` is the last one of the page before. */
export interface RunQuery {
  dataset?: string
  state?: RunState
  limit: number
  before?: { requestedAt: number; run: string }
}

/** All runs as every instance sees them: read from Kafka, so that any instance answers for any run. */
export class RunsView {
  readonly #limits: SourceLimits
  readonly #runs = new Map<string, Known>()
  #callers = 0
  /** who waits for the end of a run */
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #closed = new AbortController()
  #runtime: ViewRuntime | undefined

  constructor(limits: SourceLimits) {
    this.#limits = limits
  }

  async open(runtime: ViewRuntime): Promise<void> {
    await runtime.follow(['requests', 'runs'], (dataset, kind, record, key) => {
      if (record === null) this.#runs.delete(key)
      else if (kind === 'runs') this.#know(dataset, asRun(record))
      else this.#asked(dataset, record as unknown as Request)
    })
    this.#runtime = runtime
  }

  /** Nobody is kept waiting by a process that ends. Nest calls this before it closes the HTTP side. */
  onModuleDestroy(): void {
    this.#closed.abort()
  }

  find = (run: string): Known | undefined => this.#runs.get(run)

  /** One more than asked for, where there is one. Those that are on no page are not sorted, because they may be many. */
  list(query: RunQuery): Known[] {
    const { limit } = query
    const page: Known[] = []
    for (const known of this.#runs.values()) {
      const { run } = known
      const last = page[limit]?.run
      if (!isWanted(query, known) || (last && isOlder(run, placeOf(last)))) continue
      const at = page.findIndex((other) => isOlder(other.run, placeOf(run)))
      page.splice(at < 0 ? page.length : at, 0, known)
      if (page.length > limit + 1) page.pop()
    }
    return page
  }

  /** The run once it is over, or as it is when the time is. */
  async whenOver(id: string, ms: number): Promise<Known | undefined> {
    const known = this.#runs.get(id)
    if (!known || isOver(known.run) || ms === 0 || this.#callers >= mostCallers) return known
    this.#callers++
    const told = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, waiting.add(told.resolve))
    const over = new AbortController()
    const late = sleep(ms, undefined, { signal: AbortSignal.any([over.signal, this.#closed.signal]) })
    await Promise.race([told.promise, late.catch(() => undefined)])
    over.abort()
    this.#callers--
    waiting.delete(told.resolve)
    if (waiting.size === 0) this.#waiting.delete(id)
    return this.#runs.get(id)
  }

  /**
   * Asks for an import. The run's id is a function of dataset and key, so a repeated request is the same run whichever
   * instance it reaches. One that failed before its first row, because of its source, starts again.
   * @throws RequestError 404, 422, 429 or 503
   */
  async import(name: string, key: string | undefined, source: string | undefined): Promise<Known> {
    const dataset = this.datasetOf(name)
    const from = await this.#checkedSource(dataset, source)
    const id = runIdOf(dataset, key)
    const known = this.#runs.get(id)
    if (known && known.run.source !== from) throw otherUse(known.run)
    if (known && !canStartAgain(known.run)) return known
    return this.#ask(dataset, { run: id, type: 'import', source: from, replay: null })
  }

  /**
   * Asks for a replay of refused rows. Repeated with the same key it is the same run, with the ends that the first request saw.
   * @throws RequestError 422 when the key was used for something else, 429 or 503
   */
  async replay(dataset: Dataset, key: string | undefined, replay: Replay): Promise<Known> {
    const id = runIdOf(dataset, key)
    const known = this.#runs.get(id)
    if (known && !isSame(known.run.replay, replay)) throw otherUse(known.run)
    return known ?? this.#ask(dataset, { run: id, type: 'replay', source: null, replay })
  }

  /**
   * Asks for the end of a run, and waits a moment for it.
   * @throws RequestError 404 for a run that nobody knows, 409 for one that is over
   */
  async cancel(id: string): Promise<Known> {
    const known = this.#runs.get(id)
    if (!known) throw new RequestError(404, `no run has the id "${id}"`)
    if (isOver(known.run))
      throw new RequestError(
        409,
        `the run "${id}" is over: it ${known.run.state === 'cancelled' ? 'was' : 'has'} ${known.run.state}`,
      )
    const cancel: Request = { ...order(known.run), type: 'cancel', requested_at: Date.now() }
    await this.#runtime!.send(this.datasetOf(known.dataset), 'requests', { key: id, value: cancel })
    // over, and forgotten meanwhile
    return (await this.whenOver(id, cancelWithinMs)) ?? known
  }

  /** Replays that have come to their end. */
  replaysOf(dataset: Dataset): Replay[] {
    const runs = [...this.#runs.values()].filter(
      (known) => known.dataset === dataset.name && known.run.state === 'succeeded',
    )
    return runs.flatMap(({ run }) => run.replay ?? [])
  }

  /** @throws RequestError 404, 422 or 503 */
  datasetOf(name: string): Dataset {
    if (!this.#runtime) throw new RequestError(503, 'the ingestor is still starting')
    const { datasets } = this.#runtime
    const dataset = datasets.get(name)
    if (dataset) return dataset
    const refused = datasets.refused.find((one) => one.name === name)
    if (refused)
      throw new RequestError(
        422,
        `the definition of "${name}" in ${refused.folder} cannot be used`,
        refused.problems,
      )
    throw new RequestError(404, `no dataset is named "${name}"; known are ${[...datasets.keys()].join(', ')}`)
  }

  async #ask(dataset: Dataset, wanted: Omit<RunRequest, 'requested_at'>): Promise<Known> {
    const waiting = this.#of(dataset).filter(({ run }) => run.state === 'queued')
    if (waiting.length >= mostWaiting)
      throw new RequestError(
        429,
        `${waiting.length} runs of "${dataset.name}" wait already; ask again when some are over`,
      )
    // later than the one before, whatever the clock says: that is what makes it another request
    const before = this.#runs.get(wanted.run)?.run.requested_at ?? 0
    const request = { ...wanted, requested_at: Math.max(Date.now(), before + 1) }
    await this.#runtime!.send(dataset, 'requests', { key: wanted.run, value: request })
    this.#asked(dataset, request)
    return this.#runs.get(wanted.run)!
  }

  #of = ({ name }: Dataset): Known[] => [...this.#runs.values()].filter(({ dataset }) => dataset === name)

  async #checkedSource(dataset: Dataset, source: string | undefined): Promise<string> {
    const from = source ?? dataset.source.url
    if (from === undefined)
      throw new RequestError(
        422,
        `the dataset "${dataset.name}" has no source.url, so the request must name a source`,
      )
    try {
      const url = checkUrl(from, this.#limits.allow)
      if (url.username !== '' || url.password !== '') throw new SourceError(withoutSecret)
      if (url.protocol === 'file:') await checkFile(url, this.#limits.roots)
    } catch (error) {
      throw new RequestError(422, (error as Error).message)
    }
    return from
  }

  /** A request that the owner of the dataset has not taken in yet, or that begins a run anew. */
  #asked(dataset: Dataset, request: Request): void {
    if (request.type === 'cancel') return
    const known = this.#runs.get(request.run)?.run
    if (known && !(canStartAgain(known) && request.requested_at > known.requested_at)) return
    this.#know(dataset, newRun({ ...request, type: request.type }, dataset.lanes))
  }

  /**
   * Requests and runs come from two topics: an older record of a run says nothing about one that was asked for again. One that ended
   * for good does: what we heard of was a second request for it, from another instance perhaps, which began nothing.
   */
  #know(dataset: Dataset, run: Run): void {
    const known = this.#runs.get(run.run)?.run
    const endedForGood = isOver(run) && !canStartAgain(run)
    if (known && run.requested_at < known.requested_at && !endedForGood) return
    this.#runs.set(run.run, { dataset: dataset.name, run })
    if (isOver(run)) for (const tell of this.#waiting.get(run.run) ?? []) tell()
  }
}

/** Requests and runs are kept, and shown to whoever may ask. */
const withoutSecret =
  'the source has a user or password in it, which would be kept with the run: name a secret in the definition (source.headers)'

const order = ({ run, source, replay }: Run) => ({ run, source, replay })

const isWanted = ({ dataset, state, before }: RunQuery, known: Known): boolean =>
  (dataset === undefined || known.dataset === dataset) &&
  (state === undefined || known.run.state === state) &&
  (before === undefined || isOlder(known.run, before))

const placeOf = ({ requested_at: requestedAt, run }: Run) => ({ requestedAt, run })

const isOlder = (run: Run, than: { requestedAt: number; run: string }): boolean =>
  run.requested_at < than.requestedAt || (run.requested_at === than.requestedAt && run.run < than.run)

const otherUse = ({ type, source }: Run) =>
  new RequestError(
    422,
    `the idempotency key was used for ${type === 'replay' ? 'a replay' : `the source ${shownSource(source!)}`} before`,
  )

const runIdOf = ({ name }: Dataset, key: string | undefined): string =>
  key === undefined ? randomBytes(16).toString('hex') : hash('md5', `${name}\n${key}`)

/** What a replay was asked for; its ends are those of whoever asked first. */
function isSame(known: Replay | null, asked: Replay): boolean {
  if (known === null) return false
  const { stage, code, run } = known.selection
  const other = asked.selection
  return (
    (stage ?? null) === (other.stage ?? null) &&
    (code ?? null) === (other.code ?? null) &&
    (run ?? null) === (other.run ?? null)
  )
}

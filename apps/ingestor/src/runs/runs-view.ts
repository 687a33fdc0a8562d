import { hash, randomBytes } from 'node:crypto'
import { datedAddresses, isPattern, type Dataset } from '@dsf/dataset'
import { RequestError, type Runtime } from '@dsf/stage'
import { checkFile, checkUrl } from '../sources/guard-address.ts'
import type { SourceLimits } from '../importing/which-file.ts'
import {
  asRun,
  canStartAgain,
  isOver,
  newRun,
  type Known,
  type Request,
  type Run,
  type RunRequest,
} from '../importing/run.ts'
import { shownSource } from './run-answer.ts'
import { RunEnds } from './run-ends.ts'
import { pageOfRuns, type RunQuery } from './run-list.ts'
import { SourceError } from '../source-error.ts'
import type { Replay } from '../importing/selection.ts'

/** Runs of a dataset that wait at once: who asks for more does so by mistake. */
const mostWaiting = 1000
/** How long a caller waits to hear that a run was cancelled. */
const cancelWithinMs = 10_000

type ViewRuntime = Pick<Runtime, 'datasets' | 'send' | 'follow'>

/** All runs as every instance sees them: read from Kafka, so that any instance answers for any run. */
export class RunsView {
  readonly #limits: SourceLimits
  readonly #runs = new Map<string, Known>()
  readonly #ends = new RunEnds()
  /** requests on their way to Kafka, by dataset: they will wait too */
  readonly #sending = new Map<string, number>()
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
    this.#ends.close()
  }

  find = (run: string): Known | undefined => this.#runs.get(run)

  /** One more than asked for, where there is one. */
  list = (query: RunQuery): Known[] => pageOfRuns(this.#runs.values(), query)

  /** The run once it is over, or as it is when the time is. */
  async whenOver(id: string, ms: number): Promise<Known | undefined> {
    const known = this.#runs.get(id)
    if (!known || isOver(known.run)) return known
    await this.#ends.wait(id, ms)
    return this.#runs.get(id)
  }

  /**
   * Asks for an import. The run's id is a function of dataset and key, so a repeated request is the same run whichever
   * instance it reaches. One that failed before its first row, because of its source, starts again.
   * @throws RequestError 404, 422, 429 or 503
   */
  async import(
    name: string,
    key: string | undefined,
    source: string | undefined,
    force = false,
  ): Promise<Known> {
    const dataset = this.datasetOf(name)
    const from = await this.#checkedSource(dataset, source)
    const id = runIdOf(dataset, key)
    const known = this.#runs.get(id)
    if (known && (known.run.source !== from || known.run.force !== force)) throw otherUse(known.run)
    if (known && !canStartAgain(known.run)) return known
    const wanted = { run: id, type: 'import' as const, source: from, replay: null }
    return this.#ask(dataset, force ? { ...wanted, force } : wanted)
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
    const waiting = this.#of(dataset).filter(({ run }) => run.state === 'queued').length
    const sending = this.#sending.get(dataset.name) ?? 0
    if (waiting + sending >= mostWaiting)
      throw new RequestError(
        429,
        `${mostWaiting} runs of "${dataset.name}" wait already; ask again when some are over`,
      )
    // later than the one before, whatever the clock says: that is what makes it another request
    const before = this.#runs.get(wanted.run)?.run.requested_at ?? 0
    const request = { ...wanted, requested_at: Math.max(Date.now(), before + 1) }
    this.#sending.set(dataset.name, sending + 1)
    try {
      await this.#runtime!.send(dataset, 'requests', { key: wanted.run, value: request })
    } finally {
      this.#sending.set(dataset.name, this.#sending.get(dataset.name)! - 1)
    }
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
      // which file a date or a pattern stands for is known when it is fetched
      if (url.protocol === 'file:' && !datedAddresses(from, 0) && !isPattern(from))
        await checkFile(url, this.#limits.roots)
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
    if (isOver(run)) this.#ends.tell(run.run)
  }
}

/** Requests and runs are kept, and shown to whoever may ask. */
const withoutSecret =
  'the source has a user or password in it, which would be kept with the run: name a secret in the definition (source.headers, source.login)'

const order = ({ run, source, replay }: Run) => ({ run, source, replay })

function otherUse({ type, source, force }: Run): RequestError {
  const what =
    type === 'replay' ? 'a replay' : `the source ${shownSource(source!)}${force ? ' with force' : ''}`
  return new RequestError(422, `the idempotency key was used for ${what} before`)
}

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

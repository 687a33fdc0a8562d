import type { Dataset } from '@dsf/dataset'
import { RequestError, type Runtime } from '@dsf/stage'
import type { SourceReach } from '../importing/source-options.ts'
import { canStartAgain, isOver, type Known, type Request, type Run } from '../importing/run.ts'
import type { Replay, Selection } from '../refused/selection.ts'
import { checkSource } from './check-source.ts'
import { KnownRuns } from './known-runs.ts'
import type { RunQuery } from './run-list.ts'
import { refuseOtherUse, runIdOf, type WantedRun } from './wanted-run.ts'

/** Runs of a dataset that wait at once: who asks for more does so by mistake. */
const mostWaiting = 1000
/** How long a caller waits to hear that a run was cancelled. */
const cancelWithinMs = 10_000

type ViewRuntime = Pick<Runtime, 'datasets' | 'send' | 'follow'>

/** What is asked and told of runs. */
export class RunsView {
  readonly #reach: SourceReach
  readonly #runs = new KnownRuns()
  /** requests on their way to Kafka, by dataset: they will wait too */
  readonly #sending = new Map<string, number>()
  /** the same, by run */
  readonly #asking = new Map<string, Promise<Known>>()
  #runtime: ViewRuntime | undefined

  constructor(reach: SourceReach) {
    this.#reach = reach
  }

  async open(runtime: ViewRuntime): Promise<void> {
    await runtime.follow(['requests', 'runs'], (...seen) => this.#runs.take(...seen))
    this.#runtime = runtime
  }

  /** Nest calls this before it closes the HTTP side. */
  onModuleDestroy(): void {
    this.#runs.close()
  }

  find = (run: string): Known | undefined => this.#runs.find(run)

  list = (query: RunQuery): Known[] => this.#runs.list(query)

  whenOver = (run: string, ms: number, gone?: AbortSignal): Promise<Known | undefined> =>
    this.#runs.whenOver(run, ms, gone)

  replaysOf = (dataset: Dataset): Replay[] => this.#runs.replays(dataset)

  /**
   * Asks for an import. One that is known already is not checked again: its file may be gone by now. One that failed before its first row,
   * because of its source, starts again.
   * @throws RequestError 404, 422, 429 or 503
   */
  async import(
    name: string,
    key: string | undefined,
    source: string | undefined,
    force = false,
  ): Promise<Known> {
    const dataset = this.datasetOf(name)
    const from = source ?? dataset.source.url
    if (from === undefined)
      throw new RequestError(
        422,
        `the dataset "${dataset.name}" has no source.url, so the request must name a source`,
      )
    const order = { run: runIdOf(dataset, key), type: 'import' as const, source: from, replay: null }
    const wanted = force ? { ...order, force } : order
    const known = this.#known(wanted)
    if (known) return known
    await checkSource(from, this.#reach)
    return this.#askOnce(dataset, wanted)
  }

  /**
   * Asks for a replay of refused rows. Repeated with the same key it is the same run, with the ends that the first request saw.
   * @throws RequestError 422 when the key was used for something else, 429 or 503
   */
  async replay(dataset: Dataset, key: string | undefined, replay: Replay): Promise<Known> {
    return this.#askOnce(dataset, wantedReplay(dataset, key, replay))
  }

  /** The replay that was asked for with this key before. @throws RequestError 422 when that was something else */
  findReplay(dataset: Dataset, key: string | undefined, selection: Selection): Known | undefined {
    return key === undefined ? undefined : this.#known(wantedReplay(dataset, key, { selection, until: [] }))
  }

  /**
   * Asks for the end of a run, and waits a moment for it.
   * @throws RequestError 404 for a run that nobody knows, 409 for one that is over or has no dataset any more, 503
   */
  async cancel(id: string, gone?: AbortSignal): Promise<Known> {
    const runtime = this.#opened()
    const known = this.#runs.find(id)
    if (!known) throw new RequestError(404, `no run has the id "${id}"`)
    if (isOver(known.run))
      throw new RequestError(
        409,
        `the run "${id}" is over: it ${known.run.state === 'cancelled' ? 'was' : 'has'} ${known.run.state}`,
      )
    const dataset = runtime.datasets.get(known.dataset)
    if (!dataset)
      throw new RequestError(
        409,
        `the run "${id}" stands still, because its dataset "${known.dataset}" is not there any more, or cannot be used; cancel it when that is there again`,
      )
    const cancel: Request = { ...orderOf(known.run), type: 'cancel', requested_at: Date.now() }
    await runtime.send(dataset, 'requests', { key: id, value: cancel })
    // over, and forgotten meanwhile
    return (await this.whenOver(id, cancelWithinMs, gone)) ?? known
  }

  /** @throws RequestError 404, 422 or 503 */
  datasetOf(name: string): Dataset {
    const { datasets } = this.#opened()
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

  #opened(): ViewRuntime {
    if (!this.#runtime) throw new RequestError(503, 'the ingestor is still starting')
    return this.#runtime
  }

  /** The run that was asked for before, unless it is to begin anew. @throws RequestError 422 when it is of something else */
  #known(wanted: WantedRun): Known | undefined {
    const known = this.#runs.find(wanted.run)
    if (!known) return undefined
    refuseOtherUse(known.run, wanted)
    return canStartAgain(known.run) ? undefined : known
  }

  /** Requests for one run come one after the other, so that the first decides what the others are answered. */
  async #askOnce(dataset: Dataset, wanted: WantedRun): Promise<Known> {
    for (let asked; (asked = this.#asking.get(wanted.run));) await asked.catch(() => undefined)
    const known = this.#known(wanted)
    if (known) return known
    const asking = this.#ask(dataset, wanted)
    this.#asking.set(wanted.run, asking)
    return asking.finally(() => this.#asking.delete(wanted.run))
  }

  async #ask(dataset: Dataset, wanted: WantedRun): Promise<Known> {
    const sending = this.#sending.get(dataset.name) ?? 0
    if (this.#runs.waiting(dataset) + sending >= mostWaiting)
      throw new RequestError(
        429,
        `${mostWaiting} runs of "${dataset.name}" wait already; ask again when some are over`,
      )
    // later than the one before, whatever the clock says: that is what makes it another request
    const before = this.#runs.find(wanted.run)?.run.asked_at ?? 0
    const request = { ...wanted, requested_at: Math.max(Date.now(), before + 1) }
    this.#sending.set(dataset.name, sending + 1)
    try {
      await this.#opened().send(dataset, 'requests', { key: wanted.run, value: request })
    } finally {
      this.#sending.set(dataset.name, this.#sending.get(dataset.name)! - 1)
    }
    this.#runs.request(dataset, request)
    return this.#runs.find(wanted.run)!
  }
}

const orderOf = ({ run, source, replay }: Run) => ({ run, source, replay })

const wantedReplay = (dataset: Dataset, key: string | undefined, replay: Replay): WantedRun => ({
  ...{ run: runIdOf(dataset, key), type: 'replay', source: null, replay },
})

import { hash, randomBytes } from 'node:crypto'
import type { Dataset } from '@dsf/dataset'
import { RequestError, type Runtime } from '@dsf/stage'
import { checkFile, checkUrl, printable } from './guard-address.ts'
import type { SourceLimits } from './land-source.ts'
import { begins, canStartAgain, type RunProgress, type RunRequest } from './run-state.ts'
import { parseReplay, replaySource, type Replay } from './selection.ts'

export interface RunAnswer {
  runId: string
  dataset: string
  source: string
  state: 'queued' | 'running' | 'succeeded' | 'failed'
  reason?: string
  rows: number
  landing?: { key: string; bytes: number; sha256: string }
}

type ViewRuntime = Pick<Runtime, 'datasets' | 'send' | 'follow'>

/** All runs as every instance sees them: read from Kafka, so that any instance answers for any run. */
export class RunsView {
  readonly #limits: SourceLimits
  readonly #runs = new Map<string, RunAnswer>()
  /** as they were last asked for, credentials of the source and all; answers name it without */
  readonly #requests = new Map<string, RunRequest>()
  #runtime: ViewRuntime | undefined

  constructor(limits: SourceLimits) {
    this.#limits = limits
  }

  async open(runtime: ViewRuntime): Promise<void> {
    await runtime.follow(['requests', 'runs'], (dataset, kind, record) => {
      const run = record as unknown as RunProgress
      if (kind === 'runs') this.#progressed(dataset, run)
      else this.#queued(dataset, run)
    })
    this.#runtime = runtime
  }

  find(run: string): RunAnswer | undefined {
    return this.#runs.get(run)
  }

  /**
   * Asks for a run. The run's id is a function of dataset and key, so a repeated request is the same run whichever
   * instance it reaches. One that failed before its first row, because of its source, starts again.
   * @throws RequestError 400, 404, 422 or 503
   */
  async request(name: string, key: string | undefined, source: string | undefined): Promise<RunAnswer> {
    checkKey(key)
    const dataset = this.datasetOf(name)
    const from = await this.#checkedSource(dataset, source)
    const run = runIdOf(dataset, key)
    const known = this.#runs.get(run)
    if (known && this.#sourceOf(run) !== from)
      throw new RequestError(422, `the idempotency key was used for the source ${known.source} before`)
    return known && !startsAgain(known) ? known : this.#ask(dataset, run, from)
  }

  /**
   * Asks for a replay of refused rows, which is a run like an import. Repeated with the same key it is the same run, with
   * the ends that the first request saw.
   * @throws RequestError 422 when the key was used for something else
   */
  async replay(dataset: Dataset, key: string | undefined, replay: Replay): Promise<RunAnswer> {
    const run = runIdOf(dataset, key)
    const known = this.#runs.get(run)
    const before = known && parseReplay(this.#sourceOf(run))
    if (known && JSON.stringify(before?.selection) !== JSON.stringify(replay.selection))
      throw new RequestError(422, `the idempotency key was used for the source ${known.source} before`)
    return known ?? this.#ask(dataset, run, replaySource(replay))
  }

  /** Replays that have come to their end. */
  replaysOf(dataset: Dataset): Replay[] {
    const succeeded = [...this.#runs.values()].filter(
      (run) => run.dataset === dataset.name && run.state === 'succeeded',
    )
    return succeeded.flatMap(({ runId }) => parseReplay(this.#sourceOf(runId)) ?? [])
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

  async #ask(dataset: Dataset, run: string, source: string): Promise<RunAnswer> {
    // later than the one before, whatever the clock says: that is what makes it another request
    const before = this.#requests.get(run)?.requested_at ?? 0
    const request = { run, source, requested_at: Math.max(Date.now(), before + 1) }
    await this.#runtime!.send(dataset, 'requests', { key: run, value: request })
    return this.#queued(dataset, request)
  }

  async #checkedSource(dataset: Dataset, source: string | undefined): Promise<string> {
    const from = source ?? dataset.source.url
    if (from === undefined)
      throw new RequestError(
        422,
        `the dataset "${dataset.name}" has no source.url, so the request must name a source`,
      )
    try {
      const url = checkUrl(from, this.#limits.allow)
      if (url.protocol === 'file:') await checkFile(url, this.#limits.roots)
    } catch (error) {
      throw new RequestError(422, (error as Error).message)
    }
    return from
  }

  #sourceOf(run: string): string {
    return this.#requests.get(run)!.source
  }

  /** Requests and progress come from two topics: whichever is newer says what the run is. */
  #progressed(dataset: Dataset, run: RunProgress): void {
    const request = this.#requests.get(run.run)
    if (request && begins(run, request)) return
    this.#requests.set(run.run, run)
    this.#runs.set(run.run, toAnswer(dataset, run))
  }

  #queued(dataset: Dataset, { run, source, requested_at }: RunRequest): RunAnswer {
    const known = this.#runs.get(run)
    const isNewer = requested_at > (this.#requests.get(run)?.requested_at ?? 0)
    if (isNewer) this.#requests.set(run, { run, source, requested_at })
    if (known && !(isNewer && startsAgain(known))) return known
    const answer: RunAnswer = {
      runId: run,
      dataset: dataset.name,
      source: shown(source),
      state: 'queued',
      rows: 0,
    }
    this.#runs.set(run, answer)
    return answer
  }
}

const startsAgain = ({ state, rows }: RunAnswer): boolean => canStartAgain({ state, row: rows })

/** @throws RequestError 400 for a key without a sign: all requests that have it by mistake would be one run */
export function checkKey(key: string | undefined): void {
  if (key?.trim() === '')
    throw new RequestError(
      400,
      'the header Idempotency-Key is empty; leave it out for a run of its own, or give the request a name',
    )
}

const runIdOf = ({ name }: Dataset, key: string | undefined): string =>
  key === undefined ? randomBytes(16).toString('hex') : hash('md5', `${name}\n${key}`)

function toAnswer(dataset: Dataset, run: RunProgress): RunAnswer {
  const { source, state, reason, landing, landing_bytes, landing_sha256, row } = run
  return {
    runId: run.run,
    dataset: dataset.name,
    source: shown(source),
    state,
    ...(reason === null ? {} : { reason }),
    rows: row,
    ...(landing === null ? {} : { landing: { key: landing, bytes: landing_bytes, sha256: landing_sha256! } }),
  }
}

function shown(source: string): string {
  if (parseReplay(source)) return source
  const url = URL.parse(source)
  return url && url.protocol !== 'file:' ? printable(url) : source
}

import { hash, randomBytes } from 'node:crypto'
import type { Dataset } from '@dsf/dataset'
import type { Runtime } from '@dsf/stage'
import { checkFile, checkUrl, printable } from './guard-address.ts'
import type { SourceLimits } from './land-source.ts'
import type { RunProgress, RunRequest } from './run-state.ts'

export interface RunAnswer {
  runId: string
  dataset: string
  source: string
  state: 'queued' | 'running' | 'succeeded' | 'failed'
  reason?: string
  rows: number
  landing?: { key: string; bytes: number; sha256: string }
}

/** A request that is refused before it becomes a run. */
export class RequestError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** All runs as every instance sees them: read from Kafka, so that any instance answers for any run. */
export class RunsView {
  readonly #limits: SourceLimits
  readonly #runs = new Map<string, RunAnswer>()
  /** sources as they were asked for, credentials and all; answers name them without */
  readonly #sources = new Map<string, string>()
  #runtime: Runtime | undefined

  constructor(limits: SourceLimits) {
    this.#limits = limits
  }

  async open(runtime: Runtime): Promise<void> {
    await runtime.follow(['requests', 'runs'], (dataset, kind, record) => {
      const run = record as unknown as RunProgress
      this.#sources.set(run.run, run.source)
      if (kind === 'runs') this.#runs.set(run.run, toAnswer(dataset, run))
      else this.#queued(dataset, run)
    })
    this.#runtime = runtime
  }

  find(run: string): RunAnswer | undefined {
    return this.#runs.get(run)
  }

  /**
   * Asks for a run. The run's id is a function of dataset and key, so a repeated request is the same run whichever
   * instance it reaches.
   * @throws RequestError 404, 422 or 503
   */
  async request(name: string, key: string | undefined, source: string | undefined): Promise<RunAnswer> {
    if (!this.#runtime) throw new RequestError(503, 'the ingestor is still starting')
    const dataset = this.#runtime.datasets.get(name)
    if (!dataset)
      throw new RequestError(
        404,
        `no dataset is named "${name}"; known are ${[...this.#runtime.datasets.keys()].join(', ')}`,
      )
    const from = await this.#sourceOf(dataset, source)
    const run = key === undefined ? randomBytes(16).toString('hex') : hash('md5', `${name}\n${key}`)
    const known = this.#runs.get(run)
    if (known && this.#sources.get(run) !== from)
      throw new RequestError(422, `the idempotency key was used for the source ${known.source} before`)
    if (known) return known
    const request = { run, source: from, requested_at: Date.now() }
    await this.#runtime.send(dataset, 'requests', { key: run, value: request })
    return this.#queued(dataset, request)
  }

  async #sourceOf(dataset: Dataset, source: string | undefined): Promise<string> {
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

  #queued(dataset: Dataset, { run, source }: RunRequest): RunAnswer {
    this.#sources.set(run, source)
    const answer = this.#runs.get(run) ?? {
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
  const url = URL.parse(source)
  return url && url.protocol !== 'file:' ? printable(url) : source
}

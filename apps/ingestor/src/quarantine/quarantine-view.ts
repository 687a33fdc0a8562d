import { setTimeout as sleep } from 'node:timers/promises'
import type { Dataset } from '@dsf/dataset'
import { perDataset, RequestError, type Runtime } from '@dsf/stage'
import { announceAgain } from './announce-again.ts'
import type { ReplayAnswer } from './quarantine-contracts.ts'
import { QuarantineCounts } from './quarantine-counts.ts'
import { quarantineLog, rowsFrom, type QuarantineLog, type Range } from '../refused/quarantine-log.ts'
import { pageOf, type Page } from './quarantine-page.ts'
import { whyNotReplayable, type QuarantinedRow } from '../refused/quarantined-row.ts'
import { toAnswer } from '../runs/run-answer.ts'
import type { RunsView } from '../runs/runs-view.ts'
import { Questions } from './questions.ts'
import { bytesOf, summaryOf } from './row-summary.ts'
import { isReplayed, mostDocuments, selectRows, type Selected } from './select-rows.ts'
import { isSelected, type Replay, type Selection } from '../refused/selection.ts'

/** A question for counts is answered with what is counted by then; the rest is counted behind it. */
const countingMs = 300

/** A client waits for half a minute; for a replay, and for the end of a run, for a minute more. */
const defaultBounds = {
  /** each holds a fetch of some MB */
  questions: { places: 8, seconds: 20 },
  /** each remembers its documents, some 20 MB */
  selections: { places: 4, seconds: 60 },
}

/** Of a transaction that nobody ends: longer than Kafka leaves one of ours open. */
const undecidedMs = 40_000

interface Counting {
  counts: QuarantineCounts
  counting?: Promise<true>
}

/** The quarantine as operators see it, read from its topic by place: a question costs what it shows, and not what is there. */
export class QuarantineView {
  readonly #runs: RunsView
  #runtime: Runtime | undefined
  /** by definition, which may change */
  readonly #counts = perDataset((dataset): Counting => ({
    counts: new QuarantineCounts(quarantineLog(this.#runtime!, dataset)),
  }))
  readonly #questions: Questions
  readonly #selections: Questions

  constructor(runs: RunsView, bounds = defaultBounds) {
    this.#runs = runs
    this.#questions = new Questions(bounds.questions)
    this.#selections = new Questions(bounds.selections)
  }

  open(runtime: Runtime): void {
    this.#runtime = runtime
  }

  /** @throws RequestError 404 or 503 */
  async count(name: string) {
    const { dataset } = this.#open(name)
    const kept = this.#counts(dataset)
    kept.counting ??= kept.counts
      .advance(this.#runs.replaysOf(dataset))
      .then(() => true as const)
      .finally(() => delete kept.counting)
    const { counting } = kept
    const complete = await Promise.race([counting, after(countingMs)])
    return { ...kept.counts.answer(), complete }
  }

  /** Rows that are refused now, the last one first. `cursor` is `next` of the page before. */
  async list(
    name: string,
    selection: Selection,
    { limit, cursor, gone }: { limit: number; cursor?: string | undefined; gone?: AbortSignal },
  ): Promise<Page> {
    const { dataset, log } = this.#open(name)
    const replays = this.#runs.replaysOf(dataset)
    const matches = (row: QuarantinedRow) => isSelected(selection, row) && !isReplayed(replays, row)
    return this.#questions.answer(name, gone, async () => {
      const ranges = await log.ranges()
      return pageOf(log, ranges, placesOf(cursor, ranges), { matches, limit })
    })
  }

  /** A row with its original bytes; `id` is its place, `<lane>-<offset>`. */
  async show(name: string, id: string, gone?: AbortSignal) {
    const { dataset, log } = this.#open(name)
    const row = await this.#questions.answer(name, gone, () => rowAt(log, id))
    if (!row) throw new RequestError(404, `no row of "${name}" has the place "${id}" in quarantine`)
    const replayed = isReplayed(this.#runs.replaysOf(dataset), row)
    return { ...summaryOf(row), replayed, ...bytesOf(row), ...(await this.#recordOf(dataset, row)) }
  }

  /**
   * One that was asked for before with this key is not selected again.
   * @throws RequestError also 422: nothing to replay, a replay that could put old content over new, or the key of something else
   */
  async replay(
    name: string,
    key: string | undefined,
    selection: Selection,
    { dryRun, force, gone }: { dryRun: boolean; force: boolean; gone?: AbortSignal },
  ): Promise<ReplayAnswer> {
    const { dataset, runtime } = this.#open(name)
    const known = dryRun ? undefined : this.#runs.findReplay(dataset, key, selection)
    if (known) return { run: toAnswer(known) }
    const { until, asRows, ...answer } = await this.#select(name, selection, gone)
    if (!dataset.versionField && asRows > 0 && !force)
      throw new RequestError(
        422,
        `"${name}" has no version field, so an old row would replace newer content of its key; look at the rows, then ask with force`,
      )
    if (dryRun) return answer
    // first, because the run is what is not asked for again
    await this.#selections.answer(name, gone, () => announceAgain(runtime, dataset, answer.objects))
    const run = asRows > 0 && (await this.#runs.replay(dataset, key, { selection, until }))
    return { ...answer, ...(run ? { run: toAnswer(run) } : {}) }
  }

  /** What is open when its turn has come. */
  #select(
    name: string,
    selection: Selection,
    gone: AbortSignal | undefined,
  ): Promise<Selected & Pick<Replay, 'until'>> {
    const { dataset, log, runtime } = this.#open(name)
    return this.#selections.answer(name, gone, async (signal) => {
      const until = await runtime.ends(dataset, 'quarantine')
      const replays = this.#runs.replaysOf(dataset)
      const reading = { signal, patienceMs: undecidedMs }
      const found = await selectRows(log, { selection, until }, replays, reading)
      if (found) return { ...found, until }
      throw new RequestError(
        422,
        `more than ${mostDocuments} refused documents are selected; narrow it by run or code`,
      )
    })
  }

  /** Avro bytes as the record that they are, where they are one. */
  async #recordOf(dataset: Dataset, row: QuarantinedRow): Promise<{ record?: Record<string, unknown> }> {
    if (row.content !== 'avro' || whyNotReplayable(row)) return {}
    const [record] = await this.#runtime!.decode(dataset, 'raw', [row.bytes])
    return record instanceof Error ? {} : { record: record! }
  }

  #open(name: string): { dataset: Dataset; log: QuarantineLog; runtime: Runtime } {
    const runtime = this.#runtime
    if (!runtime) throw new RequestError(503, 'the ingestor is still starting')
    const dataset = this.#runs.datasetOf(name)
    return { dataset, runtime, log: quarantineLog(runtime, dataset) }
  }
}

const after = (ms: number): Promise<false> => sleep(ms, false, { ref: false })

/** @throws RequestError 422 for the cursor of another dataset */
function placesOf(cursor: string | undefined, ranges: Range[]): number[] {
  const places = cursor?.split('.').map(Number) ?? ranges.map(({ end }) => end)
  if (places.length !== ranges.length)
    throw new RequestError(
      422,
      `cursor: ${cursor} has ${places.length} places, and the dataset ${ranges.length} lanes; take next of the page before`,
    )
  return places.map((place, lane) => Math.min(place, ranges[lane]!.end))
}

async function rowAt(log: QuarantineLog, id: string): Promise<QuarantinedRow | undefined> {
  const [, lane = NaN, offset = NaN] = /^(\d{1,4})-(\d{1,15})$/.exec(id)?.map(Number) ?? []
  const range = (await log.ranges())[lane]
  if (!range || offset < range.first || offset >= range.end) return undefined
  const { rows } = await rowsFrom(log, { lane, offset }, offset + 1)
  return rows[0]
}

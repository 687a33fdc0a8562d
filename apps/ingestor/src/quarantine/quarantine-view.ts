import type { Dataset } from '@dsf/dataset'
import { perDataset, RequestError, type Runtime } from '@dsf/stage'
import { announceAgain } from './announce-again.ts'
import { QuarantineCounts } from './quarantine-counts.ts'
import { quarantineLog, rowOf, type QuarantineLog, type Range } from '../importing/quarantine-log.ts'
import { pageOf, type Page } from './quarantine-page.ts'
import { bytesOf, summaryOf, whyNotReplayable, type QuarantinedRow } from '../importing/quarantined-row.ts'
import { toAnswer, type RunAnswer } from '../runs/run-answer.ts'
import type { RunsView } from '../runs/runs-view.ts'
import { isReplayed, mostDocuments, selectRows } from './select-rows.ts'
import { isSelected, type Selection } from '../importing/selection.ts'

/** A question for counts is answered with what is counted by then; the rest is counted behind it. */
const countingMs = 300

/** What a replay does, or would do. */
export interface ReplayAnswer {
  selected: number
  /** rows that cannot be replayed, by reason */
  skipped: Record<string, number>
  /** the run that replays the rows; none for a dry run, or when there are none */
  run?: RunAnswer
  /** objects whose documents are sent to the index again */
  objects: string[]
}

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
  /** one question at a time: each holds a fetch of some MB */
  readonly #inTurn = turns()
  /** one selection at a time: each remembers its documents */
  readonly #select = turns()

  constructor(runs: RunsView) {
    this.#runs = runs
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
  async list(name: string, selection: Selection, limit: number, cursor?: string): Promise<Page> {
    const { dataset, log } = this.#open(name)
    const replays = this.#runs.replaysOf(dataset)
    const matches = (row: QuarantinedRow) => isSelected(selection, row) && !isReplayed(replays, row)
    return this.#inTurn(async () => {
      const ranges = await log.ranges()
      return pageOf(log, ranges, placesOf(cursor, ranges), { matches, limit })
    })
  }

  /** A row with its original bytes; `id` is its place, `<lane>-<offset>`. */
  async show(name: string, id: string) {
    const { dataset, log } = this.#open(name)
    const row = await this.#inTurn(() => rowAt(log, id))
    if (!row) throw new RequestError(404, `no row of "${name}" has the place "${id}" in quarantine`)
    const replayed = isReplayed(this.#runs.replaysOf(dataset), row)
    return { ...summaryOf(row), replayed, ...bytesOf(row), ...(await this.#recordOf(dataset, row)) }
  }

  /** @throws RequestError also 422: nothing to replay, or a replay that could put old content over new */
  async replay(
    name: string,
    key: string | undefined,
    selection: Selection,
    options: { dryRun: boolean; force: boolean },
  ): Promise<ReplayAnswer> {
    const { dataset, log, runtime } = this.#open(name)
    const until = await runtime.ends(dataset, 'quarantine')
    const replays = this.#runs.replaysOf(dataset)
    const found = await this.#select(() => selectRows(log, { selection, until }, replays))
    if (!found)
      throw new RequestError(
        422,
        `more than ${mostDocuments} refused documents are selected; narrow it by run or code`,
      )
    const { asRows, ...answer } = found
    if (!dataset.versionField && asRows > 0 && !options.force)
      throw new RequestError(
        422,
        `"${name}" has no version field, so an old row would replace newer content of its key; look at the rows, then ask with force`,
      )
    if (options.dryRun) return answer
    const run = asRows > 0 && (await this.#runs.replay(dataset, key, { selection, until }))
    await announceAgain(runtime, dataset, new Set(answer.objects))
    return { ...answer, ...(run ? { run: toAnswer(run) } : {}) }
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

function turns() {
  let turn: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work)
    turn = done.catch(() => undefined)
    return done
  }
}

const after = (ms: number): Promise<false> =>
  new Promise((resolve) => setTimeout(() => resolve(false), ms).unref())

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
  const { records } = await log.fetch({ lane, offset })
  const record = records.find(({ place }) => place.offset === offset)
  return record && rowOf(record)
}

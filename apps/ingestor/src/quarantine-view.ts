import type { Dataset } from '@dsf/dataset'
import { RequestError, type Runtime } from '@dsf/stage'
import {
  bytesOf,
  LatestRows,
  summaryOf,
  toRow,
  whyNotReplayable,
  type QuarantinedRow,
} from './quarantined-row.ts'
import { checkKey, type RunAnswer, type RunsView } from './runs-view.ts'
import { isSelected, isTaken, type Replay, type Selection } from './selection.ts'

/** Rows that are listed at most, the last refused first. */
export const longestList = 10_000

export interface Count {
  stage: string
  code: string
  /** rows that are refused for this reason now; a row with several reasons counts for each */
  open: number
  /** rows that a replay has taken, and that were not refused again */
  replayed: number
}

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

/** The quarantine as operators see it: each row once, as it was refused last. Read from the topic at each question. */
export class QuarantineView {
  readonly #runs: RunsView
  #runtime: Runtime | undefined

  constructor(runs: RunsView) {
    this.#runs = runs
  }

  open(runtime: Runtime): void {
    this.#runtime = runtime
  }

  /** @throws RequestError 404 or 503 */
  async count(name: string): Promise<Count[]> {
    const { dataset, rows } = await this.#read(name)
    const replays = this.#runs.replaysOf(dataset)
    const counts = new Map<string, Count>()
    for (const row of rows) {
      const state = isReplayed(replays, row) ? 'replayed' : 'open'
      for (const code of new Set(row.reasons.map((reason) => reason.code))) {
        const count = counts.get(`${row.stage} ${code}`) ?? { stage: row.stage, code, open: 0, replayed: 0 }
        count[state]++
        counts.set(`${row.stage} ${code}`, count)
      }
    }
    return [...counts.values()].toSorted((a, b) => b.open - a.open || a.code.localeCompare(b.code))
  }

  /** Rows that are refused now, the last one first. */
  async list(name: string, selection: Selection, limit: number) {
    const { dataset, rows } = await this.#read(name)
    const replays = this.#runs.replaysOf(dataset)
    const open = rows.filter((row) => isSelected(selection, row) && !isReplayed(replays, row)).toReversed()
    return { rows: open.slice(0, Math.min(limit, longestList)).map(summaryOf), total: open.length }
  }

  /** A row with its original bytes; `id` is its place, `<lane>-<offset>`. */
  async show(name: string, id: string) {
    const { dataset, rows } = await this.#read(name)
    const row = rows.find(({ lane, offset }) => `${lane}-${offset}` === id)
    if (!row) throw new RequestError(404, `no row of "${name}" has the place "${id}" in quarantine`)
    const replayed = isReplayed(this.#runs.replaysOf(dataset), row)
    return { ...summaryOf(row), replayed, ...bytesOf(row), ...(await this.#recordOf(dataset, row)) }
  }

  /** @throws RequestError also 400 for an empty key, and 422: nothing to replay, or a replay that could put old content over new */
  async replay(
    name: string,
    key: string | undefined,
    selection: Selection,
    options: { dryRun: boolean; force: boolean },
  ): Promise<ReplayAnswer> {
    checkKey(key)
    const { dataset, rows, until } = await this.#read(name)
    const replays = this.#runs.replaysOf(dataset)
    const selected = rows.filter((row) => isSelected(selection, row) && !isReplayed(replays, row))
    const asRows = selected.filter((row) => !whyNotReplayable(row))
    const objects = new Set(
      selected.flatMap(({ stage, object }) => (stage === 'indexer' && object ? [object] : [])),
    )
    const answer = { selected: selected.length, skipped: skippedOf(selected), objects: [...objects] }
    if (!dataset.versionField && asRows.length > 0 && !options.force)
      throw new RequestError(
        422,
        `"${name}" has no version field, so an old row would replace newer content of its key; look at the rows, then ask with force`,
      )
    if (options.dryRun) return answer
    const run = asRows.length > 0 && (await this.#runs.replay(dataset, key, { selection, until }))
    await this.#announceAgain(dataset, objects)
    return { ...answer, ...(run ? { run } : {}) }
  }

  /** The indexer reads the object once more; what is in the index already stays as it is. */
  async #announceAgain(dataset: Dataset, objects: Set<string>): Promise<void> {
    if (objects.size === 0) return
    const runtime = this.#runtime!
    const found = new Map<string, { lane: number; value: Record<string, unknown> }>()
    await runtime.read(dataset, 'objects', await runtime.ends(dataset, 'objects'), (key, value, { lane }) => {
      if (objects.has(key)) found.set(key, { lane, value })
    })
    for (const [key, { lane, value }] of found)
      await runtime.send(dataset, 'objects', { key, lane, value: { ...value, route: 'replay' } })
    // the indexer gathers objects until a receipt comes; this one closes no run
    const receipt = {
      run: 'replay',
      dataset: dataset.name,
      lanes: dataset.lanes,
      route: 'replay',
      counters: {},
      times: {},
    }
    for (const lane of new Set([...found.values()].map((each) => each.lane)))
      await runtime.sendReceipt('objects', { ...receipt, lane })
  }

  /** Avro bytes as the record that they are, where they are one. */
  async #recordOf(dataset: Dataset, row: QuarantinedRow): Promise<{ record?: Record<string, unknown> }> {
    if (row.content !== 'avro' || whyNotReplayable(row)) return {}
    const [record] = await this.#runtime!.decode(dataset, 'raw', [row.bytes])
    return record instanceof Error ? {} : { record: record! }
  }

  async #read(name: string): Promise<{ dataset: Dataset; rows: QuarantinedRow[]; until: number[] }> {
    if (!this.#runtime) throw new RequestError(503, 'the ingestor is still starting')
    const dataset = this.#runs.datasetOf(name)
    const until = await this.#runtime.ends(dataset, 'quarantine')
    const latest = new LatestRows()
    await this.#runtime.read(dataset, 'quarantine', until, (key, record, place) =>
      latest.add(toRow(key, record, place)),
    )
    return { dataset, rows: [...latest.values()], until }
  }
}

const isReplayed = (replays: Replay[], row: QuarantinedRow): boolean =>
  !whyNotReplayable(row) && replays.some((replay) => isTaken(replay, row))

function skippedOf(rows: QuarantinedRow[]): Record<string, number> {
  const skipped: Record<string, number> = {}
  for (const row of rows) {
    const reason = row.stage === 'indexer' && row.object ? undefined : whyNotReplayable(row)
    if (reason) skipped[reason] = (skipped[reason] ?? 0) + 1
  }
  return skipped
}

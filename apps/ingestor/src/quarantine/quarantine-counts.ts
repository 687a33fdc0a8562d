import { rowsFrom, type QuarantineLog, type Range } from '../refused/quarantine-log.ts'
import { nameOf, whyNotReplayable, type QuarantinedRow } from '../refused/quarantined-row.ts'
import { isTaken, type Replay } from '../refused/selection.ts'

export interface Count {
  stage: string
  code: string
  /** rows that are refused for this reason now; a row with several reasons counts for each */
  open: number
  /** rows that a replay has taken, and that were not refused again */
  replayed: number
}

type State = 'open' | 'replayed'

/** Rows that we remember as counted; some 20 MB. */
const mostRemembered = 100_000

/**
 * Counts of a quarantine by stage and reason, kept from one question to the next: only what came since is read, and all of
 * it again when there is another replay, or one has failed, or when the topic's retention has taken something away.
 */
export class QuarantineCounts {
  readonly #log: QuarantineLog
  readonly #counts = new Map<string, Count>()
  /** rows that may be refused again, and count once: documents, and rows that a replay took */
  readonly #remembered = new Map<string, { state: State; counts: Count[] }>()
  /** by lane: what is counted ends here */
  #at: number[] = []
  #ranges: Range[] = []
  #replays: Replay[] = []

  constructor(log: QuarantineLog) {
    this.#log = log
  }

  /** Counts what has come; a long way when it is the first time. */
  async advance(replays: Replay[]): Promise<void> {
    const before = this.#ranges
    this.#ranges = await this.#log.ranges()
    const isShorter = this.#ranges.some(({ first }, lane) => first !== before[lane]?.first)
    if (isShorter || JSON.stringify(replays) !== JSON.stringify(this.#replays)) this.#begin(replays)
    for (let lane = 0; lane < this.#ranges.length; lane++)
      while (this.#at[lane]! < this.#ranges[lane]!.end) {
        const place = { lane, offset: this.#at[lane]! }
        const { rows, next } = await rowsFrom(this.#log, place, Infinity)
        if (next === place.offset) break
        for (const row of rows) this.#add(row)
        this.#at[lane] = next
      }
  }

  /** `read` of `size` offsets of the topic are counted so far. A row may count twice once it is `approximate`. */
  answer() {
    const sum = (lengths: number[]) => lengths.reduce((all, length) => all + length, 0)
    return {
      counts: [...this.#counts.values()]
        .filter(({ open, replayed }) => open > 0 || replayed > 0)
        .toSorted((a, b) => b.open - a.open || a.code.localeCompare(b.code)),
      read: sum(this.#ranges.map(({ first }, lane) => this.#at[lane]! - first)),
      size: sum(this.#ranges.map(({ first, end }, lane) => Math.max(end, this.#at[lane]!) - first)),
      approximate: this.#remembered.size >= mostRemembered,
    }
  }

  #begin(replays: Replay[]): void {
    this.#replays = replays
    this.#counts.clear()
    this.#remembered.clear()
    this.#at = this.#ranges.map(({ first }) => first)
  }

  #add(row: QuarantinedRow): void {
    const isReplayable = !whyNotReplayable(row)
    const state = isReplayable && this.#replays.some((replay) => isTaken(replay, row)) ? 'replayed' : 'open'
    const mayComeAgain = state === 'replayed' || row.stage === 'indexer'
    if (mayComeAgain || this.#remembered.size > 0) this.#once(row)
    const counts = [...new Set(row.reasons.map(({ code }) => code))].map((code) =>
      this.#count(row.stage, code),
    )
    for (const count of counts) count[state]++
    if (mayComeAgain && this.#remembered.size < mostRemembered)
      this.#remembered.set(nameOf(row), { state, counts })
  }

  /** What is counted of a row is what became of it last. */
  #once(row: QuarantinedRow): void {
    const name = nameOf(row)
    const earlier = this.#remembered.get(name)
    if (!earlier) return
    for (const count of earlier.counts) count[earlier.state]--
    this.#remembered.delete(name)
  }

  #count(stage: string, code: string): Count {
    const name = `${stage} ${code}`
    const known = this.#counts.get(name)
    if (known) return known
    const count = { stage, code, open: 0, replayed: 0 }
    this.#counts.set(name, count)
    return count
  }
}

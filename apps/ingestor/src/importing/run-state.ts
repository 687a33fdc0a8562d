import type { LaneState, Output } from '@dsf/stage'
import { asRun, isOpen, isOver, takenBy, type Run } from './run.ts'
import type { Replay } from '../refused/selection.ts'

/** What is kept of the runs of a dataset; older ones are documents of the index. */
export interface Kept {
  runs: number
  days: number
}

/** Patterns for which we know what was read, however long ago: that of the definition, and those that runs named. */
const patternsKept = 8

const day = 24 * 3600 * 1000

/** The runs of a dataset, restored from their topic. */
export class RunStates implements LaneState {
  readonly #kept: Kept
  readonly #committed = new Map<string, Run>()
  /** null for one that is not kept any more */
  readonly #pending = new Map<string, Run | null>()
  /** of the pending ones, those that are in no record yet */
  readonly #unwritten = new Set<string>()

  constructor(kept: Kept) {
    this.#kept = kept
  }

  restore(run: string, value: Record<string, unknown> | null): void {
    if (value === null) this.#committed.delete(run)
    else this.#committed.set(run, asRun(value))
  }

  get(run: string): Run | undefined {
    const pending = this.#pending.get(run)
    return pending === undefined ? this.#committed.get(run) : (pending ?? undefined)
  }

  /** The run to work at: the one that was asked for first. */
  next(): Run | undefined {
    const open = [...this.#committed.values()].filter(isOpen)
    return open.reduce<Run | undefined>(
      (first, run) => (first && first.requested_at <= run.requested_at ? first : run),
      undefined,
    )
  }

  /** The run just before this one, whatever it was. If it failed or had another source, nothing older helps. */
  before(run: string): Run | undefined {
    const others = [...this.#committed.values()].filter((other) => other.run !== run && other.turn > 0)
    return others.reduce<Run | undefined>(
      (last, other) => (last && last.turn > other.turn ? last : other),
      undefined,
    )
  }

  /** The run that has the header which was last taken, another one than this. */
  withHeader(run: string): Run | undefined {
    const others = [...this.#committed.values()].filter((other) => other.run !== run && other.header !== null)
    return others.reduce<Run | undefined>(
      (last, other) => (last && last.turn > other.turn ? last : other),
      undefined,
    )
  }

  /** The run that has what was read of a pattern: its own file was the last one. */
  withFiles(pattern: string): Run | undefined {
    return this.#holders().find(({ files }) => files!.pattern === pattern)
  }

  /** Whether another run than this one waits to import a source. */
  isAskedFor(source: string | null, run: string): boolean {
    return [...this.#committed.values()].some(
      (other) => other.run !== run && other.source === source && isOpen(other),
    )
  }

  /** Newest first. */
  #holders(): Run[] {
    const holders = [...this.#committed.values()].filter((run) => run.files && run.processing_at !== null)
    return holders.toSorted((a, b) => b.turn - a.turn)
  }

  /** Replays whose rows are through, or on their way. */
  replays(): Replay[] {
    return [...this.#committed.values()].flatMap(takenBy)
  }

  set(run: Run): void {
    this.#change(run.run, run)
  }

  /** Lets go of runs that are over and beyond what is kept. */
  prune(now: number): void {
    const { runs, days } = this.#kept
    const all = [...this.#committed.values()].toSorted((a, b) => b.requested_at - a.requested_at)
    // who forgets what was read of a folder reads all of it again
    const holders = new Set(this.#holders().slice(0, patternsKept))
    for (const [i, run] of all.entries())
      if (holders.has(run)) continue
      else if (
        isOver(run) &&
        (i >= runs || run.requested_at < now - days * day) &&
        !this.#pending.has(run.run)
      )
        this.#change(run.run, null)
  }

  #change(run: string, to: Run | null): void {
    this.#pending.set(run, to)
    this.#unwritten.add(run)
  }

  /** What was changed since this was called last, as records of the topic: a transaction may have many batches. */
  changes(): Output[] {
    const changes = [...this.#unwritten].map((key) => ({ key, value: this.#pending.get(key), lane: 0 }))
    this.#unwritten.clear()
    return changes
  }

  commit(): void {
    for (const [key, run] of this.#pending)
      if (run === null) this.#committed.delete(key)
      else this.#committed.set(key, run)
    this.#forgetPending()
  }

  rollback(): void {
    this.#forgetPending()
  }

  #forgetPending(): void {
    this.#pending.clear()
    this.#unwritten.clear()
  }
}

import type { LaneState } from '@dsf/stage'
import { parseReplay, type Replay } from './selection.ts'

/** A run as POST /v1/runs took it. */
export interface RunRequest {
  run: string
  source: string
  requested_at: number
}

/** How far a run has come: the last record of a run in the topic `runs` is where it goes on after a crash. */
export interface RunProgress extends RunRequest {
  state: 'running' | 'succeeded' | 'failed'
  reason: string | null
  ended_at: number | null
  /** key of the landing object, once it is complete */
  landing: string | null
  landing_bytes: number
  landing_sha256: string | null
  /** decompressed position of the next unread row */
  byte: number
  row: number
  /** by lane */
  read: number[]
  quarantined: number[]
}

export function newRun(request: RunRequest, lanes: number): RunProgress {
  const nothing = {
    state: 'running' as const,
    reason: null,
    ended_at: null,
    landing: null,
    landing_bytes: 0,
    landing_sha256: null,
    byte: 0,
    row: 0,
  }
  return {
    ...request,
    ...nothing,
    read: Array<number>(lanes).fill(0),
    quarantined: Array<number>(lanes).fill(0),
  }
}

/**
 * Whether a request begins a run anew: one that nobody knows, or one that failed before its first row and was asked for
 * again since. Behind a row there is no way back, because other stages have it.
 */
export const begins = (known: RunProgress | undefined, { requested_at }: RunRequest): boolean =>
  known === undefined || (canStartAgain(known) && requested_at > known.requested_at)

export const canStartAgain = ({ state, row }: { state: string; row: number }): boolean =>
  state === 'failed' && row === 0

/** All runs of a dataset, restored from their topic. */
export class RunStates implements LaneState {
  readonly #committed = new Map<string, RunProgress>()
  #pending = new Map<string, RunProgress>()

  restore(run: string, value: Record<string, unknown>): void {
    this.#committed.set(run, value as unknown as RunProgress)
  }

  get(run: string): RunProgress | undefined {
    return this.#pending.get(run) ?? this.#committed.get(run)
  }

  /** Replays of refused rows that have come to their end. */
  replays(): Replay[] {
    const succeeded = [...this.#committed.values()].filter(({ state }) => state === 'succeeded')
    return succeeded.flatMap(({ source }) => parseReplay(source) ?? [])
  }

  set(progress: RunProgress): void {
    this.#pending.set(progress.run, progress)
  }

  commit(): void {
    for (const [run, progress] of this.#pending) this.#committed.set(run, progress)
    this.#pending = new Map()
  }

  rollback(): void {
    this.#pending = new Map()
  }
}

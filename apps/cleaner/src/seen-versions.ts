import type { LaneState } from '@dsf/stage'

/**
 * What was last let through for each key of a lane: a version, or a fingerprint of the content where the dataset has no
 * versions. Changes stay apart until their transaction is committed. Costs about 100 bytes a key.
 */
export class SeenVersions implements LaneState {
  readonly #committed = new Map<string, number>()
  #pending = new Map<string, number>()

  restore(key: string, value: Record<string, unknown>): void {
    this.#committed.set(key, value.mark as number)
  }

  get(key: string): number | undefined {
    return this.#pending.get(key) ?? this.#committed.get(key)
  }

  set(key: string, mark: number): void {
    this.#pending.set(key, mark)
  }

  commit(): void {
    for (const [key, mark] of this.#pending) this.#committed.set(key, mark)
    this.#pending = new Map()
  }

  rollback(): void {
    this.#pending = new Map()
  }
}

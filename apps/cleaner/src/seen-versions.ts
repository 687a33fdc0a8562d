import type { LaneState } from '@dsf/stage'
import { fromSeen, type FineMark, type Mark } from './mark.ts'

/**
 * What was last let through for each key of a lane: a version, or a fingerprint of the content where the dataset has no
 * versions. Changes of a transaction that fails are undone. Costs about 100 bytes a key, and some 50 more where a version is
 * finer than a millisecond.
 */
export class SeenVersions implements LaneState {
  readonly #marks = new Map<string, Mark>()
  /** keys that the open transaction changed, and what they had before it: to go back by */
  #changed: string[] = []
  #before: (Mark | undefined)[] = []

  restore(key: string, value: Record<string, unknown>): void {
    this.#marks.set(key, fromSeen(value as unknown as FineMark))
  }

  get(key: string): Mark | undefined {
    return this.#marks.get(key)
  }

  /** `before` is what `get` gave for the key: asking again would cost as much as the change. */
  set(key: string, mark: Mark, before: Mark | undefined): void {
    this.#changed.push(key)
    this.#before.push(before)
    this.#marks.set(key, mark)
  }

  commit(): void {
    this.#changed = []
    this.#before = []
  }

  rollback(): void {
    for (let i = this.#changed.length - 1; i >= 0; i--) {
      const before = this.#before[i]
      if (before === undefined) this.#marks.delete(this.#changed[i]!)
      else this.#marks.set(this.#changed[i]!, before)
    }
    this.commit()
  }
}

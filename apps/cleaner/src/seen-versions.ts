import type { LaneState } from '@dsf/stage'
import { KeyPlaces } from './key-places.ts'
import { MarkColumns } from './mark-columns.ts'
import { fromSeen, type FineMark, type Mark } from './mark.ts'

/**
 * What was last let through for each key of a lane: a version, or a fingerprint of the content where the dataset has no
 * versions. Changes of a transaction that fails are undone. Costs 33 bytes a key however long the key is, and 16 more
 * where versions are finer than a millisecond.
 */
export class SeenVersions implements LaneState {
  readonly #places = new KeyPlaces()
  readonly #marks = new MarkColumns()
  /** places that the open transaction changed, and what they had before it: to go back by */
  #changed: number[] = []
  #before: (Mark | undefined)[] = []

  restore(key: string, value: Record<string, unknown>): void {
    this.#marks.set(this.placeOf(Buffer.from(key)), fromSeen(value as unknown as FineMark))
  }

  /** Where the mark of a key is kept: looked up once, because that costs most. Holds until the process ends. */
  placeOf(key: Buffer): number {
    return this.#places.of(key)
  }

  get(place: number): Mark | undefined {
    return this.#marks.get(place)
  }

  /** `before` is what `get` gave for the place: asking again would cost as much as the change. */
  set(place: number, mark: Mark, before: Mark | undefined): void {
    this.#changed.push(place)
    this.#before.push(before)
    this.#marks.set(place, mark)
  }

  commit(): void {
    this.#changed = []
    this.#before = []
  }

  rollback(): void {
    for (let i = this.#changed.length - 1; i >= 0; i--) this.#marks.set(this.#changed[i]!, this.#before[i])
    this.commit()
  }
}

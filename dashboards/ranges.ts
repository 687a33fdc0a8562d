/**
 * Intervals of a number as Kibana is told them, one by one. Told a number of bars instead, it computes a width from the values that it
 * finds, which is 1, 2 or 5 times a power of ten: a distribution by 0.5 of one week would be one by 0.05 of the next.
 */
import type { IndexedField } from './panel.ts'

export interface Range {
  from: number
  /** exclusive */
  to: number
}

/** More of them are neither drawn nor read. */
const most = 200

/** Every interval that a value within the field's bounds can fall into; none where a bound is missing or they would be too many. */
export function rangesOf({ minimum, maximum }: IndexedField, interval: number): Range[] {
  if (minimum === undefined || maximum === undefined) return []
  const first = Math.floor(shortest(minimum / interval))
  const count = Math.floor(shortest(maximum / interval)) - first + 1
  if (count > most) return []
  return Array.from({ length: count }, (_, i) => ({
    from: shortest((first + i) * interval),
    to: shortest((first + i + 1) * interval),
  }))
}

/** Without what doubles add: 3 times 0.1 is 0.3. */
const shortest = (number: number): number => Number(number.toPrecision(12))

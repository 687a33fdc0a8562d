/** What was last let through for a key. A number says all of a version of whole milliseconds, of an integer, of a fingerprint. */
export type Mark = number | FineMark

/** A version that milliseconds do not tell from another one of its key. */
export interface FineMark {
  /** milliseconds since 1970 */
  mark: number
  /** nanoseconds beyond them */
  finer: number
  /** how far the record's `dsf_version` is beyond them, so that it is greater than that of the revision before */
  ahead: number
}

/** Whether a version is newer than what was let through before it: at the precision of its text. */
export function isNewer(mark: number, finer: number, before: Mark): boolean {
  if (typeof before === 'number') return mark > before || (mark === before && finer > 0)
  return mark > before.mark || (mark === before.mark && finer > before.finer)
}

/** Marks a version that is newer than `before`. */
export function markOf(mark: number, finer: number, before: Mark | undefined): Mark {
  const ahead = before === undefined ? 0 : Math.max(0, versionOf(before) + 1 - mark)
  return finer === 0 && ahead === 0 ? mark : { mark, finer, ahead }
}

/** The `dsf_version` of the record that was let through with a mark: it grows with each revision of a key. */
export const versionOf = (mark: Mark): number => (typeof mark === 'number' ? mark : mark.mark + mark.ahead)

/** The record of the changelog, and back. */
export const toSeen = (mark: Mark): FineMark =>
  typeof mark === 'number' ? { mark, finer: 0, ahead: 0 } : mark
export const fromSeen = ({ mark, finer, ahead }: FineMark): Mark =>
  finer === 0 && ahead === 0 ? mark : { mark, finer, ahead }

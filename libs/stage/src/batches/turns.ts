/** Records of a slice: some milliseconds of work, so that what a turn costs is lost in it. */
export const sliceRecords = 250

const waiting: (() => void)[] = []

/**
 * The lanes of a process share one thread. Work that takes longer than a slice asks for another turn with each: one is given in
 * each round of the event loop, in the order of asking. So what a server answers to another lane waits for one slice, and not
 * for all that other lanes have to do.
 */
export function nextTurn(): Promise<void> {
  return new Promise((begin) => {
    if (waiting.push(begin) === 1) setImmediate(giveTurn)
  })
}

function giveTurn(): void {
  waiting.shift()!()
  if (waiting.length > 0) setImmediate(giveTurn)
}

/** For work in pieces, called before each with its records: it waits for a turn whenever they have come to a slice. */
export function sliced(): (records: number) => Promise<void> | undefined {
  let come = 0
  return (records) => {
    come += records
    if (come < sliceRecords) return undefined
    come = 0
    return nextTurn()
  }
}

/** Calls `each` for all items in order, a slice of them in each turn. */
export async function inTurns<T>(items: readonly T[], each: (item: T) => void): Promise<void> {
  for (let at = 0; at < items.length; at += sliceRecords) {
    if (at > 0) await nextTurn()
    for (const item of items.slice(at, at + sliceRecords)) each(item)
  }
}

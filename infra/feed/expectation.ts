import type { BREAKAGES, BrokenKind } from './broken.ts'
import type { QuakeColumn, Quake } from './quake.ts'

/** One row as it was put in: a sound one and the event it states, or a broken one and why. */
export type Line = { bytes: Buffer } & ({ quake: Quake; shadow?: boolean } | { broken: Breach })

interface Breach {
  kind: BrokenKind
  by: (typeof BREAKAGES)[BrokenKind]['by']
  field: QuakeColumn | null
  /** The id the row carries; empty where that is what is wrong with it. */
  id: string
}

export interface BrokenRow extends Breach {
  /** Counted from 1 at the first row after the header; in this feed a row is a line, so its line is `row + 1`. */
  row: number
  bytes: Buffer
}

/**
 * What a correct pipeline makes of a window, known from the events that were put in, not from reading the CSV.
 * `rows = clean + duplicates + brokenRows.length`.
 */
export interface Expectation {
  rows: number
  /** Rows that are the first, or a newer, version of their id. */
  clean: number
  /** Rows whose id was seen with the same or a later `updated`, in this window or the one before. */
  duplicates: number
  /** Of the duplicates: rows behind a stray quote. A reader that cannot take up at the next line loses these. */
  shadowed: number
  brokenRows: BrokenRow[]
  /** Ids of this window's sound rows. */
  distinctValidIds: number
  /** The newest version of each id over this window and the ones before it, as it must be stored. */
  newest: Map<string, Quake>
}

/** Goes through the rows in file order, starting from what the windows before left behind. */
export function expectation(lines: readonly Line[], before: ReadonlyMap<string, Quake>): Expectation {
  const newest = new Map(before)
  const ids = new Set<string>()
  // prettier-ignore
  const expected: Expectation = {
    rows: lines.length, clean: 0, duplicates: 0, shadowed: 0, brokenRows: [], distinctValidIds: 0, newest,
  }
  for (const [i, line] of lines.entries()) {
    if ('broken' in line) expected.brokenRows.push({ ...line.broken, row: i + 1, bytes: line.bytes })
    else count(expected, line.quake, ids, line.shadow === true)
  }
  return { ...expected, distinctValidIds: ids.size }
}

function count(expected: Expectation, quake: Quake, ids: Set<string>, shadowed: boolean): void {
  ids.add(quake.id)
  const seen = expected.newest.get(quake.id)
  if (seen && seen.updated >= quake.updated) {
    expected.duplicates++
    if (shadowed) expected.shadowed++
    return
  }
  expected.clean++
  expected.newest.set(quake.id, quake)
}

import { setTimeout } from 'node:timers/promises'
import type { Dataset } from '@dsf/dataset'
import type { Fetched, FetchedRecord, Place, TopicReader } from '@dsf/stage'
import { toRow, type QuarantinedRow } from './quarantined-row.ts'

/** What one fetch brings at most, beside a record batch that is longer by itself. */
const fetchBytes = 2 ** 20

export interface Range {
  first: number
  end: number
}

/** The quarantine topic of a dataset, from any place. Holds one fetch at a time and nothing between two. */
export interface QuarantineLog {
  ranges: () => Promise<Range[]>
  fetch: (place: Place) => Promise<Fetched>
}

export const quarantineLog = (
  topics: Pick<TopicReader, 'ranges' | 'fetch'>,
  dataset: Dataset,
): QuarantineLog => ({
  ranges: () => topics.ranges(dataset, 'quarantine'),
  fetch: (place) => topics.fetch(dataset, 'quarantine', place, fetchBytes),
})

/** Undefined for a record that is none of ours, as there is none in a topic that only stages write. */
export function rowOf({ key, place, value }: FetchedRecord): QuarantinedRow | undefined {
  const record = value()
  return record && toRow(key, record, place)
}

/** The rows of every lane up to an end, lane by lane, oldest first: as many at a time as a fetch brings. */
export async function* rowsUntil(log: QuarantineLog, until: number[]): AsyncGenerator<QuarantinedRow[]> {
  for (const [lane, { first, end }] of (await log.ranges()).entries())
    for (let at = first; at < Math.min(end, until[lane] ?? 0);) {
      const { rows, next } = await rowsFrom(log, { lane, offset: at }, until[lane] ?? 0)
      if (next === at) await setTimeout(undecidedMs)
      at = next
      yield rows
    }
}

/** Whoever is asked for rows up to an end waits for the transactions before it: the same question has the same answer. */
const undecidedMs = 50

/** One fetch of rows from a place on, and where to go on. */
export async function rowsFrom(
  log: QuarantineLog,
  place: Place,
  until: number,
): Promise<{ rows: QuarantinedRow[]; next: number }> {
  const { records, next } = await log.fetch(place)
  const wanted = records.filter(({ place: { offset } }) => offset >= place.offset && offset < until)
  const rows = wanted.flatMap((record) => rowOf(record) ?? [])
  return { rows, next }
}

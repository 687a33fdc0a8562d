import { setTimeout } from 'node:timers/promises'
import type { Dataset } from '@dsf/dataset'
import type { Fetched, FetchedRecord, Place, TopicReader } from '@dsf/stage'
import { SourceError } from '../source-error.ts'
import { toRow, type QuarantinedRow } from './quarantined-row.ts'

/** What one fetch brings of a topic that is read from end to end, beside a record batch that is longer by itself. */
export const fetchBytes = 2 ** 20

export interface Range {
  first: number
  end: number
}

/** The quarantine topic of a dataset, from any place. Holds one fetch at a time and nothing between two. */
export interface QuarantineLog {
  ranges: () => Promise<Range[]>
  /** of some bytes, or as much as is good for a reader of everything */
  fetch: (place: Place, bytes?: number) => Promise<Fetched>
}

export const quarantineLog = (
  topics: Pick<TopicReader, 'ranges' | 'fetch'>,
  dataset: Dataset,
): QuarantineLog => ({
  ranges: () => topics.ranges(dataset, 'quarantine'),
  fetch: (place, bytes = fetchBytes) => topics.fetch(dataset, 'quarantine', place, bytes),
})

/** Undefined for a record that is not ours. A topic that only stages write has no such record. */
export function rowOf({ key, place, value }: FetchedRecord): QuarantinedRow | undefined {
  const record = value()
  return record && toRow(key, record, place)
}

export interface Reading {
  /** ends it before its next fetch */
  signal: AbortSignal
  /** ms without a step forward after which it fails: Kafka itself ends a transaction that nobody ends in less */
  patienceMs?: number
}

/**
 * The rows of every lane up to an end, lane by lane, oldest first: as many at a time as a fetch brings.
 * @throws SourceError when a transaction before that end stays undecided, or the signal's reason
 */
export async function* rowsUntil(
  log: QuarantineLog,
  until: number[],
  { signal, patienceMs = 300_000 }: Reading,
): AsyncGenerator<QuarantinedRow[]> {
  let moved = performance.now()
  for (const [lane, { first, end }] of (await log.ranges()).entries())
    for (let at = first; at < Math.min(end, until[lane] ?? 0);) {
      signal.throwIfAborted()
      const { rows, next } = await rowsFrom(log, { lane, offset: at }, until[lane] ?? 0)
      if (next > at) {
        at = next
        yield rows
        moved = performance.now()
        continue
      }
      if (performance.now() - moved > patienceMs) throw undecided(lane, at, patienceMs)
      await setTimeout(undecidedMs, undefined, { signal })
    }
}

/** Whoever is asked for rows up to an end waits for the transactions before it: the same question has the same answer. */
const undecidedMs = 50

const undecided = (lane: number, offset: number, ms: number): SourceError =>
  new SourceError(
    `the quarantine cannot be read past offset ${offset} of lane ${lane}: a transaction there has been open for ${Math.round(ms / 1000)} s. Ask again when it is over; if it never is, kafka-transactions.sh find-hanging names it, and abort ends it`,
  )

/** One fetch of rows from a place on, and where to go on. */
export async function rowsFrom(
  log: QuarantineLog,
  place: Place,
  until: number,
): Promise<{ rows: QuarantinedRow[]; next: number }> {
  const { records, next } = await log.fetch(place)
  const rows: QuarantinedRow[] = []
  for (let i = 0; i < records.length; i++) {
    const record = records.at(i)!
    const { offset } = record.place
    const row = offset >= place.offset && offset < until ? rowOf(record) : undefined
    if (row) rows.push(row)
  }
  return { rows, next }
}

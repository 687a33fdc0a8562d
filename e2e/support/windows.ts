/** The two windows of the feed of earthquakes, and what must come out of them. */
import { feedWindow } from '../../infra/feed/feed-window.ts'
import type { Quake } from '../../infra/feed/quake.ts'
import type { Document } from './documents.ts'
import { feedUrl, importSource, type Run } from './runs.ts'

export const windows = { 1: feedWindow(1), 2: feedWindow(2) } as const
export const newest = windows[2].expected.newest
export const { brokenRows } = windows[2].expected

export const windowUrl = (n: 1 | 2, suffix = '') => `${feedUrl}/earthquakes/window-${n}.csv${suffix}`

/** The runs that bring both windows into `earthquakes`. Their keys make them the same ones, whichever test asks first. */
export async function importedWindows(): Promise<{ first: Run; second: Run }> {
  const first = await importSource('earthquakes', windowUrl(1), 'e2e-window-1')
  const second = await importSource('earthquakes', windowUrl(2), 'e2e-window-2')
  return { first, second }
}

/** What the receipt of a window must say; simulated twins are as many as the generator made. */
export function expectedCounters(n: 1 | 2, found: Run) {
  const { rows, clean, duplicates, brokenRows } = windows[n].expected
  const { simulated: twins } = found.counters
  const stored = clean + twins!
  const { created } = found.counters
  const counters = {
    read: rows,
    clean,
    duplicate: duplicates,
    quarantined: brokenRows.length,
    processed: clean,
  }
  // how many were created is not known beforehand: the index is asked for it
  const documents = { created, replaced: stored - created!, superseded: 0, repeated: 0, refused: 0 }
  return { ...counters, enriched: stored, stored, ...documents }
}

/** A measured document as the definition asks for it; missing values are absent. */
export function expectedDocument(quake: Quake) {
  const { time, updated, mag, depth, place, latitude: lat, longitude: lon } = quake
  const computed = {
    energyJoules: mag === null ? null : 10 ** (1.5 * mag + 4.8),
    depthClass: depth === null ? null : depth < 70 ? 'shallow' : depth < 300 ? 'intermediate' : 'deep',
    revisionHours: (updated - time) / 3_600_000,
    region: place === null ? null : place.split(', ').at(-1)!.replace(/^CA$/, 'California'),
  }
  const fixed = { '@timestamp': time, location: { lat, lon }, dsf_version: updated, simulated: false }
  return present({ ...quake, ...computed, ...fixed })
}

const present = (record: object) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))

/** Without what says which row of which run it came from. */
export function withoutOrigin({ _source: { dsf_run: _run, dsf_row: _row, ...content } }: Document) {
  return content
}

export const contents = (documents: Map<string, Document>) => mapValues(documents, withoutOrigin)

export function mapValues<A, B>(map: ReadonlyMap<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries([...map].map(([key, value]) => [key, change(value)]))
}

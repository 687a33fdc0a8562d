/** Compares what was indexed with what the feed put in. The feed knows the events themselves: it reads no CSV and uses no stage. */
import { COLUMNS, type Quake } from '../feed/quake.ts'
import type { Document } from './documents.ts'

export interface Comparison {
  /** distinct valid ids of the windows, and how many of them are documents */
  readonly expected: number
  readonly found: number
  /** documents that came with a window of the feed, those of the newest version, and those equal to it in every column */
  readonly ours: number
  readonly newest: number
  readonly equal: number
  /** ids of documents that came with a window, although nothing valid was put in */
  readonly surplus: readonly string[]
  /** documents that came with other imports: none of the demo's business */
  readonly others: number
}

/** @param isFeedRun whether a run imported a window of the feed; `dsf_run` names the run that a document came with */
export function compare(
  put: ReadonlyMap<string, Quake>,
  documents: readonly Document[],
  isFeedRun: (run: string) => boolean,
): Comparison {
  const fromFeed = documents.filter(({ _source }) => isFeedRun(String(_source['dsf_run'])))
  const ours = fromFeed.filter(({ _id }) => put.has(_id))
  return {
    expected: put.size,
    found: documents.filter(({ _id }) => put.has(_id)).length,
    ours: ours.length,
    newest: ours.filter(({ _id, _source }) => _source['dsf_version'] === put.get(_id)!.updated).length,
    equal: ours.filter(({ _id, _source }) => isEqual(put.get(_id)!, _source)).length,
    surplus: fromFeed.filter(({ _id }) => !put.has(_id)).map(({ _id }) => _id),
    others: documents.length - fromFeed.length,
  }
}

/** A missing value is no field of the document. */
const isEqual = (quake: Quake, source: Document['_source']) =>
  COLUMNS.every((column) => (source[column] ?? null) === quake[column])

/** A sentence for each thing that is not as it must be. */
export function faultsOf({ expected, found, ours, newest, equal, surplus }: Comparison): string[] {
  return [
    ...(found === expected ? [] : [`${expected - found} of ${expected} valid ids have no document`]),
    ...(newest === ours ? [] : [`${ours - newest} documents do not have the newest version`]),
    ...(equal === ours ? [] : [`${ours - equal} documents differ from the event that was put in`]),
    ...(surplus.length === 0 ? [] : [`nothing put in the documents ${surplus.slice(0, 5).join(', ')}`]),
  ]
}

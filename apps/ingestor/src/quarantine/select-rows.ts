import { rowsUntil, type QuarantineLog, type Reading } from '../refused/quarantine-log.ts'
import { nameOf, whyNotReplayable, type QuarantinedRow } from '../refused/quarantined-row.ts'
import { isSelected, isTaken, type Replay, type Selection } from '../refused/selection.ts'

/** What a replay of a selection would do. */
export interface Selected {
  selected: number
  /** rows of them that can be replayed as rows */
  asRows: number
  /** rows that cannot be replayed, by reason */
  skipped: Record<string, number>
  /** those that hold refused documents */
  objects: string[]
}

/** Documents and objects are remembered while the topic is read. */
export const mostDocuments = 100_000

export const isReplayed = (replays: Replay[], row: QuarantinedRow): boolean =>
  !whyNotReplayable(row) && replays.some((replay) => isTaken(replay, row))

/** Reads the topic once. Undefined when more documents are selected than can be remembered. */
export async function selectRows(
  log: QuarantineLog,
  { selection, until }: Replay,
  replays: Replay[],
  reading: Reading,
): Promise<Selected | undefined> {
  const found: Selected = { selected: 0, asRows: 0, skipped: {}, objects: [] }
  const [documents, objects] = [new Set<string>(), new Set<string>()]
  for await (const rows of rowsUntil(log, until, reading))
    for (const row of rows) {
      if (!isOpen(row, selection, replays) || isRepeated(row, documents)) continue
      if (documents.size > mostDocuments) return undefined
      add(found, row)
      if (row.stage === 'indexer' && row.object) objects.add(row.object)
    }
  return { ...found, objects: [...objects] }
}

const isOpen = (row: QuarantinedRow, selection: Selection, replays: Replay[]): boolean =>
  isSelected(selection, row) && !isReplayed(replays, row)

/** A document that was refused again is one document. Of rows the earlier one was taken by a replay, and is not open. */
function isRepeated(row: QuarantinedRow, documents: Set<string>): boolean {
  if (row.stage !== 'indexer') return false
  const name = nameOf(row)
  if (documents.has(name)) return true
  documents.add(name)
  return false
}

function add(found: Selected, row: QuarantinedRow): void {
  found.selected++
  const reason = whyNotReplayable(row)
  if (!reason) found.asRows++
  else if (row.stage !== 'indexer' || !row.object) found.skipped[reason] = (found.skipped[reason] ?? 0) + 1
}

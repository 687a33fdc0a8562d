import { PassThrough } from 'node:stream'
import { landingKey, type Dataset } from '@dsf/dataset'
import { sha256, type ObjectStore, type TopicReader } from '@dsf/stage'
import type { Landing } from './land-source.ts'
import { LatestRows, toRow, whyNotReplayable, type QuarantinedRow } from './quarantined-row.ts'
import { isSelected, isTaken, type Replay } from './selection.ts'
import { SourceError } from './source-error.ts'

/** Rows of one replay: they are held in memory while the topic is read. */
const mostRows = 200_000

/**
 * Copies the selected rows that no replay before took into the store, one JSON line each: the record of what was replayed, and where a replay goes
 * on after a crash. The same rows for the same request, because its ends do not move.
 * @throws SourceError when there are too many
 */
export async function landQuarantine(
  { store, topics }: { store: ObjectStore; topics: TopicReader },
  dataset: Dataset,
  run: string,
  { replay, before }: { replay: Replay; before: Replay[] },
): Promise<Landing> {
  const rows = new LatestRows()
  await topics.read(dataset, 'quarantine', replay.until, (key, record, place) => {
    const row = toRow(key, record, place)
    if (isSelected(replay.selection, row) && !whyNotReplayable(row)) rows.add(row)
    if (rows.size > mostRows)
      throw new SourceError(`more than ${mostRows} rows are selected; narrow it by stage, code or run`)
  })
  const open = [...rows.values()].filter((row) => !before.some((earlier) => isTaken(earlier, row)))
  const bytes = Buffer.concat(open.map(line))
  const landing = landingKey(dataset.name, run, false).replace(/\.csv$/, '.jsonl')
  await store.putStream(landing, new PassThrough().end(bytes))
  return { landing, landing_bytes: bytes.length, landing_sha256: sha256(bytes) }
}

const line = (row: QuarantinedRow): Buffer =>
  Buffer.from(`${JSON.stringify({ ...row, bytes: row.bytes.toString('base64') })}\n`)

/** The rows of a landing, in their order. */
export function parseLanding(bytes: Buffer): QuarantinedRow[] {
  const lines = bytes.toString('utf8').split('\n').slice(0, -1)
  return lines.map((text) => {
    const row = JSON.parse(text) as QuarantinedRow & { bytes: string }
    return { ...row, bytes: Buffer.from(row.bytes, 'base64') }
  })
}

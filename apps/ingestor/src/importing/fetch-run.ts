import type { Dataset } from '@dsf/dataset'
import { crashPoint } from '@dsf/stage'
import { withProgress, type Progress } from './fetch-progress.ts'
import type { Importer } from './importer.ts'
import { definitionOf, filesBefore, knownBefore, unchanged } from './known-file.ts'
import { landQuarantine } from './land-quarantine.ts'
import { landSource, type Landed, type Landing, type Unchanged } from './land-source.ts'
import type { Run } from './run.ts'
import { runOf, saveRun, type Work } from './save-run.ts'
import type { ImportContext } from './which-file.ts'
import { serverOf } from '../sources/source-access.ts'

type Arrived = Landing | Landed | Unchanged
type Before = Pick<ImportContext, 'before' | 'read'>

/** What is imported, as it stands in the store from then on. It waits for a place, and for its host to be free. */
export async function fetchRun(
  importer: Importer,
  lane: Work,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const host = serverOf(lane.dataset, runOf(lane, id).source)
  using _ = await lane.resting(() => importer.fetching.take(signal, host))
  const fetching_at = Date.now()
  const before = knownBefore(lane.state, lane.dataset, runOf(lane, id))
  const read = filesBefore(lane.state, runOf(lane, id))
  const tell = (progress: Progress) =>
    saveRun(lane, id, () => ({ ...progress, state: 'fetching', fetching_at }))
  const file = await withProgress(signal, tell, (count, either) =>
    land(importer, lane, runOf(lane, id), { before, read, count, signal: either }),
  )
  const arrived = 'same' in file ? unchanged(file, (before ?? read)!) : fetched(lane.dataset, file)
  // a file that is not read has the header that it had
  const header = 'same' in file ? (lane.state.withHeader(id)?.header ?? null) : null
  await saveRun(lane, id, () => ({ ...arrived, header, fetching_at }))
  crashPoint('after-landing')
}

/** What a run is once its file is here. */
function fetched(dataset: Dataset, landed: Landing | Landed): Partial<Run> {
  const now = Date.now()
  const { landing, landing_bytes, landing_sha256 } = landed
  const place = { landing, landing_bytes, landing_sha256 }
  if (!('etag' in landed)) return { ...place, state: 'publishing', publishing_at: now }
  const { etag, modified, redirected, address = null, files = null, waiting = 0 } = landed
  const version = { etag, modified, redirected, bytes: landing_bytes, sha256: landing_sha256 }
  return {
    ...{ ...place, state: 'publishing', publishing_at: now, address, files, waiting },
    file: { ...version, definition: definitionOf(dataset) },
  }
}

function land(
  { store, reach, topics }: Importer,
  { dataset, state, heard }: Work,
  run: Run,
  { count, ...more }: Before & { signal: AbortSignal; count: (bytes: number) => void },
): Promise<Arrived> {
  const came = (bytes: number) => {
    count(bytes)
    heard()
    crashPoint('while-fetching')
  }
  if (run.replay === null) {
    const { source, requested_at } = run
    const asked = { run: run.run, source: source!, requested_at }
    return landSource(store, dataset, asked, { ...reach, ...more }, came)
  }
  const replay = { replay: run.replay, before: state.replays() }
  return landQuarantine({ store, topics: topics! }, dataset, run.run, replay, { signal: more.signal, came })
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Dataset } from '@dsf/dataset'
import { crashPoint } from '@dsf/stage'
import type { Importer } from './importer.ts'
import { definitionOf, filesBefore, knownBefore, unchanged } from './known-file.ts'
import { landQuarantine } from './land-quarantine.ts'
import { landSource, type Landed, type Landing, type Unchanged } from './land-source.ts'
import type { Run } from './run.ts'
import { runOf, saveRun, type Work } from './save-run.ts'
import type { Limits } from './which-file.ts'
import { serverOf } from '../sources/source-access.ts'

type Arrived = Landing | Landed | Unchanged
type Before = Pick<Limits, 'before' | 'read'>

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
  const told = (sofar: SoFar) => saveRun(lane, id, () => ({ ...sofar, state: 'fetching', fetching_at }))
  const file = await landAndTell(importer, lane, runOf(lane, id), { before, read, signal, told })
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

/** How far a fetch has come. */
type SoFar = Pick<Run, 'landing_bytes' | 'bytes_per_second'>
type Told = (sofar: SoFar) => Promise<void>

/** Tells meanwhile how far it has come. Whichever of the two fails ends the other. */
async function landAndTell(
  importer: Importer,
  lane: Work,
  run: Run,
  { signal, told, ...before }: Before & { signal: AbortSignal; told: Told },
): Promise<Arrived> {
  let bytes = 0
  const came = (total: number) => {
    bytes = total
    lane.heard()
    crashPoint('while-fetching')
  }
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const landing = land(importer, lane, run, { ...before, came, signal: either })
  const telling = tell(over.signal, () => bytes, told)
  return Promise.race([landing, telling]).finally(() => {
    over.abort()
    return Promise.allSettled([landing, telling])
  })
}

function land(
  { store, limits, topics }: Importer,
  { dataset, state }: Work,
  run: Run,
  { came, ...more }: Before & { signal: AbortSignal; came: (bytes: number) => void },
): Promise<Arrived> {
  if (run.replay === null) {
    const { source, requested_at } = run
    const asked = { run: run.run, source: source!, requested_at }
    return landSource(store, dataset, asked, { ...limits, ...more }, came)
  }
  const replay = { replay: run.replay, before: state.replays() }
  return landQuarantine({ store, topics: topics! }, dataset, run.run, replay, { signal: more.signal, came })
}

/** Milliseconds until the first look at how far a source has come, which a quick one does not live to see, and between two of them. */
const looks = { first: 500, every: 2000 }

/** Tells now and then how much has come, until it is over. */
async function tell(over: AbortSignal, bytes: () => number, told: Told): Promise<never> {
  for (let before = 0, ms = looks.first; ; ms = looks.every) {
    await sleep(ms, undefined, { signal: over })
    const landing_bytes = bytes()
    const bytes_per_second = Math.max(0, Math.round(((landing_bytes - before) * 1000) / ms))
    await told({ landing_bytes, bytes_per_second })
    before = landing_bytes
  }
}

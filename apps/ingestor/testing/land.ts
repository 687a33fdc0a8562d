/** A source in a file, and what becomes of it in a store in memory. The waits between tries take no time. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { loadDataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { afterAll, afterEach, beforeEach, vi } from 'vitest'
import { landSource } from '../src/importing/land-source.ts'
import type { Before } from '../src/importing/which-file.ts'

export const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
export const file = join(folder, 'source')
export const loaded = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
export const csv = Buffer.from('id,mag\n' + 'us1,2.5\n'.repeat(50_000))
export const requested_at = Date.parse('2026-11-26T10:00:00Z')
export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'Date'], now: Date.now() }))
afterEach(() => void vi.useRealTimers())

/** An object store in memory: an upload that breaks off leaves nothing. `started` hears of each. */
export function openStore(started: (uploads: number) => void = () => undefined) {
  const objects = new Map<string, Buffer>()
  let uploads = 0
  const putStream = async (key: string, stream: Readable) => {
    started(++uploads)
    objects.set(key, await buffer(stream))
  }
  return { objects, uploads: () => uploads, store: { putStream } as ObjectStore }
}

/** Lands what stands in the file. */
export async function land(
  store: ObjectStore,
  dataset = loaded,
  heard: () => void = () => undefined,
  before?: Before,
  source = pathToFileURL(file).href,
) {
  const run = { run: 'r', source, requested_at }
  const landing = landSource(store, dataset, run, { allow: [], roots: [folder], before }, heard)
  const outcome = landing.catch((error: unknown) => error as Error)
  let settled = false as boolean
  void outcome.then(() => (settled = true))
  while (!settled) {
    await vi.advanceTimersByTimeAsync(1000)
    await new Promise(setImmediate)
  }
  return outcome
}

/** What the object store holds, listed and read by a client of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import type { Quarantined } from '@dsf/dataset'
import { Client, type BucketItem } from 'minio'
import { storeOptions } from '../local/clients.ts'
import { stageEnvironment } from '../local/environment.ts'
import type { Settings } from '../local/settings.ts'

export interface ListedObject {
  readonly key: string
  readonly bytes: number
  readonly modified: Date
}

/** A line of a quarantine object, as far as the demo shows it. */
export type RefusedRow = Pick<Quarantined, 'dsf_run' | 'dsf_row' | 'stage' | 'reasons'>

/** Quarantine has no receipt of its own, so its objects may come a moment after the run's. */
const patienceMs = 30_000

/** Some stores keep times in whole seconds. */
const storeClockMs = 1000

export function openObjects(settings: Settings) {
  const environment = stageEnvironment(settings)
  const bucket = environment['S3_BUCKET']!
  const client = new Client(storeOptions(environment))

  async function list(prefix: string): Promise<ListedObject[]> {
    const items = (await client.listObjectsV2(bucket, prefix, true).toArray()) as BucketItem[]
    return items.map(({ name = '', size, lastModified }) => ({
      key: name,
      bytes: size,
      modified: lastModified!,
    }))
  }

  /** The rows of a run that were refused, in the order of the file; waits until as many are there as the receipt counted. */
  async function quarantined(
    dataset: string,
    { runId, rows, since }: { runId: string; rows: number; since: Date },
  ): Promise<RefusedRow[]> {
    for (const deadline = Date.now() + patienceMs; ; await sleep(200)) {
      const all = await list(`quarantine/dataset=${dataset}/`)
      const objects = all.filter(({ modified }) => modified.getTime() >= since.getTime() - storeClockMs)
      const lines = await Promise.all(
        objects.map(async ({ key }) => text(await client.getObject(bucket, key))),
      )
      const found = lines
        .flatMap((lines) => lines.split('\n').filter(Boolean))
        .map((line) => JSON.parse(line) as RefusedRow)
        .filter((line) => line.dsf_run === runId)
        .sort((a, b) => a.dsf_row - b.dsf_row)
      if (found.length >= rows || Date.now() > deadline) return found
    }
  }

  /** The lines of a landing object: the source exactly as it was fetched. */
  const linesOf = async (key: string): Promise<string[]> =>
    (await text(await client.getObject(bucket, key))).split('\n')

  return { list, quarantined, linesOf }
}

export type Objects = ReturnType<typeof openObjects>

export const partitionOf = (key: string, name: string): string =>
  decodeURIComponent(
    key
      .split('/')
      .find((step) => step.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? '',
  )

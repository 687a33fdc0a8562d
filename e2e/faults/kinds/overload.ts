/** Servers that are there, and slow, full, or busy. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings } from '../../support/stack.ts'
import { moment } from '../plan.ts'
import { sleep } from '../stages.ts'
import { saysUnready } from '../world.ts'
import type { Fault } from './fault.ts'

const slowStore: Fault = {
  id: 'F9',
  title: 'object store slow: 400 ms a request, 100 kB/s',
  inject: async ({ store }, its) => {
    store.trouble = { delayMs: 400, bytesPerSecond: 100_000 }
    await its.begin()
    await sleep(4000 + moment(its.random))
    store.trouble = {}
  },
}

/** Where the store keeps its objects; a small file system of its own while faults are injected. */
const storeFolder = join(settings.dataDir, 'minio')
const storeBytes = 256 * 2 ** 20

/** @throws Error where it may not: only root mounts */
export function mountStore(): void {
  mkdirSync(storeFolder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${storeBytes}`, 'dsf-faults', storeFolder], {
    stdio: 'pipe',
  })
}

export function tryMount(): void {
  mountStore()
  unmountStore()
}

const isMounted = () => readFileSync('/proc/mounts', 'utf8').includes(` ${storeFolder} `)

export function unmountStore(): void {
  if (isMounted()) execFileSync('umount', [storeFolder])
}

const fullStore: Fault = {
  id: 'F10',
  title: 'object store full',
  inject: async (world, its) => {
    const ballast = join(storeFolder, 'ballast')
    const { bavail, bsize, blocks } = statfsSync(storeFolder)
    if (blocks * bsize > storeBytes)
      throw new Error(`${storeFolder} is no small file system: it is not to be filled`)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize))
    try {
      await its.begin()
      await saysUnready(world, 'ingestor')
    } finally {
      rmSync(ballast)
    }
  },
}

const slowIndex: Fault = {
  id: 'F12',
  title: 'Elasticsearch slow: 1.5 s a request',
  inject: async ({ index }, its) => {
    index.trouble = { delayMs: 1500 }
    await its.begin()
    await sleep(5000 + moment(its.random))
    index.trouble = {}
  },
}

const isBulk = (path = '') => path.startsWith('/_bulk')
const rejected = {
  type: 'es_rejected_execution_exception',
  reason: 'rejected execution of coordinating operation',
}

const busyIndex: Fault = {
  id: 'F13',
  title: 'Elasticsearch answers 429 to every bulk request',
  inject: async (world, its) => {
    const body = JSON.stringify({ error: { root_cause: [rejected], ...rejected }, status: 429 })
    world.index.trouble = { refuse: ({ url }) => (isBulk(url) ? { status: 429, body } : undefined) }
    await its.begin()
    await saysUnready(world, 'indexer')
    await sleep(moment(its.random))
    world.index.trouble = {}
  },
}

/** The documents are written, and the answer denies it of every second one: what is sent again must change nothing. */
const busyShard: Fault = {
  id: 'F13',
  title: 'Elasticsearch answers 429 for every second document of a bulk request',
  inject: async ({ index }, its) => {
    index.trouble = { rewrite: (asked, body) => (isBulk(asked.url) ? denied(body) : body) }
    await its.begin()
    await sleep(1500 + moment(its.random))
    index.trouble = {}
  },
}

function denied(body: string): string {
  const answer = JSON.parse(body) as { errors: boolean; items?: Record<string, object>[] }
  // a filtered answer names no items when all is well
  if (!answer.items) return body
  const items = answer.items.map((item, i) =>
    i % 2 === 0 ? item : { index: { status: 429, error: rejected } },
  )
  return JSON.stringify({ ...answer, errors: true, items })
}

export const overload: Fault[] = [slowStore, fullStore, slowIndex, busyIndex, busyShard]

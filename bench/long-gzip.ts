/**
 * Memory of the ingestor while it reads a long gzip stream: fetched over HTTP, checked on its way into a store, read from there, and made
 * into records with keys and lanes, as in a run. Only the ends are others: the store forgets what it is given and is read from the server
 * once more, and records are counted, not sent.
 *
 *   node bench/long-gzip.ts [GB=5, as rows] [RESULT.json]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { IncomingMessage } from 'node:http'
import { loadDataset, type Dataset } from '@dsf/dataset'
import { landSource } from '../apps/ingestor/src/importing/land-source.ts'
import { openDataset } from '../apps/ingestor/src/reading/open-dataset.ts'
import { openLanding } from '../apps/ingestor/src/reading/open-landing.ts'
import { publisherOf } from '../apps/ingestor/src/importing/publish-rows.ts'
import { newRun } from '../apps/ingestor/src/importing/run.ts'

type Store = Parameters<typeof landSource>[0]

const gigabytes = Number(process.argv[2] ?? 5)
const result = process.argv[3]
if (!(gigabytes > 0))
  throw new Error(`${process.argv[2]} GB: expected a number above 0, as in node bench/long-gzip.ts 5`)

const child = fork(join(import.meta.dirname, 'gzip-stream.ts'), [String(gigabytes * 1e9)], {
  execArgv: [...process.execArgv, '--conditions=@dsf/source'],
})
const [told] = (await once(child, 'message')) as [{ port: number; rows: number; bytes: number }]
const source = `http://127.0.0.1:${told.port}/long.csv.gz`

const stored = loadDataset(join(import.meta.dirname, '../datasets/earthquakes'))
const dataset: Dataset = {
  ...stored,
  source: { ...stored.source, maxBytes: 2 * told.bytes, maxSeconds: 3600 },
}

/** As Linux keeps them: what is resident now, and the most that ever was. */
function memory(what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Math.round(Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)![1]) / 1024)
}

const marks: { pass: string; gigabytes: number; rssMiB: number }[] = []
function marker(pass: string) {
  let next = 1e9
  return (bytes: number) => {
    if (bytes < next) return
    next += 1e9
    marks.push({ pass, gigabytes: Math.round(bytes / 1e8) / 10, rssMiB: memory('VmRSS') })
    process.stderr.write(`${pass}: ${marks.at(-1)!.gigabytes} GB, ${marks.at(-1)!.rssMiB} MiB\n`)
  }
}

let sent = 0
const store = {
  putStream: async (_: string, body: AsyncIterable<Buffer>) => {
    for await (const chunk of body) sent += chunk.length
  },
  stream: async () => {
    const [response] = (await once(get(source), 'response')) as [IncomingMessage]
    return response
  },
} as unknown as Store

async function land() {
  const limits = { allow: ['127.0.0.0/8'], roots: [] }
  const landed = await landSource(
    store,
    dataset,
    { run: 'bench', source, requested_at: Date.now() },
    limits,
    () => undefined,
  )
  if ('same' in landed) throw new Error('nothing was fetched')
  return landed
}

async function read(landed: { landing: string; landing_bytes: number }) {
  const mark = marker('read')
  const file = await openDataset(dataset, () => openLanding(store, landed, dataset, () => undefined))
  const publish = publisherOf(dataset, file.columns)
  const asked = { run: 'bench', type: 'import', source, replay: null, requested_at: 0 } as const
  let run = newRun(asked, dataset.lanes)
  let records = 0
  for await (const block of file.blocks()) {
    const published = publish([block], run)
    run = published.run
    records += published.raw.length
    mark(run.byte)
  }
  return records
}

async function timed<T>(work: () => Promise<T>): Promise<[T, seconds: number]> {
  const start = performance.now()
  const value = await work()
  return [value, Math.round((performance.now() - start) / 100) / 10]
}

const before = memory('VmRSS')
const [landed, landSeconds] = await timed(land)
const afterLanding = memory('VmHWM')
const [records, readSeconds] = await timed(() => read(landed))
child.disconnect()
if (records !== told.rows) throw new Error(`${records} rows were read of ${told.rows}`)
const figures = {
  ...{
    node: process.version,
    cpu: cpus()[0]?.model,
    gigabytes: told.bytes / 1e9,
    gzipBytes: sent,
    rows: records,
  },
  ...{
    landSeconds,
    readSeconds,
    rssMiB: { before, mostWhileLanding: afterLanding, most: memory('VmHWM') },
    marks,
  },
}
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
if (result) writeFileSync(result, `${JSON.stringify(figures, null, 2)}\n`)

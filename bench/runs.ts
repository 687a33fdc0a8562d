/**
 * How long a run takes for who asks for it, from `POST` until its rows are found, with all servers and stages on the same cores: alone,
 * beside a source that stalls, behind a large import of another dataset, and among twenty datasets at once.
 *
 *   node bench/runs.ts [ROWS of the large import] [RESULT.json]
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cancelRun, followRun, getRun, startRun } from '../infra/client/runs.ts'
import { apiOf } from '../infra/local/run-client.ts'
import { benchSettings } from './settings.ts'
import { startStack, stopStack } from '../infra/local/stack.ts'
import { writeQuakes } from './generate-quakes.ts'

const large = Number(process.argv[2] ?? 500_000)
const result = process.argv[3]
const smallRows = 200
const repeats = 40
const names = Array.from({ length: 20 }, (_, i) => `quakes-${String.fromCharCode(97 + i)}`)
const folder = mkdtempSync(join(tmpdir(), 'dsf-bench-'))
const datasets = join(folder, 'datasets')
const settings = benchSettings(folder, {
  DATASETS_DIR: datasets,
  SOURCE_ALLOW: '127.0.0.1/32',
  SOURCE_ROOTS: folder,
  LIGHT: '1',
})
const api = apiOf(settings)

function writeDatasets(): void {
  const from = join(settings.root, 'datasets/earthquakes')
  for (const name of names) {
    cpSync(from, join(datasets, name), { recursive: true })
    const file = join(datasets, name, 'datapackage.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(text) as object), name }))
  }
}

let seed = 100
/** A small one is as a feed is after an hour, of one day; `days` are objects for each lane, which is what a small import costs. */
async function fileOf(rows: number, days = rows === smallRows ? 1 : 30): Promise<string> {
  const file = join(folder, `${++seed}.csv`)
  await writeQuakes(file, { rows, seed, days })
  return `file://${file}`
}

const count = async (dataset: string): Promise<number> => {
  const address = `http://127.0.0.1:${settings.ports.elasticsearch}/${dataset}/_count`
  return ((await (await fetch(address)).json()) as { count: number }).count
}

/** by dataset: what its receipts have counted so far, which is what its index must have */
const created: Record<string, number> = {}
const add = (dataset: string, { counters }: { counters: Record<string, number> }) =>
  (created[dataset] = (created[dataset] ?? 0) + counters['created']!)

/** Milliseconds from the request until its rows are found. */
async function imported(dataset: string, source: string): Promise<number> {
  const start = performance.now()
  const { runId } = await startRun(api, { dataset, source })
  const run = await followRun(api, runId, { seconds: 600 })
  if (run.state !== 'succeeded') throw new Error(`${runId}: ${run.state} ${run.reason}`)
  const found = await count(dataset)
  const took = performance.now() - start
  add(dataset, run)
  if (found !== created[dataset])
    throw new Error(`${runId} has succeeded: ${created[dataset]} documents were created, ${found} are found`)
  return took
}

async function several(times: number, dataset: string): Promise<number[]> {
  const took: number[] = []
  for (let i = 0; i < times; i++) took.push(await imported(dataset, await fileOf(smallRows)))
  return took
}

function figures(what: string, took: number[]) {
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1]!)
  const found = { imports: took.length, p50: at(0.5), p99: at(0.99), slowest: at(1) }
  console.log(what.padEnd(40), JSON.stringify(found))
  return found
}

/** Beside a source of another dataset that sends a byte a second. */
async function besideStalled(): Promise<number[]> {
  const server = createServer((_, response) => {
    const timer = setInterval(() => response.write('x'), 1000)
    response.once('close', () => clearInterval(timer))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.csv`
  const stalled = await startRun(api, { dataset: names[1]!, source: url })
  await sleep(3000)
  const took = await several(repeats / 4, names[0]!)
  await cancelRun(api, stalled.runId)
  server.closeAllConnections()
  server.close()
  return took
}

/** Behind an import of another dataset, for as long as that goes on. */
async function behindLarge(): Promise<number[]> {
  const source = await fileOf(large)
  const { runId } = await startRun(api, { dataset: names[1]!, source })
  const took: number[] = []
  let run = await getRun(api, runId)
  for (; !run.times['ended']; run = await getRun(api, runId)) took.push(...(await several(1, names[0]!)))
  add(names[1]!, run)
  return took
}

/** What a stranger may do to one dataset while another is imported. Each resolves when it is done. */
const hostile: Record<string, (dataset: string) => Promise<unknown>> = {
  'an exploding header': (dataset) => hostileFile(dataset, 'header', '<!---->'.repeat(9000)),
  'a row above the limit': (dataset) => hostileFile(dataset, 'row', `id\n"${'x'.repeat(60 * 2 ** 20)}`),
  'a definition that is broken': async (dataset) => {
    const file = join(datasets, dataset, 'datapackage.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, '{')
    await sleep(20_000)
    writeFileSync(file, text)
  },
}

async function hostileFile(dataset: string, name: string, content: string): Promise<unknown> {
  const file = join(folder, `${name}.csv`)
  writeFileSync(file, content)
  const { runId } = await startRun(api, { dataset, source: `file://${file}` })
  return followRun(api, runId, { seconds: 120 })
}

/** Beside each of them, an import a second for as long as it takes, and ten at least. */
async function besideHostile(): Promise<Record<string, ReturnType<typeof figures>>> {
  const found: Record<string, ReturnType<typeof figures>> = {}
  for (const [what, harm] of Object.entries(hostile)) {
    const over = new AbortController()
    const harming = harm(names[2]!).finally(() => over.abort())
    const took: number[] = []
    while (!over.signal.aborted || took.length < 10) {
      const [ms] = await several(1, names[0]!)
      took.push(ms!)
      await sleep(Math.max(0, 1000 - ms!))
    }
    await harming
    found[what] = figures(what, took)
  }
  return found
}

async function atOnce(days: number): Promise<number[]> {
  const sources = await Promise.all(names.map(() => fileOf(smallRows, days)))
  return Promise.all(names.map((name, i) => imported(name, sources[i]!)))
}

try {
  mkdirSync(datasets)
  writeDatasets()
  await startStack(settings)
  await several(10, names[0]!)
  const record = {
    ...{ rows: smallRows, node: process.version, cpu: cpus()[0]!.model, cores: cpus().length },
    millisecondsFromPostToFound: {
      alone: figures('alone', await several(repeats, names[0]!)),
      besideAStalledSource: figures('beside a stalled source', await besideStalled()),
      [`besideAnImportOf${large}Rows`]: figures('beside a large import', await behindLarge()),
      beside: await besideHostile(),
      amongTwentyDatasetsAtOnceTheFirstTime: figures('twenty at once, the first time', await atOnce(1)),
      amongTwentyDatasetsAtOnce: figures('twenty at once', await atOnce(1)),
      amongTwentyDatasetsAtOnceOver30Days: figures('twenty at once, over 30 days', await atOnce(30)),
    },
  }
  console.log(JSON.stringify(record, null, 2))
  if (result) writeFileSync(result, JSON.stringify(record, null, 2) + '\n')
} finally {
  await stopStack(settings)
  rmSync(folder, { recursive: true, force: true })
}

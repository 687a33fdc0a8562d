/**
 * Memory of the ingestor while it imports a long gzip stream, with the real servers: fetched over HTTP and checked on its way into the
 * store, read from there, and published in transactions. No other stage runs, so what is published stays in Kafka: some 300 bytes a row.
 *
 *   node bench/long-gzip.ts [GB=5, as rows] [RESULT.json]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRun, startRun, type Run } from '../infra/client/runs.ts'
import { stageEnvironment } from '../infra/local/environment.ts'
import { apiOf } from '../infra/local/run-client.ts'
import { startStack, stopStack } from '../infra/local/stack.ts'
import { beginPeak, memoryMiB, startStage, type RunningStage } from './measure-stage.ts'
import { benchSettings } from './settings.ts'

const gigabytes = Number(process.argv[2] ?? 5)
const result = process.argv[3]
if (!(gigabytes > 0))
  throw new Error(`${process.argv[2]} GB: expected a number above 0, as in node bench/long-gzip.ts 5`)

const dataset = 'quakes-long'
const folder = mkdtempSync(join(tmpdir(), 'dsf-bench-'))
const datasets = join(folder, 'datasets')
const settings = benchSettings(folder, {
  SERVERS_ONLY: '1',
  DATASETS_DIR: datasets,
  SOURCE_ALLOW: '127.0.0.1/32',
})

/** The dataset of the demo under another name, with room for a file of so many bytes. */
function writeDataset(bytes: number): void {
  cpSync(join(settings.root, 'datasets/earthquakes'), join(datasets, dataset), { recursive: true })
  const file = join(datasets, dataset, 'datapackage.json')
  const definition = JSON.parse(readFileSync(file, 'utf8')) as {
    name: string
    'x-dsf': { source: object }
  }
  definition.name = dataset
  Object.assign(definition['x-dsf'].source, { maxBytes: 2 * bytes, maxSeconds: 3600 })
  writeFileSync(file, JSON.stringify(definition))
}

interface Served {
  port: number
  rows: number
  bytes: number
}

/** Until all of it is published; the other stages are not there to bring it further. */
async function published(
  ingestor: RunningStage,
  { port, rows }: Served,
): Promise<{ run: Run; marks: object[] }> {
  const api = apiOf(settings)
  const { runId } = await startRun(api, { dataset, source: `http://127.0.0.1:${port}/long.csv.gz` })
  const marks: object[] = []
  for (;;) {
    const run = await getRun(api, runId)
    if (run.reason !== undefined) throw new Error(`${run.state}: ${run.reason}`)
    if (run.rows >= (rows / 10) * (marks.length + 1)) marks.push(tell(run, memoryMiB(ingestor, 'VmRSS')))
    if (run.state === 'processing') return { run, marks }
    await sleep(200)
  }
}

function tell({ rows }: Run, rssMiB: number): object {
  console.error(`${rows} rows are published, ${rssMiB} MiB`)
  return { rows, rssMiB }
}

const secondsBetween = ({ times }: Run, from: string, to: string): number =>
  (Date.parse(times[to]!) - Date.parse(times[from]!)) / 1000

const server = fork(join(import.meta.dirname, 'gzip-stream.ts'), [String(gigabytes * 1e9)], {
  execArgv: [...process.execArgv, '--conditions=@dsf/source'],
})
try {
  const [served] = (await once(server, 'message')) as [Served]
  writeDataset(served.bytes)
  await startStack(settings)
  const ingestor = await startStage(settings, 'ingestor', stageEnvironment(settings))
  const before = memoryMiB(ingestor, 'VmRSS')
  beginPeak(ingestor)
  const { run, marks } = await published(ingestor, served)
  if (run.rows !== served.rows) throw new Error(`${run.rows} rows were published of ${served.rows}`)
  const figures = {
    ...{ node: process.version, cpu: cpus()[0]!.model, cores: cpus().length },
    ...{ gigabytes: served.bytes / 1e9, gzipBytes: run.fetched.bytes, rows: run.rows, times: run.times },
    fetchSeconds: secondsBetween(run, 'fetching', 'publishing'),
    publishSeconds: secondsBetween(run, 'publishing', 'processing'),
    rssMiB: { before, most: memoryMiB(ingestor, 'VmHWM'), marks },
  }
  console.log(JSON.stringify(figures, null, 2))
  if (result) writeFileSync(result, JSON.stringify(figures, null, 2) + '\n')
  await ingestor.stop()
} finally {
  server.disconnect()
  await stopStack(settings)
  rmSync(folder, { recursive: true, force: true })
}

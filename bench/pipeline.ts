/**
 * What each stage costs, with all servers on the same cores: ROWS generated rows go through the stages one stage at a
 * time, so that a stage's records per second, CPU and memory are its own.
 *
 *   node bench/pipeline.ts [ROWS] [RESULT.json]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRun, startRun } from '../infra/client/runs.ts'
import { stageEnvironment } from '../infra/local/environment.ts'
import { stageNames, type StageName } from '../infra/local/servers/stages.ts'
import { apiOf } from '../infra/local/run-client.ts'
import { benchSettings } from './settings.ts'
import { startStack, stopStack } from '../infra/local/stack.ts'
import { writeQuakes } from './generate-quakes.ts'
import { counter, measureUntil, startStage, type Figures, type RunningStage } from './measure-stage.ts'

const rows = Number(process.argv[2] ?? 1_000_000)
const result = process.argv[3]
const folder = mkdtempSync(join(tmpdir(), 'dsf-bench-'))
const settings = benchSettings(folder, { SERVERS_ONLY: '1' })
const figures: Record<string, Figures> = {}
let runId = ''

/** Records that tell a stage's end: what the stage before it wrote. */
const expected: Record<StageName, (input: number) => { metric: string; topic: string; records: number }> = {
  ingestor: () => ({ metric: 'dsf_ingestor_rows_out_total', topic: 'earthquakes.raw', records: Infinity }),
  cleaner: (n) => ({ metric: 'dsf_cleaner_rows_in_total', topic: 'earthquakes.raw', records: n }),
  generator: (n) => ({ metric: 'dsf_generator_rows_in_total', topic: 'earthquakes.clean', records: n }),
  'sink-minio': (n) => ({
    metric: 'dsf_sink_minio_rows_in_total',
    topic: 'earthquakes.enriched',
    records: n,
  }),
  // whatever becomes of a row, it has one outcome
  indexer: (n) => ({ metric: 'dsf_indexer_rows_total', topic: 'earthquakes', records: n }),
}

async function run(file: string): Promise<void> {
  let input = rows
  for (const name of stageNames) {
    const stage = await startStage(settings, name, stageEnvironment(settings))
    if (name === 'ingestor') await begin(file)
    const wanted = expected[name](input)
    const seen = () => counter(stage.url, wanted.metric, wanted.topic)
    const drained = async () => (await seen()) >= wanted.records && (await lag(stage)) === 0
    const done = name === 'ingestor' ? ingested : drained
    figures[name] = await measureUntil(stage, done, seen)
    input = await written(stage.url, name, input)
    await stage.stop()
    console.error(name.padEnd(12), JSON.stringify(figures[name]))
  }
  report()
}

/** Receipts count as records of the topic, so at zero they are passed as well. */
const lag = ({ name, url }: RunningStage) =>
  counter(url, `dsf_${name.replaceAll('-', '_')}_lag_records`, 'earthquakes')

/** What the next stage will find. */
async function written(url: string, name: StageName, input: number): Promise<number> {
  const topics: Partial<Record<StageName, string>> = {
    ingestor: 'earthquakes.raw',
    cleaner: 'earthquakes.clean',
    generator: 'earthquakes.enriched',
  }
  const topic = topics[name]
  return topic ? counter(url, `dsf_${name}_rows_out_total`, topic) : input
}

async function begin(file: string): Promise<void> {
  runId = (await startRun(apiOf(settings), { dataset: 'earthquakes', source: `file://${file}` })).runId
}

/** All of it is in the first topic: nobody is there to bring it further. */
async function ingested(): Promise<boolean> {
  const { state, reason } = await getRun(apiOf(settings), runId)
  if (state === 'failed') throw new Error(reason)
  return state === 'processing'
}

function report(): void {
  const record = {
    rows,
    node: process.version,
    cpu: cpus()[0]!.model,
    cores: cpus().length,
    guarantee: 'exactly once between topics, idempotent sinks',
    stages: figures,
  }
  console.table(figures)
  if (result) writeFileSync(result, JSON.stringify(record, null, 2) + '\n')
}

try {
  const file = join(folder, 'quakes.csv')
  const summary = await writeQuakes(file, { rows })
  console.error('generated', JSON.stringify(summary))
  await startStack(settings)
  await run(file)
} finally {
  await stopStack(settings)
  rmSync(folder, { recursive: true, force: true })
}

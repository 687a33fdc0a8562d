/**
 * What transactions cost: the generator, the stage that does least for a record, reads the same topic in turns with
 * transactions and at least once, with all servers on the same cores.
 *
 *   node bench/delivery.ts [ROWS] [TURNS] [RESULT.json]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { startRun } from '../infra/client/runs.ts'
import { stageEnvironment } from '../infra/local/environment.ts'
import { apiOf } from '../infra/local/run-client.ts'
import { benchSettings } from './settings.ts'
import { startStack, stopStack } from '../infra/local/stack.ts'
import { writeQuakes } from './generate-quakes.ts'
import { counter, measureUntil, startStage, type Figures } from './measure-stage.ts'

const rows = Number(process.argv[2] ?? 500_000)
const turns = Number(process.argv[3] ?? 3)
const result = process.argv[4]
const folder = mkdtempSync(join(tmpdir(), 'dsf-bench-'))
const settings = benchSettings(folder, { SERVERS_ONLY: '1' })
const environment = stageEnvironment(settings)
const deliveries = {
  'exactly once': {},
  'at least once': { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'at-least-once.ts')}` },
} as const
type Delivery = keyof typeof deliveries

/** Rows into the topic that the generator reads; returns how many came through the cleaner. */
async function prepare(file: string): Promise<number> {
  const stages = [
    await startStage(settings, 'ingestor', environment),
    await startStage(settings, 'cleaner', environment),
  ]
  await startRun(apiOf(settings), { dataset: 'earthquakes', source: `file://${file}` })
  const cleaner = stages[1]!.url
  const read = () => counter(cleaner, 'dsf_cleaner_rows_in_total', 'earthquakes.raw')
  while ((await read()) < rows) await sleep(200)
  const records = await counter(cleaner, 'dsf_cleaner_rows_out_total', 'earthquakes.clean')
  for (const stage of stages) await stage.stop()
  return records
}

async function measure(delivery: Delivery, records: number): Promise<Figures> {
  await forgetOffsets()
  const stage = await startStage(settings, 'generator', { ...environment, ...deliveries[delivery] })
  const seen = () => counter(stage.url, 'dsf_generator_rows_in_total', 'earthquakes.clean')
  const figures = await measureUntil(stage, async () => (await seen()) >= records, seen)
  await stage.stop()
  console.error(delivery.padEnd(14), JSON.stringify(figures))
  return figures
}

/** The generator has no state: without offsets it does all of it again. */
async function forgetOffsets(): Promise<void> {
  const admin = new Kafka({ brokers: [environment['KAFKA_BROKERS']!], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteGroups(['dsf.generator']).catch(() => undefined)
  await admin.disconnect()
}

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

function summary(figures: Figures[]) {
  return {
    recordsPerSecond: median(figures.map((each) => each.recordsPerSecond)),
    cpuMicrosPerRecord: median(figures.map((each) => each.cpuMicrosPerRecord)),
    turns: figures,
  }
}

function report(measured: Record<Delivery, Figures[]>): void {
  const medians = Object.fromEntries(
    Object.entries(measured).map(([delivery, figures]) => [delivery, summary(figures)]),
  )
  const record = { rows, node: process.version, cpu: cpus()[0]!.model, cores: cpus().length, ...medians }
  console.log(JSON.stringify(record, null, 2))
  if (result) writeFileSync(result, JSON.stringify(record, null, 2) + '\n')
}

try {
  const file = join(folder, 'quakes.csv')
  // none that the ingestor refuses: the cleaner sees them all
  await writeQuakes(file, { rows, broken: 0 })
  await startStack(settings)
  const records = await prepare(file)
  const measured: Record<Delivery, Figures[]> = { 'exactly once': [], 'at least once': [] }
  for (let turn = 0; turn < turns; turn++)
    for (const delivery of Object.keys(deliveries) as Delivery[])
      measured[delivery].push(await measure(delivery, records))
  report(measured)
} finally {
  await stopStack(settings)
  rmSync(folder, { recursive: true, force: true })
}

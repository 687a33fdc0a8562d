/**
 * What a question about a large quarantine costs: ROWS refused rows come through ingestor and cleaner, then each GET is
 * asked as often as TIMES by itself. Memory is the most that the ingestor had during the questions, above what it had before.
 *
 *   node bench/quarantine.ts [ROWS] [TIMES] [RESULT.json]
 */
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ask } from '../infra/client/http.ts'
import { HEADER } from '../infra/feed/quake.ts'
import { startRun } from '../infra/client/runs.ts'
import { stageEnvironment } from '../infra/local/environment.ts'
import { apiOf } from '../infra/local/run-client.ts'
import { benchSettings } from './settings.ts'
import { startStack, stopStack } from '../infra/local/stack.ts'
import { beginPeak, counter, memoryMiB, startStage, type RunningStage } from './measure-stage.ts'

const rows = Number(process.argv[2] ?? 1_000_000)
const times = Number(process.argv[3] ?? 20)
const result = process.argv[4]
const folder = mkdtempSync(join(tmpdir(), 'dsf-bench-'))
const settings = benchSettings(folder, { SERVERS_ONLY: '1' })
const environment = stageEnvironment(settings)
const api = apiOf(settings)

/** Every row is refused for its magnitude; the first ones for their type instead. */
async function writeRefused(file: string): Promise<void> {
  const out = createWriteStream(file)
  out.write(`${HEADER}\n`)
  for (let i = 0; i < rows; i++) {
    const [mag, type] = i < 10 ? ['1', 'rare'] : ['99', 'earthquake']
    const row = `2026-11-01T00:00:00.000Z,10,20,5,${mag},ml,,,,,us,us${i},2026-11-01T01:00:00.000Z,"1km N of X, Chile",${type},,,,,reviewed,us,us\n`
    if (!out.write(row)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

async function refuse(file: string): Promise<void> {
  const cleaner = await startStage(settings, 'cleaner', environment)
  await startRun(api, { dataset: 'earthquakes', source: `file://${file}` })
  const refused = () => counter(cleaner.url, 'dsf_cleaner_rows_out_total', 'earthquakes.quarantine')
  while ((await refused()) < rows) await setTimeout(500)
  await cleaner.stop()
}

interface Answer {
  rows?: { id: string }[]
  next?: string
  complete?: boolean
}

async function measure(stage: RunningStage, path: string, { together = 1, often = times } = {}) {
  const [taken, before] = [[] as number[], memoryMiB(stage, 'VmRSS')]
  beginPeak(stage)
  const question = async () => {
    const started = performance.now()
    const json = await ask<Answer>(api, `/v1/quarantine/earthquakes${path}`)
    taken.push(performance.now() - started)
    return json
  }
  let last: Answer = {}
  for (let i = 0; i < often; i++)
    [last] = (await Promise.all(Array.from({ length: together }, question))) as [Answer]
  const sorted = taken.toSorted((a, b) => a - b)
  return {
    last,
    figures: {
      p50Ms: Math.round(sorted[Math.floor(sorted.length / 2)]!),
      maxMs: Math.round(sorted.at(-1)!),
      peakMiB: Math.round(Math.max(0, memoryMiB(stage, 'VmHWM') - before)),
    },
  }
}

async function firstCount(stage: RunningStage) {
  const [started, before] = [performance.now(), memoryMiB(stage, 'VmRSS')]
  beginPeak(stage)
  while (!(await ask<Answer>(api, '/v1/quarantine/earthquakes')).complete) await setTimeout(100)
  const seconds = Math.round((performance.now() - started) / 100) / 10
  return { seconds, peakMiB: Math.round(memoryMiB(stage, 'VmHWM') - before) }
}

async function questions(): Promise<Record<string, object>> {
  const stage = await startStage(settings, 'ingestor', environment)
  const figures: Record<string, object> = {}
  const tell = (name: string, found: object) => {
    figures[name] = found
    console.error(name.padEnd(32), JSON.stringify(found))
  }
  tell('list, one GET after a start', (await measure(stage, '/rows', { often: 1 })).figures)
  const list = await measure(stage, '/rows')
  tell('list, the last 100', list.figures)
  tell('list, the last 1,000', (await measure(stage, '/rows?limit=1000')).figures)
  tell('list, a page in the middle', (await measure(stage, `/rows?cursor=${list.last.next}`)).figures)
  tell('list of a reason of 10 rows', (await measure(stage, '/rows?code=enum')).figures)
  tell('show', (await measure(stage, `/rows/${list.last.rows![0]!.id}`)).figures)
  tell('eight lists at once', (await measure(stage, '/rows', { together: 8 })).figures)
  tell('all counted for the first time', await firstCount(stage))
  tell('count', (await measure(stage, '')).figures)
  await stage.stop()
  return figures
}

try {
  const file = join(folder, 'refused.csv')
  await writeRefused(file)
  await startStack(settings)
  const ingestor = await startStage(settings, 'ingestor', environment)
  await refuse(file)
  await ingestor.stop()
  const figures = await questions()
  console.table(figures)
  const record = { rows, times, node: process.version, cpu: cpus()[0]!.model, cores: cpus().length, figures }
  if (result) writeFileSync(result, JSON.stringify(record, null, 2) + '\n')
} finally {
  await stopStack(settings)
  rmSync(folder, { recursive: true, force: true })
}

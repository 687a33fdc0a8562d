/** What the demo shows without judging it. */
import { healthAddress } from '../local/servers/stages.ts'
import { stackStatus } from '../local/status.ts'
import { findRun, type Run } from '../client/runs.ts'
import { apiOf } from '../local/run-client.ts'
import type { Settings } from '../local/settings.ts'
import type { Documents } from './documents.ts'
import { partitionOf, type Objects, type RefusedRow, type ListedObject } from './objects.ts'
import { count } from './receipt-text.ts'
import { heading, print, rightAligned, rows, shortened } from './show.ts'
import { quakes, weather } from './story.ts'

export async function showStrongest(documents: Documents): Promise<void> {
  const strongest = await documents.top(quakes, 'mag', 3)
  print('the strongest, with their computed fields')
  rows([
    ['  time', 'mag', 'energyJoules', 'depthClass', 'revisionHours', 'place'],
    ...strongest.map(({ _source: quake }) => [
      `  ${new Date(Number(quake['time'])).toISOString().slice(0, 16)}`,
      String(quake['mag']),
      Number(quake['energyJoules']).toExponential(2),
      String(quake['depthClass']),
      Number(quake['revisionHours']).toFixed(1),
      String(quake['place']),
    ]),
  ])
}

/** Without the tables that Spark jobs lay beside the rows. */
const rowsOf = async (objects: Objects, dataset: string) =>
  (await objects.list(`lake/dataset=${dataset}/`)).filter(({ key }) => !key.includes('/table='))

export async function showLake(objects: Objects): Promise<void> {
  const lake = await rowsOf(objects, quakes)
  const days = [...new Set(lake.map(({ key }) => partitionOf(key, 'dt')))].sort()
  const types = [...new Set(lake.map(({ key }) => partitionOf(key, 'type')))].sort()
  const line = (name: string, found: readonly ListedObject[]) => [
    name,
    ...days.map((day) => count(found.filter(({ key }) => partitionOf(key, 'dt') === day).length)),
    count(found.length),
    count(Math.ceil(found.reduce((sum, { bytes }) => sum + bytes, 0) / 1024)),
  ]
  const ofType = (type: string) => lake.filter(({ key }) => partitionOf(key, 'type') === type)
  heading('Parquet objects in the lake, by type and day')
  rows(
    rightAligned([
      [quakes, ...days.map((day) => day.slice('2018-'.length)), 'objects', 'KiB'],
      ...types.map((type) => line(`  ${type}`, ofType(type))),
      line('  all', lake),
    ]),
  )
  const daily = await rowsOf(objects, weather)
  print(`${weather}: ${count(daily.length)} objects, because it has one row a day`)
}

/** The text comes from the landing object: there the file lies exactly as it was fetched, and in this feed a row is a line. */
export async function showQuarantine(
  settings: Settings,
  objects: Objects,
  { runId, counters }: Run,
  since: Date,
): Promise<void> {
  const refused = await objects.quarantined(quakes, { runId, rows: counters['quarantined'] ?? 0, since })
  const run = await findRun(apiOf(settings), runId)
  const lines = run?.landing ? await objects.linesOf(run.landing.key) : []
  heading(
    `Quarantine: ${count(refused.length)} rows of window 2; one of each kind, with its reasons and its text`,
  )
  for (const { dsf_row, stage, reasons } of oneOfEachKind(refused)) {
    print(`row ${dsf_row}, refused by the ${stage}: ${reasons.map(({ message }) => message).join('; ')}`)
    print(`  ${shortened(lines[dsf_row] ?? '', 110)}`)
  }
}

function oneOfEachKind(refused: readonly RefusedRow[]): RefusedRow[] {
  const seen = new Set<string>()
  return refused.filter(({ reasons }) => {
    const kind = reasons.map(({ message }) => message).join()
    return !seen.has(kind) && seen.add(kind)
  })
}

export async function showNext(settings: Settings): Promise<void> {
  const { services } = await stackStatus(settings)
  const chosen = ['RUN_DIR'].flatMap((name) => (settings.env[name] ? [`${name}=${settings.env[name]}`] : []))
  const make = ['make', ...chosen].join(' ')
  const feed = `http://127.0.0.1:${settings.ports.feed}`
  const elasticsearch = `http://127.0.0.1:${settings.ports.elasticsearch}`
  heading('What is up')
  rows(services.map(({ name, state, address }) => [name, address, state === 'ready' ? '' : state]))
  heading('What to try next')
  rows([
    [`${make} run DATASET=${quakes} SOURCE=${feed}/faults/html.csv`, 'a server that sends a web page'],
    [`${make} run DATASET=${quakes} SOURCE=datasets/${quakes}/sample.csv`, 'a file of this machine'],
    // one that asks who comes wants more than fits into a line
    ...(settings.secure
      ? []
      : [[`curl '${elasticsearch}/${quakes}/_search?q=mag:>5&pretty'`, 'the strong ones']]),
    [`curl ${healthAddress(settings, 'cleaner')}/metrics`, 'what a stage counts'],
    [`${make} status`, 'each server and stage'],
    [`${make} down`, 'stops all of it; the data stays'],
  ])
}

/** make demo: imports the sample feed through all stages, shows what came of it, and checks it against what was put in. */
import { StackError } from '../local/errors.ts'
import type { Run } from '../client/runs.ts'
import { seconds } from '../local/say.ts'
import { readSettings, type Settings } from '../local/settings.ts'
import { startStack } from '../local/stack.ts'
import { checkQuakes, checkWeather } from './checks.ts'
import { openDocuments } from './documents.ts'
import { runHourlyBatch } from './hourly-batch.ts'
import { importSource } from './import-source.ts'
import { openObjects } from './objects.ts'
import { receiptText } from './receipt-text.ts'
import { heading, print, verdict } from './show.ts'
import { quakes, story, type Chapter } from './story.ts'
import { showLake, showNext, showQuarantine, showStrongest } from './what-came.ts'

/** Resolves with what the exit code should be. */
async function demo(settings: Settings): Promise<number> {
  const start = Date.now()
  const { serving, all } = beginStack(settings)
  await serving
  const documents = openDocuments(settings)
  const objects = openObjects(settings)
  const fresh = (await documents.count(quakes, false)) === 0
  const begun = new Date()
  const faults: string[] = []
  const receipts: Run[] = []
  for (const chapter of story) {
    if (chapter.scheduled) await all
    const receipt = await tell(settings, chapter)
    faults.push(...verdict('rows as they were put in, sums of the receipt', chapter.faults(receipt, fresh)))
    receipts.push(receipt)
  }

  await all
  heading('Documents in Elasticsearch')
  faults.push(...(await checkQuakes(settings, documents)), ...(await checkWeather(settings, documents)))
  await showStrongest(documents)
  await showLake(objects)
  await showQuarantine(settings, objects, receipts[1]!, begun)
  await showNext(settings)
  heading(
    faults.length === 0
      ? `Everything holds, after ${seconds(start)}.`
      : `Not everything holds: ${faults.join('; ')}.`,
  )
  return faults.length === 0 ? 0 : 1
}

/** The first imports need neither Spark nor Airflow, which take longest to start. */
function beginStack(settings: Settings) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const all = startStack(settings, resolve)
  const serving = Promise.race([promise, all])
  // while nobody waits for it, a failure waits too
  all.catch(() => undefined)
  return { serving, all }
}

async function tell(settings: Settings, { dataset, path, title, scheduled }: Chapter): Promise<Run> {
  const source = `http://127.0.0.1:${settings.ports.feed}${path}`
  const start = Date.now()
  heading(title)
  print(source)
  const byAirflow = scheduled && !settings.light
  const receipt = await (byAirflow ? runHourlyBatch : importSource)(settings, dataset, source)
  print(receiptText(receipt))
  print(`run ${receipt.runId} ${receipt.state} after ${seconds(start)}`)
  return receipt
}

try {
  // simulated records are off by default; the demo is what they are for
  process.exitCode = await demo(
    readSettings({ ...process.env, SIMULATE: process.env['SIMULATE'] || '1', SERVERS_ONLY: '' }),
  )
} catch (error) {
  if (!(error instanceof StackError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}

/** The story on a stack that serves: imports, and what came of them against what was put in. */
import type { Run } from '../client/runs.ts'
import { seconds } from '../local/say.ts'
import type { Settings } from '../local/settings.ts'
import { checkQuakes, checkWeather } from './checks.ts'
import { openDocuments } from './documents.ts'
import { runHourlyBatch } from './hourly-batch.ts'
import { importSource } from './import-source.ts'
import { openObjects } from './objects.ts'
import { receiptText } from './receipt-text.ts'
import { heading, print, verdict } from './show.ts'
import { quakes, story, type Chapter } from './story.ts'
import { showLake, showQuarantine, showStrongest } from './what-came.ts'

export interface Stage {
  /** The feed as the ingestor sees it. */
  readonly feed: string
  /** Resolves when what only the scheduled import needs is there too. */
  readonly all?: Promise<void>
}

/** Resolves with a sentence for each thing that is not as it must be. */
export async function tellStory(settings: Settings, { feed, all }: Stage): Promise<string[]> {
  const documents = openDocuments(settings)
  const objects = openObjects(settings)
  const fresh = (await documents.count(quakes, false)) === 0
  const begun = new Date()
  const faults: string[] = []
  const receipts: Run[] = []
  for (const chapter of story) {
    if (chapter.scheduled) await all
    const receipt = await tell(settings, feed, chapter)
    faults.push(...verdict('rows as they were put in, sums of the receipt', chapter.faults(receipt, fresh)))
    receipts.push(receipt)
  }

  await all
  heading('Documents in Elasticsearch')
  faults.push(...(await checkQuakes(settings, documents)), ...(await checkWeather(settings, documents)))
  await showStrongest(documents)
  await showLake(objects)
  await showQuarantine(settings, objects, receipts[1]!, begun)
  return faults
}

export function showEnd(faults: readonly string[], start: number): void {
  heading(
    faults.length === 0
      ? `Everything holds, after ${seconds(start)}.`
      : `Not everything holds: ${faults.join('; ')}.`,
  )
}

async function tell(
  settings: Settings,
  feed: string,
  { dataset, path, title, scheduled }: Chapter,
): Promise<Run> {
  const source = `${feed}${path}`
  const start = Date.now()
  heading(title)
  print(source)
  const byAirflow = scheduled && !settings.light
  const receipt = await (byAirflow ? runHourlyBatch : importSource)(settings, dataset, source)
  print(receiptText(receipt))
  print(`run ${receipt.runId} ${receipt.state} after ${seconds(start)}`)
  return receipt
}

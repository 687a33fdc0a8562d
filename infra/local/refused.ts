import { say } from './say.ts'
import { healthAddress, stageNames } from './servers/stages.ts'
import type { Settings } from './settings.ts'

/** Says which definitions the stages cannot use, and why. Says nothing of a stage that does not answer. */
export async function sayRefused(settings: Settings): Promise<void> {
  const answers = await Promise.all(stageNames.map((name) => refusedBy(healthAddress(settings, name))))
  const refused = new Map(answers.flatMap((one) => Object.entries(one)))
  for (const [dataset, problems] of refused)
    say(dataset, `has a definition that cannot be used:\n  ${problems.join('\n  ')}`)
}

async function refusedBy(address: string): Promise<Record<string, string[]>> {
  try {
    const response = await fetch(`${address}/health/ready`, { signal: AbortSignal.timeout(5000) })
    return ((await response.json()) as { refusedDatasets?: Record<string, string[]> }).refusedDatasets ?? {}
  } catch {
    return {}
  }
}

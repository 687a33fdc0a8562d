/** make demo: imports the sample feed through all stages, shows what came of it, and checks it against what was put in. */
import { StackError } from '../local/errors.ts'
import { readSettings, type Settings } from '../local/settings.ts'
import { startStack } from '../local/stack.ts'
import { showEnd, tellStory } from './tell-story.ts'
import { showNext } from './what-came.ts'

/** Resolves with what the exit code should be. */
async function demo(settings: Settings): Promise<number> {
  const start = Date.now()
  const { serving, all } = beginStack(settings)
  await serving
  const faults = await tellStory(settings, { feed: `http://127.0.0.1:${settings.ports.feed}`, all })
  await showNext(settings)
  showEnd(faults, start)
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

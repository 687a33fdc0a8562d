/** Imports a source by the ingestor's HTTP side and waits until its rows can be searched. */
import { randomUUID } from 'node:crypto'
import type { Run } from '../client/runs.ts'
import { StackError } from '../local/errors.ts'
import { runToItsEnd } from '../local/run-client.ts'
import type { Settings } from '../local/settings.ts'

const patienceSeconds = 300

/** Whether its file is new or not. @throws StackError when the run fails, or does not come to its end */
export async function importSource(
  settings: Settings,
  dataset: string,
  source: string,
  key = `demo ${randomUUID()}`,
): Promise<Run> {
  const run = await runToItsEnd(settings, { dataset, source, force: true }, key, patienceSeconds)
  if (run.state === 'succeeded') return run
  const why = run.state === 'cancelled' ? 'was cancelled' : `has failed: ${run.reason}`
  throw new StackError(`The run ${run.runId} of ${dataset} from ${source} ${why}.`)
}

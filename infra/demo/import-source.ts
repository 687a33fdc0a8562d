/** Imports a source by the stages' HTTP side and waits for the end-to-end receipt. */
import { randomUUID } from 'node:crypto'
import { StackError } from '../local/errors.ts'
import { endsOf, nowAndThen, startRun, untilEnded, type Receipt } from '../local/follow-run.ts'
import { refuseDeadStages } from '../local/run-client.ts'
import { say } from '../local/say.ts'
import type { Settings } from '../local/settings.ts'

/**
 * The same key is the same run: of one that somebody else has started, this is the receipt.
 * @throws StackError when the run fails, or does not come to its end
 */
export async function importSource(
  settings: Settings,
  dataset: string,
  source: string,
  key = `demo ${randomUUID()}`,
): Promise<Receipt> {
  const ends = endsOf(settings)
  const runId = await startRun(ends.ingestor, { dataset, source }, key)
  const receipt = await untilEnded(ends, runId, {
    seconds: 300,
    pauseMs: 100,
    tell: nowAndThen(10, (seen) => say('run', seen)),
    hope: () => refuseDeadStages(settings),
  })
  if (receipt.state === 'succeeded') return receipt
  throw new StackError(`The run ${runId} of ${dataset} from ${source} failed: ${receipt.reason}.`)
}

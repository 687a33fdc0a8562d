/** The hourly batch as Airflow runs it: import, checks by Spark and Pandas, anomalies. */
import { dagIdOf, triggerAndWait } from '../local/airflow-client.ts'
import { StackError } from '../local/errors.ts'
import type { Run } from '../client/runs.ts'
import { airflowPlace } from '../local/servers/airflow.ts'
import type { Settings } from '../local/settings.ts'
import { importSource } from './import-source.ts'
import { print } from './show.ts'

/** @throws StackError when the DAG run fails: rows that Pandas decides differently fail it too */
export async function runHourlyBatch(settings: Settings, dataset: string, source: string): Promise<Run> {
  const { state, runId, tasks, seconds } = await triggerAndWait(airflowPlace(settings), dataset, {
    source,
    force: true,
  })
  print(
    `DAG ${dagIdOf(dataset)} ${state} after ${seconds.toFixed(1)} s: ${tasks.map(({ id }) => id).join(' → ')}`,
  )
  if (state === 'success') return importSource(settings, dataset, source, `${dagIdOf(dataset)}/${runId}`)
  const failed = tasks
    .filter(({ state: how }) => how?.endsWith('failed'))
    .map(({ id, state: how }) => `${id} ${how}`)
  throw new StackError(
    `The DAG run ${runId} of ${dataset} ${state}: ${failed.join(', ')}. Look at make logs.`,
  )
}

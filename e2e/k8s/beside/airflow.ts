/** The image of Airflow: its DAG of the earthquakes is triggered once, and asks the ingestor for a run that succeeds. */
import type { Api } from '../../../infra/client/http.ts'
import { startRun } from '../../../infra/client/runs.ts'
import { kubectl } from '../../../infra/k8s-local/command.ts'
import { namespace } from '../../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../../infra/k8s-local/settings.ts'
import {
  dagIdOf,
  triggerAndWait,
  type AirflowPlace,
  type TaskState,
} from '../../../infra/local/airflow-client.ts'
import { say } from '../../../infra/local/say.ts'
import { addressOf } from '../services.ts'

const dataset = 'earthquakes'
const here = ['-n', namespace]
/** AIRFLOW_HOME of the image */
const home = '/tmp/airflow'

export async function faultsOfDag(settings: ClusterSettings, api: Api): Promise<string[]> {
  await kubectl(settings, [...here, 'rollout', 'status', 'deployment/airflow', '--timeout=300s'])
  const wanted = { source: 'http://feed/earthquakes/window-2.csv', force: true }
  const { state, runId, tasks, seconds } = await triggerAndWait(await placeOf(settings), dataset, wanted)
  const tried = tasks.map(({ id, state: how }) => `${id} ${how}`).join(', ')
  say('airflow', `the DAG run ${state} after ${seconds.toFixed(1)} s: ${tried}`)
  if (state !== 'success')
    return [`the DAG run ${runId} is ${state}: ${await lastWords(settings, runId, tasks)}`]
  // its key leads to the run that Airflow asked for, or else starts another one
  const run = await startRun(api, { dataset, ...wanted }, `${dagIdOf(dataset)}/${runId}`)
  return run.state === 'succeeded' ? [] : [`run ${run.runId} of the DAG run is ${run.state}`]
}

/** Of each task that failed, the end of its last log. */
async function lastWords(settings: ClusterSettings, runId: string, tasks: readonly TaskState[]) {
  const words: string[] = []
  for (const { id, tries } of tasks.filter(({ state }) => state === 'failed')) {
    const log = `${home}/logs/dag_id=${dagIdOf(dataset)}/run_id=${runId}/task_id=${id}/attempt=${tries}.log`
    words.push(`${id}: ${await inAirflow(settings, 'tail', '-n', '3', log)}`)
  }
  return words.join('\n')
}

const inAirflow = (settings: ClusterSettings, ...command: string[]) =>
  kubectl(settings, [...here, 'exec', 'deployment/airflow', '--', ...command])

async function placeOf(settings: ClusterSettings): Promise<AirflowPlace> {
  const passwords = `${home}/simple_auth_manager_passwords.json.generated`
  const { admin } = JSON.parse(await inAirflow(settings, 'cat', passwords)) as { admin: string }
  return { url: `http://${await addressOf(settings, 'airflow')}`, password: admin }
}

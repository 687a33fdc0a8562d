/** Triggers a DAG run by Airflow's REST API and waits for its end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from './errors.ts'
import { messageOf } from '../message-of.ts'
import { within } from './ready.ts'
import { say, seconds } from './say.ts'
import { airflowUser } from './servers/airflow.ts'

/** Where Airflow answers, and the password of its user. */
export interface AirflowPlace {
  readonly url: string
  readonly password: string
}

export interface TaskState {
  readonly id: string
  /** null before Airflow has scheduled it. */
  readonly state: string | null
  /** 2 and more: it was retried. */
  readonly tries: number
}

export interface DagRun {
  readonly state: string
  readonly runId: string
  readonly tasks: readonly TaskState[]
  readonly seconds: number
}

interface Wanted {
  /** The source of the run; the dataset's own when left out. */
  readonly source?: string
  /** Reads the file although it did not change. */
  readonly force?: boolean
  /** Airflow refuses one that is there already. */
  readonly runId?: string
}

const pauseMs = 1000
const parsedWithinMs = 120_000
const patienceMs = 45 * 60_000
const ended = new Set(['success', 'failed'])

/** @throws StackError when Airflow refuses, or when the run does not end in time */
export async function triggerAndWait(
  place: AirflowPlace,
  dataset: string,
  wanted: Wanted = {},
): Promise<DagRun> {
  const start = Date.now()
  const client = await openAirflow(place)
  await client.untilKnown(dataset)
  const runId = await client.trigger(dataset, wanted)
  const name = dagIdOf(dataset)
  say('airflow', `${name}: ${place.url}/dags/${name}/runs/${encodeURIComponent(runId)}`)
  let lastLine = ''
  while (Date.now() < start + patienceMs) {
    // a machine that is busy answers late: the next look says more
    const run = await client.state(dataset, runId).catch(lateAnswer)
    const line = typeof run === 'string' ? run : progressLine(run.tasks)
    if (line !== lastLine) say('airflow', (lastLine = line))
    if (typeof run !== 'string' && ended.has(run.state))
      return { ...run, runId, seconds: (Date.now() - start) / 1000 }
    await sleep(pauseMs)
  }
  throw new StackError(`The DAG run ${runId} of ${name} has not ended after ${seconds(start)}: ${lastLine}.`)
}

function lateAnswer(error: unknown): string {
  if (error instanceof StackError) return error.message
  throw error
}

export const dagIdOf = (dataset: string) => `dsf_${dataset.replaceAll('-', '_')}`

function progressLine(tasks: readonly TaskState[]): string {
  const started = tasks.filter(({ state }) => state !== null)
  return started
    .map(({ id, state, tries }) => `${id} ${state}${tries > 1 ? ` (try ${tries})` : ''}`)
    .join(', ')
}

interface Answer {
  readonly status: number
  /** What Airflow said, as it said it. */
  readonly json: Readonly<Record<string, unknown>>
}

export interface AirflowClient {
  /** A path below /api/v2. Resolves with the answer, whatever its status is. */
  ask(method: string, path: string, body?: object): Promise<Answer>
  /** Airflow reads the DAG files some seconds after its start. */
  untilKnown(dataset: string): Promise<void>
  /** The id of the DAG run. @throws StackError when it is refused */
  trigger(dataset: string, wanted?: Wanted): Promise<string>
  state(dataset: string, runId: string): Promise<Pick<DagRun, 'state' | 'tasks'>>
}

export async function openAirflow(place: AirflowPlace): Promise<AirflowClient> {
  const token = await tokenOf(place)
  const ask: AirflowClient['ask'] = (method, path, body) =>
    request(method, `${place.url}/api/v2${path}`, body, token)
  return {
    ask,
    untilKnown: (dataset) =>
      within(parsedWithinMs, async () => {
        const { status } = await ask('GET', `/dags/${dagIdOf(dataset)}`)
        if (status === 200) return
        throw new StackError(
          `Airflow has no DAG ${dagIdOf(dataset)} (${status}): is ${dataset} in DATASETS_DIR? make logs SERVICE=airflow-processor.`,
        )
      }),
    async trigger(dataset, { source, force, runId } = {}) {
      const id = runId ? { dag_run_id: runId } : {}
      const body = {
        logical_date: null,
        ...id,
        conf: { ...(source ? { source } : {}), ...(force ? { force } : {}) },
      }
      const { status, json } = await ask('POST', `/dags/${dagIdOf(dataset)}/dagRuns`, body)
      if (status === 200) return json['dag_run_id'] as string
      throw new StackError(`Airflow refused the run (${status}): ${JSON.stringify(json['detail'])}.`)
    },
    async state(dataset, runId) {
      const path = `/dags/${dagIdOf(dataset)}/dagRuns/${encodeURIComponent(runId)}`
      const [run, tasks] = [await ask('GET', path), await ask('GET', `${path}/taskInstances`)]
      if (run.status !== 200) throw new StackError(`Airflow does not show the run ${runId}: ${run.status}.`)
      return { state: run.json['state'] as string, tasks: tasksOf(tasks.json) }
    },
  }
}

async function tokenOf({ url, password }: AirflowPlace): Promise<string> {
  const credentials = { username: airflowUser, password }
  const { status, json } = await request('POST', `${url}/auth/token`, credentials)
  if (status === 201) return json['access_token'] as string
  throw new StackError(`Airflow gives no token (${status}): ${JSON.stringify(json)}.`)
}

async function request(method: string, url: string, body?: object, token?: string): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  }
  const response = await fetch(url, {
    ...{ method, headers, signal: AbortSignal.timeout(30_000) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch((error: unknown) => {
    throw new StackError(
      `Airflow does not answer at ${url} (${messageOf(error)}): is it up? On this machine make up starts it, without LIGHT=1.`,
    )
  })
  const text = await response.text()
  return { status: response.status, json: JSON.parse(text || '{}') as Answer['json'] }
}

interface TaskInstance {
  readonly task_id: string
  readonly state: string | null
  readonly try_number: number
  readonly start_date: string | null
}

/** In the order in which they began. */
function tasksOf(json: Answer['json']): TaskState[] {
  const instances = (json['task_instances'] ?? []) as TaskInstance[]
  const begun = ({ start_date }: TaskInstance) => start_date ?? '~'
  return instances
    .toSorted((a, b) => begun(a).localeCompare(begun(b)))
    .map(({ task_id, state, try_number }) => ({ id: task_id, state, tries: try_number }))
}

/**
 * Airflow: four processes on one SQLite database, which is what `airflow standalone` would start. One process each, as with every other
 * server: a log, a readiness and a stop of its own.
 */
import { hash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeSecret } from '../credentials.ts'
import { loopback, stageEnvironment, type StageEnvironment } from '../environment.ts'
import { runTool } from '../install/tool.ts'
import { pythonOf, type Python } from '../python.ts'
import type { Settings } from '../settings.ts'
import type { Service } from './service.ts'
import { sparkAddress, sparkJobs } from './spark.ts'
import { healthAddress, stageAddress, stageNames } from './stages.ts'

/** The names that /api/v2/monitor/health has for them. */
const components = {
  'airflow-api': { health: 'metadatabase', command: 'api-server' },
  'airflow-scheduler': { health: 'scheduler', command: 'scheduler' },
  'airflow-processor': { health: 'dag_processor', command: 'dag-processor' },
  'airflow-triggerer': { health: 'triggerer', command: 'triggerer' },
} as const

type Component = keyof typeof components

export const airflowUser = 'admin'

const airflowAddress = ({ ports }: Settings) => `http://${loopback}:${ports.airflow}`

/**
 * The scheduler comes behind `asked`, whom the DAGs ask whether they are ready: a full hour that strikes while they start would cost its
 * run a retry, for which every other run of its dataset waits. The others need nobody.
 */
export function airflow(settings: Settings, asked: readonly string[]): Service[] {
  const prepare = once(() => prepareHome(settings))
  return Object.keys(components).map((name) => ({
    ...component(settings, name as Component, prepare),
    needs: name === 'airflow-scheduler' ? asked : [],
  }))
}

function component(
  settings: Settings,
  name: Component,
  prepare: () => Promise<Python>,
): Omit<Service, 'needs'> {
  const { health, command } = components[name]
  const address = airflowAddress(settings)
  const isApi = name === 'airflow-api'
  // logs are read from the folder: their servers would take fixed ports of the machine
  const flags = isApi ? ['--host', loopback, '--port', String(settings.ports.airflow)] : []
  const quiet = ['scheduler', 'triggerer'].includes(command) ? ['--skip-serve-logs'] : []
  return {
    name,
    address: isApi ? address : '',
    ports: isApi ? [settings.ports.airflow] : [],
    variables: hash('md5', JSON.stringify(choices(settings))),
    install: async () => void (await pythonOf(settings, 'airflow')),
    ready: () => isHealthy(address, health),
    async command() {
      const { program, env } = await prepare()
      const args = ['-m', 'airflow', command, ...flags, ...quiet]
      return {
        program,
        args,
        env: { ...env, ...(await airflowEnvironment(settings)) },
        cwd: homeOf(settings),
      }
    },
  }
}

async function isHealthy(address: string, name: string): Promise<void> {
  const url = `${address}/api/v2/monitor/health`
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  const answer = (await response.json()) as Record<string, { status: string | null } | undefined>
  const status = answer[name]?.status
  if (status !== 'healthy') throw new Error(`${url} says ${name}: ${status ?? 'not there'}`)
}

/** What the user may choose, handed on as it is. */
const choices = ({ env }: Settings): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => /^(AIRFLOW_|DSF_)/.test(name)))

/** Two cores, shared with Spark and the stages: an answer that takes long is no failure. Seconds, but for the heartbeats. */
const patience = {
  AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT: '120',
  AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT: '180',
  AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT: '60',
  AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS: '20',
}

/** Of all four processes, and with it of every task, callback and batch command. */
async function airflowEnvironment(settings: Settings): Promise<NodeJS.ProcessEnv> {
  const address = airflowAddress(settings)
  const logs = join(settings.runDir, 'logs', 'airflow')
  return {
    ...(await pipelineEnvironment(settings)),
    ...homeEnvironment(settings),
    ...patience,
    AIRFLOW__API__BASE_URL: address,
    AIRFLOW__API__WORKERS: '1',
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `${address}/execution/`,
    AIRFLOW__CORE__PARALLELISM: '2',
    AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES: '1',
    AIRFLOW__LOGGING__BASE_LOG_FOLDER: logs,
    AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY: join(logs, 'dag_processor'),
    ...choices(settings),
  }
}

/** Enough for the database commands. */
function homeEnvironment(settings: Settings): Record<string, string> {
  const home = homeOf(settings)
  return {
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__DAGS_FOLDER: join(settings.root, 'airflow/dags'),
    AIRFLOW__CORE__EXECUTOR: 'LocalExecutor',
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE: passwordsOf(settings),
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS: `${airflowUser}:admin`,
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `sqlite:///${join(home, 'airflow.db')}`,
  }
}

/**
 * Where the stages and jobs are, and what the batch commands need. Nothing of Kafka. Each server is asked by one of them alone: objects by
 * the audit, documents by the search for anomalies.
 */
async function pipelineEnvironment(settings: Settings): Promise<NodeJS.ProcessEnv> {
  const environment = {
    ...without(/^(KAFKA|SCHEMA_REGISTRY|ELASTICSEARCH)_/, stageEnvironment(settings, 'audit')),
    ...without(/^(?!ELASTICSEARCH_)/, stageEnvironment(settings, 'anomalies')),
  }
  const { program } = await pythonOf(settings, 'spark')
  const services = [
    ...stageNames.map((name) => `${name}=${healthAddress(settings, name)}`),
    ...sparkJobs.map((name) => `${name}=${sparkAddress(settings, name)}`),
  ]
  return {
    ...environment,
    KAFKA_BROKERS: undefined,
    DSF_BATCH_COMMAND: `${program} -m`,
    DSF_HEALTH_URLS: services.join(','),
    DSF_INGESTOR_URL: stageAddress(settings, 'ingestor'),
    DSF_INGESTOR_TOKEN_FILE: environment['HTTP_TOKEN_FILE'],
    DSF_SOURCES: JSON.stringify(feedSources(settings)),
  }
}

const without = (names: RegExp, env: StageEnvironment): StageEnvironment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.test(name)))

/** The feed plays the remote servers, so that the stack needs no network. */
const feedSources = ({ ports }: Settings) => ({
  earthquakes: `http://${loopback}:${ports.feed}/earthquakes/all_week.csv`,
  'seattle-weather': `http://${loopback}:${ports.feed}/seattle-weather.csv`,
})

/** The database and the password, before any of the four starts. */
async function prepareHome(settings: Settings): Promise<Python> {
  const python = await pythonOf(settings, 'airflow')
  const home = homeOf(settings)
  mkdirSync(home, { recursive: true })
  if (!existsSync(passwordsOf(settings)))
    writeSecret(passwordsOf(settings), { [airflowUser]: randomBytes(16).toString('hex') })
  await migrate(settings, python)
  return python
}

/** Once for each version of Airflow: it takes as long as a start. */
async function migrate(settings: Settings, { program, env }: Python): Promise<void> {
  const home = homeOf(settings)
  const done = join(home, 'migrated-by')
  if (existsSync(done) && readFileSync(done, 'utf8') === program) return
  await runTool({
    ...{ name: 'airflow', what: 'preparing its database', program, cwd: home },
    args: ['-m', 'airflow', 'db', 'migrate'],
    env: { ...env, ...homeEnvironment(settings) },
    log: join(settings.runDir, 'logs', 'airflow-migrate.log'),
    wayOut: `Mend what it names, or remove ${home}, then run make up again.`,
  })
  // it holds the keys that Airflow made for itself
  chmodSync(join(home, 'airflow.cfg'), 0o600)
  writeFileSync(done, program)
}

/** Once it was started. */
export function airflowPlace(settings: Settings): { url: string; password: string } {
  const passwords = JSON.parse(readFileSync(passwordsOf(settings), 'utf8')) as Record<string, string>
  return { url: airflowAddress(settings), password: passwords[airflowUser] ?? '' }
}

const homeOf = (settings: Settings) => join(settings.dataDir, 'airflow')
const passwordsOf = (settings: Settings) => join(homeOf(settings), 'passwords.json')

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined
  return () => (started ??= work())
}

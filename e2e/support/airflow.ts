/** Airflow and the Spark jobs beside the stack of these tests, which is started without them: for one dataset, with receivers for alerts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dagIdOf, openAirflow, type AirflowClient } from '../../infra/local/airflow-client.ts'
import { requireFreePorts } from '../../infra/local/port-check.ts'
import { readRecord } from '../../infra/local/processes/record.ts'
import { startProcess } from '../../infra/local/processes/start.ts'
import { stopProcess } from '../../infra/local/processes/stop.ts'
import { untilReady } from '../../infra/local/ready.ts'
import { airflowPlace } from '../../infra/local/servers/airflow.ts'
import { servicesOf } from '../../infra/local/servers/catalogue.ts'
import type { Service } from '../../infra/local/servers/service.ts'
import type { Settings } from '../../infra/local/settings.ts'
import { changeTestDataset } from './datasets.ts'
import { startMailbox, startSlack, type Mail, type Receiver, type SlackMessage } from './receivers.ts'
import { runDir, settings } from './stack.ts'

export const dataset = 'quakes-airflow'
export const alertEmail = 'operators@example.org'

export interface AirflowStack {
  readonly airflow: AirflowClient
  readonly slack: Receiver<SlackMessage>
  readonly mailbox: Receiver<Mail>
  stop(): Promise<void>
}

const isOurs = ({ name }: Service) => /^(airflow-|csv-profile$|trends$)/.test(name)

/** Runs are started by hand only. `env` is what a user would say. */
export async function startAirflow(env: NodeJS.ProcessEnv): Promise<AirflowStack> {
  const [slack, mailbox] = await Promise.all([startSlack(), startMailbox()])
  const told = { DSF_SCHEDULE: 'none', ...connections(slack.port, mailbox.port), ...env }
  const own: Settings = { ...settings, light: false, env: { ...settings.env, ...told } }
  const services = servicesOf(own).filter(isOurs)
  const stop = async () => {
    await Promise.all(services.map(({ name }) => stopOne(name)))
    await Promise.all([slack.close(), mailbox.close()])
  }
  try {
    await requireFreePorts(services)
    // one after the other: six at once starve each other on a small machine
    for (const service of services) await startOne(service)
    const airflow = await openAirflow(airflowPlace(own))
    await airflow.untilKnown(dataset)
    return { airflow, slack, mailbox, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const connections = (slack: number, mailbox: number) => ({
  AIRFLOW_CONN_DSF_SLACK: JSON.stringify({
    ...{ conn_type: 'slackwebhook', host: `http://127.0.0.1:${slack}`, password: 'services/T0/B0/secret' },
  }),
  AIRFLOW_CONN_DSF_SMTP: JSON.stringify({
    ...{ conn_type: 'smtp', host: '127.0.0.1', port: mailbox },
    extra: { disable_ssl: true, disable_tls: true, from_email: 'airflow@example.org' },
  }),
  DSF_ALERT_EMAIL: alertEmail,
})

async function startOne(service: Service): Promise<void> {
  await service.install()
  const command = await service.command()
  const env = { ...command.env, ...oneDataset(service.name) }
  const record = await startProcess(runDir, service, { ...command, env })
  await untilReady(service, record, runDir)
}

async function stopOne(name: string): Promise<void> {
  const record = readRecord(runDir, name)
  if (record) await stopProcess(runDir, record)
}

/** The stages have all datasets of these tests. A DAG, and a streaming query, for each would be too much for a small machine. */
function oneDataset(service: string): NodeJS.ProcessEnv {
  if (!service.startsWith('airflow-')) return { SPARK_DATASETS: dataset, SPARK_TRIGGER_SECONDS: '2' }
  const folder = join(runDir, 'airflow-datasets')
  changeTestDataset(folder, dataset, {})
  return { DATASETS_DIR: folder }
}

export interface LogLine {
  readonly level: string
  readonly event: string
}

/** What a try of a task logged, without the marks by which Airflow's pages fold lines. */
export function taskLog(dagRun: string, task: string, attempt: number): LogLine[] {
  const folder = [`dag_id=${dagIdOf(dataset)}`, `run_id=${dagRun}`, `task_id=${task}`]
  const file = join(runDir, 'logs', 'airflow', ...folder, `attempt=${attempt}.log`)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ event }) => !/^::(end)?group::/.test(event))
}

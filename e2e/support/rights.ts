/** Rights of the stages on the test stack, taken away and given back, and a stage that has to live with it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { logFile, startProcess } from '../../infra/local/processes/start.ts'
import { isAlive, readRecord } from '../../infra/local/processes/record.ts'
import {
  grantInKafka,
  grantInMinio,
  grantsOf,
  writeRoles,
  type Grants,
} from '../../infra/local/secure/grants.ts'
import { servicesOf } from '../../infra/local/servers/catalogue.ts'
import { rolesFolder } from '../../infra/local/servers/elasticsearch.ts'
import { healthAddress, type StageName } from '../../infra/local/servers/stages.ts'
import { writeTestDataset } from './datasets.ts'
import { api } from './runs.ts'
import { runDir, settings } from './stack.ts'
import { until } from './until.ts'

if (!settings.secure) throw new Error('it needs servers that ask who comes: make test-secure')

/** Whose rights are taken. */
export const dataset = 'quakes-rights'

/** What the stages need when somebody else makes their topics. */
export const whole: Grants = grantsOf(settings, false)

export type Server = keyof Grants

/** Exactly these, on one server. */
export async function give(server: Server, grants: Grants): Promise<void> {
  if (server === 'kafka') await grantInKafka(settings, grants)
  else if (server === 'policies') await grantInMinio(settings, grants)
  else writeRoles(rolesFolder(settings), grants)
}

export const runs = (stage: StageName): boolean => {
  const record = readRecord(runDir, stage)
  return record !== undefined && isAlive(record)
}

/** Its folder has nothing else in it. */
const datasetsDir = join(runDir, 'rights')
writeTestDataset(datasetsDir, dataset, { lanes: 1 })

/** Starts it like an orchestrator, for one dataset, and does not wait. It makes no topics: each that it needs is there. */
export async function begin(stage: StageName): Promise<void> {
  const service = servicesOf(settings).find(({ name }) => name === stage)!
  const command = await service.command()
  const env = { ...command.env, DATASETS_DIR: datasetsDir, KAFKA_CREATE_TOPICS: 'false' }
  await startProcess(runDir, service, { ...command, env })
}

export async function end(stage: StageName): Promise<void> {
  const record = readRecord(runDir, stage)
  if (!record || !isAlive(record)) return
  process.kill(record.pid, 'SIGTERM')
  await until(`${stage} to end`, () => !isAlive(record), { seconds: 40 })
}

export const isReady = async (stage: StageName): Promise<boolean> =>
  (await fetch(`${healthAddress(settings, stage)}/health/ready`)).ok

export const firstWith = (words: readonly RegExp[], lines: string[]): string | undefined =>
  lines.find((line) => words.every((word) => word.test(line)))

/** The first line that has all of these words: of its log, or of what it says when asked whether it is ready, or for refused rows. */
export async function saidBy(stage: StageName, words: readonly RegExp[]): Promise<string | undefined> {
  const file = logFile(runDir, stage)
  const log = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const urls = [`${healthAddress(settings, stage)}/health/ready`]
  if (stage === 'ingestor') urls.push(`${api.url}/v1/quarantine/${dataset}/rows?limit=1`)
  const asked = await Promise.all(urls.map((url) => fetch(url).catch(() => undefined)))
  const told = await Promise.all(asked.flatMap((answer) => (answer && !answer.ok ? [answer.text()] : [])))
  return firstWith(words, [...log, ...told])
}

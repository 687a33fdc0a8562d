/**
 * Starts and stops a whole stack. Tests use it too:
 *
 *     const settings = readSettings({ ...process.env, RUN_DIR: '.run/test', PORT_BASE: '21000', SERVERS_ONLY: '1' })
 *     await startStack(settings)       // stageEnvironment(settings) says where everything is
 *     await stopStack(settings)
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StackError } from './errors.ts'
import { requireJava } from './install/java.ts'
import { requireFreePorts } from './port-check.ts'
import { locked } from './processes/lock.ts'
import {
  isAlive,
  membersOf,
  type ProcessRecord,
  readRecord,
  readRecords,
  removeRecord,
} from './processes/record.ts'
import { startProcess } from './processes/start.ts'
import { stopProcess } from './processes/stop.ts'
import { untilReady } from './ready.ts'
import { makeCertificates, trustOwnAuthority } from './secure/certificates.ts'
import { makeKeys } from './secure/keys.ts'
import { say, seconds } from './say.ts'
import { servicesOf } from './servers/catalogue.ts'
import { removeForeignFolders } from './servers/foreign-folder.ts'
import type { Service } from './servers/service.ts'
import { forgetChoice, keepChoice, keptChoice, type Settings } from './settings.ts'

/**
 * Starts what is missing, each as soon as what it needs is ready, and returns when all of it is. `serving` is called before, when
 * all but the Spark jobs and Airflow, which nobody but the hourly batch needs, are ready.
 */
export function startStack(settings: Settings, serving = () => {}): Promise<void> {
  return locked(settings.runDir, () => startMissing(settings, serving))
}

async function startMissing(settings: Settings, serving: () => void): Promise<void> {
  requireJava(settings)
  refuseOtherProfile(settings)
  const services = servicesOf(settings)
  const missing = services.filter(({ name }) => !runningRecord(settings, name))
  await endLeftovers(settings, missing)
  await requireFreePorts(missing)
  keepChoice(settings)
  if (settings.secure) await makeSecrets(settings)
  const started = new Map<string, Promise<void>>()
  for (const service of services) {
    const needed = service.needs.map((name) => started.get(name))
    started.set(service.name, startOne(settings, service, needed))
  }
  const light = servicesOf({ ...settings, light: true }).map(({ name }) => started.get(name)!)
  // a failure is told by all of them
  void Promise.all(light).then(serving, () => undefined)
  await all([...started.values()])
}

/** Before anything starts that would show or ask for one. */
async function makeSecrets(settings: Settings): Promise<void> {
  await makeCertificates(settings, !readRecords(settings.runDir).some(isAlive))
  makeKeys(settings)
  trustOwnAuthority(settings)
}

async function startOne(
  settings: Settings,
  service: Service,
  needed: readonly (Promise<void> | undefined)[],
): Promise<void> {
  const running = runningRecord(settings, service.name)
  await Promise.all([running ? undefined : service.install(), ...needed])
  const begin = Date.now()
  const record = running ?? (await startProcess(settings.runDir, service, await service.command()))
  await untilReady(service, record, settings.runDir)
  await service.serving?.()
  const other = record.variables !== service.variables
  const found = `already runs as pid ${record.pid}${other ? ', with other variables than these: make down up applies them' : ''}`
  const at = service.address && ` at ${service.address}`
  say(service.name, running ? found : `ready${at} after ${seconds(begin)}`)
}

/** Waits for every one, so that no server is left in the middle of its start; then tells each failure once, however many it held up. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work)
  const reasons = new Set(
    outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : [])),
  )
  const [first, ...others] = reasons
  if (others.length === 0 && first !== undefined) throw first
  if (first !== undefined) throw new StackError([...reasons].map((reason) => reason.message).join('\n\n'))
}

function runningRecord({ runDir }: Settings, name: string): ProcessRecord | undefined {
  const record = readRecord(runDir, name)
  return record && isAlive(record) ? record : undefined
}

/** Children whose leader was killed still hold its ports and files. */
async function endLeftovers({ runDir }: Settings, missing: readonly Service[]): Promise<void> {
  for (const { name } of missing) {
    const record = readRecord(runDir, name)
    if (record && membersOf(record).length > 0) await stopProcess(runDir, record)
    else removeRecord(runDir, name)
  }
}

function refuseOtherProfile(settings: Settings): void {
  const kept = keptChoice(settings.runDir)
  const same = (['kafka', 'store', 'secure', 'brokers', 'portBase'] as const).every(
    (key) => kept[key] === undefined || kept[key] === settings[key],
  )
  if (same || !readRecords(settings.runDir).some(isAlive)) return
  throw new StackError(
    `The stack in ${settings.runDir} runs with ${variablesOf(kept)}. ` +
      'Run make down first, or give the other one a folder and ports of its own: RUN_DIR=.run/other PORT_BASE=20000.',
  )
}

const variablesOf = ({ kafka, store, secure, brokers, portBase }: ReturnType<typeof keptChoice>) =>
  `KAFKA=${kafka} STORE=${store} SECURE=${secure ? 1 : 0} BROKERS=${brokers ?? 1} PORT_BASE=${portBase}`

/** Stops what runs, whatever profile it was started with; those that need others go first. */
export function stopStack(settings: Settings): Promise<void> {
  return locked(settings.runDir, () => stopAll(settings))
}

async function stopAll(settings: Settings): Promise<void> {
  for (
    let records = readRecords(settings.runDir);
    records.length > 0;
    records = readRecords(settings.runDir)
  ) {
    const needed = new Set(records.flatMap((record) => record.needs))
    await Promise.all(
      records.filter(({ name }) => !needed.has(name)).map((record) => stopProcess(settings.runDir, record)),
    )
  }
  forgetChoice(settings)
}

/** Also removes data and logs; of RUN_DIR itself only what we put there. */
export async function cleanStack(settings: Settings): Promise<void> {
  await stopStack(settings)
  const data = join(settings.runDir, 'data')
  for (const combination of existsSync(data) ? readdirSync(data) : [])
    removeForeignFolders(join(data, combination))
  for (const name of [
    'data',
    'logs',
    'pids',
    'secure',
    'minio-certs',
    'seaweedfs-identities.json',
    'credentials.json',
  ])
    rmSync(join(settings.runDir, name), { recursive: true, force: true })
}

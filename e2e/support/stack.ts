/** The stack of the upper test tiers: real servers and, for e2e, the stages, in a folder and on ports of their own. */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { stageEnvironment } from '../../infra/local/environment.ts'
import { trustOwnAuthority } from '../../infra/local/secure/certificates.ts'
import { say, seconds } from '../../infra/local/say.ts'
import { readSettings, type Settings } from '../../infra/local/settings.ts'
import { brokersOf } from '../../infra/local/servers/kafka-settings.ts'
import { cleanStack, startStack } from '../../infra/local/stack.ts'
import { writeTestDatasets } from './datasets.ts'

const portBase = process.env['TEST_PORT_BASE'] || '23000'

/** A fixed folder: a stack that a killed run left behind is found, and ended, by the next one. */
export const runDir = join(tmpdir(), `dsf-test-${portBase}`)

/** Where file sources may come from, beside the folders of datasets. */
export const filesDir = join(runDir, 'files')

export const datasetsDir = join(runDir, 'datasets')

/** KAFKA and STORE come from the environment; `TEST_KEEP=1` leaves the stack up and takes one that is up. */
export const settings: Settings = readSettings({
  ...process.env,
  RUN_DIR: runDir,
  PORT_BASE: portBase,
  SIMULATE: '1',
  SERVERS_ONLY: '',
  LIGHT: '1',
  SOURCE_ALLOW: '127.0.0.1/32',
  SOURCE_ROOTS: [filesDir, datasetsDir].join(delimiter),
  DATASETS_DIR: datasetsDir,
  LAG_EVERY_MS: '1000',
  LOG_LEVEL: 'info',
})

// of a stack that is up; one that starts is trusted by whoever starts it
trustOwnAuthority(settings)

export const environment = stageEnvironment(settings)

/** Where the broker keeps its segments. */
export const kafkaFolder = brokersOf(settings)[0]!.folder

const keep = process.env['TEST_KEEP'] === '1'
const begun = 'DSF_TEST_STACK_BEGUN'

/** Called by each tier's set-up in the same process: the first one starts from nothing, the second adds to it. */
export async function setUp(parts: Pick<Settings, 'serversOnly'>): Promise<() => Promise<void>> {
  const start = Date.now()
  try {
    if (!process.env[begun] && !keep) await cleanStack(settings)
    process.env[begun] = '1'
    mkdirSync(filesDir, { recursive: true })
    if (!keep) rmSync(datasetsDir, { recursive: true, force: true })
    writeTestDatasets(datasetsDir)
    await startStack({ ...settings, ...parts })
    say('test stack', `ready after ${seconds(start)} in ${runDir} (${settings.kafka}, ${settings.store})`)
  } catch (error) {
    await tearDown()
    throw error
  }
  return tearDown
}

/** The logs stay, because they say why a test failed. */
async function tearDown(): Promise<void> {
  if (keep || !existsSync(runDir)) return
  const logs = join(runDir, 'logs')
  const kept = join(runDir, 'last-logs')
  rmSync(kept, { recursive: true, force: true })
  if (existsSync(logs)) cpSync(logs, kept, { recursive: true })
  await cleanStack(settings)
  for (const folder of [filesDir, datasetsDir]) rmSync(folder, { recursive: true, force: true })
}

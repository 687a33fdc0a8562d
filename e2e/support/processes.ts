/** The stages as processes: killed, started again, and second instances beside those of the stack. */
import { spawn, type ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines } from '../../infra/local/install/tool.ts'
import { isAlive, readRecord, type ProcessRecord } from '../../infra/local/processes/record.ts'
import { startProcess } from '../../infra/local/processes/start.ts'
import { untilReady } from '../../infra/local/ready.ts'
import { servicesOf } from '../../infra/local/servers/catalogue.ts'
import { portsOf, stageNames, type StageName } from '../../infra/local/servers/stages.ts'
import { runDir, settings } from './stack.ts'
import { until } from './until.ts'

const serviceOf = (name: string) => servicesOf(settings).find((service) => service.name === name)!

function recordOf(name: string): ProcessRecord {
  const record = readRecord(runDir, name)
  if (!record || !isAlive(record)) throw new Error(`${name} does not run`)
  return record
}

/** Killed, and not started again. */
const killed = new Set<string>()

/** Ends a process of the stack without a word, like a lost machine. */
export async function kill(name: string): Promise<void> {
  const record = recordOf(name)
  killed.add(name)
  process.kill(record.pid, 'SIGKILL')
  await until(`${name} to be gone`, () => !isAlive(record))
}

/** Ends a stage as an orchestrator does: its lanes are free at once. */
export async function terminate(name: StageName): Promise<void> {
  const record = recordOf(name)
  process.kill(record.pid, 'SIGTERM')
  await until(`${name} to end`, () => !isAlive(record), { seconds: 30 })
}

/** While `work` runs, the stage stands still: what comes to it waits. Not for longer than its group waits for a member. */
export async function whileFrozen<T>(name: StageName, work: () => Promise<T>): Promise<T> {
  const { pid } = recordOf(name)
  process.kill(pid, 'SIGSTOP')
  try {
    return await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

/** Starts it as the stack did; stages are not built again. */
export async function revive(name: string): Promise<void> {
  const service = serviceOf(name)
  if (!stageNames.includes(name as StageName)) await service.install()
  const record = await startProcess(runDir, service, await service.command())
  await untilReady(service, record, runDir)
  killed.delete(name)
}

/** For the end of a test: one that failed before it revived what it had killed spoils no other. */
export async function reviveKilled(): Promise<void> {
  for (const name of killed) await revive(name)
}

export interface Instance {
  child: ChildProcess
  /** of its health */
  url: string
  /** of its API, if it has one */
  api: string
  /** exit code, or the signal that ended it */
  ended: Promise<number | NodeJS.Signals>
}

/**
 * A second instance of a stage, ready, on ports of its own. `env` changes what the stack would tell it.
 * @throws Error with the end of its log when it ends instead
 */
export async function secondInstance(name: StageName, env: NodeJS.ProcessEnv = {}): Promise<Instance> {
  const ports = portsOf(settings, name, 100)
  const instance = await spawnStage(name, { ...ports, ...env })
  const url = `http://127.0.0.1:${ports.HEALTH_PORT}`
  const api = `http://127.0.0.1:${ports.HTTP_PORT}`
  let gone = false
  void instance.ended.then(() => (gone = true))
  const state = await until(`a second ${name}`, async () => {
    return gone ? 'gone' : (await fetch(`${url}/health/ready`)).ok
  })
  if (state === 'gone') throw new Error(lastLines(join(runDir, 'logs', `${name}-2.log`), 3))
  return { ...instance, url, api }
}

/** What waits there for a person. */
export async function parkedAt(url: string): Promise<unknown[]> {
  const answer = await fetch(`${url}/health/ready`)
  return ((await answer.json()) as { parked: unknown[] }).parked
}

async function spawnStage(name: StageName, env: NodeJS.ProcessEnv): Promise<Omit<Instance, 'url' | 'api'>> {
  const { program, args, cwd, env: told } = await serviceOf(name).command()
  const log = openSync(join(runDir, 'logs', `${name}-2.log`), 'a')
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...told, ...env },
    stdio: ['ignore', log, log],
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal!)),
  )
  return { child, ended }
}

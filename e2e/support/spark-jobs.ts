/** The Spark jobs as processes of a test: started with a crash point, looked at, ended. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines } from '../../infra/local/install/tool.ts'
import { spark, sparkAddress, type SparkJob } from '../../infra/local/servers/spark.ts'
import { runDir, settings } from './stack.ts'
import { until } from './until.ts'

export interface Progress {
  batch: number | null
  rowsTotal: number
  lag: number
  dropped: number
  lookedAt: number | null
}

export interface Job {
  name: SparkJob
  child: ChildProcess
  /** exit code, or the signal that ended it */
  ended: Promise<number | NodeJS.Signals>
}

const running = new Set<ChildProcess>()

/** Those that a failed test left. */
export function killJobs(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** A job for one dataset, as the stack would start it. `crashAt` ends it there. */
export async function startJob(
  name: SparkJob,
  dataset: string,
  crashAt?: string,
  own: NodeJS.ProcessEnv = {},
): Promise<Job> {
  const env = { ...settings.env, SPARK_DATASETS: dataset, SPARK_TRIGGER_SECONDS: '1', ...own }
  const service = spark({ ...settings, env }, []).find((candidate) => candidate.name === name)!
  mkdirSync(join(runDir, 'logs'), { recursive: true })
  await service.install()
  const command = await service.command()
  const log = openSync(logOf(name), 'a')
  const child = spawn(command.program, command.args, {
    cwd: runDir,
    env: { PATH: process.env['PATH'], ...command.env, ...own, ...(crashAt ? { CRASH_AT: crashAt } : {}) },
    stdio: ['ignore', log, log],
  })
  running.add(child)
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('exit', (code, signal) => {
      running.delete(child)
      resolve(code ?? signal!)
    }),
  )
  return { name, child, ended }
}

const logOf = (name: SparkJob) => join(runDir, 'logs', `${name}-test.log`)
export const saidBy = (name: SparkJob) => readFileSync(logOf(name), 'utf8')

/** Starts it with a crash point and waits for its end, and for that of its virtual machine, which is a process of its own. */
export async function crash(name: SparkJob, dataset: string, crashAt: string): Promise<void> {
  const { child, ended } = await startJob(name, dataset, crashAt)
  const machine = await until(`the virtual machine of ${name}`, () => childrenOf(child.pid!)[0])
  const how = await ended
  if (how !== 'SIGKILL') throw new Error(`${name} ended with ${how}:\n${lastLines(logOf(name), 15)}`)
  await until(`the virtual machine of ${name} to end`, () => !existsSync(`/proc/${machine}`))
}

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)

export const answerOf = async (name: SparkJob, path: string) => {
  const response = await fetch(`${sparkAddress(settings, name)}${path}`)
  return { status: response.status, body: (await response.json()) as any }
}

export const progressOf = async (name: SparkJob, dataset: string): Promise<Progress> =>
  (await answerOf(name, '/health/progress')).body.datasets[dataset] as Progress

/**
 * Resolves when what was there at this moment is in a finished micro-batch.
 * @throws Error with the end of its log when it ends instead
 */
export async function caughtUp(job: Job, dataset: string): Promise<Progress> {
  const since = Date.now()
  let how: number | NodeJS.Signals | undefined
  void job.ended.then((ended) => (how = ended))
  const look = async () => {
    if (how !== undefined) return 'gone'
    const progress = await progressOf(job.name, dataset)
    return progress.lag === 0 && (progress.lookedAt ?? 0) > since && progress
  }
  const state = await until(`${job.name} to catch up`, look, { seconds: 500, everyMs: 500 })
  if (state === 'gone') throw new Error(`${job.name} ended with ${how}:\n${lastLines(logOf(job.name), 15)}`)
  return state
}

import { spawn, type ChildProcess } from 'node:child_process'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { healthAddress, nodeFlags, portsOf, type StageName } from '../infra/local/servers/stages.ts'
import type { Settings } from '../infra/local/settings.ts'

export interface Figures {
  records: number
  seconds: number
  recordsPerSecond: number
  /**
   * User and system time of the stage's process, with its start of about a second. To begin at its first commit, as the seconds do, would
   * leave out as much of what V8 compiles at the beginning as that had rows, which is more where batches are large.
   */
  cpuMicrosPerRecord: number
  /** resident memory at a quarter, half and all of the work, in MiB */
  rssMiB: [quarter: number, half: number, end: number]
}

export interface RunningStage {
  name: string
  /** of its health and metrics */
  url: string
  process: ChildProcess
  stop: () => Promise<void>
}

/** Starts a stage by itself and waits until it is ready. `PROFILE=cleaner` writes a CPU profile of that stage beside its log. */
export async function startStage(
  settings: Settings,
  name: StageName,
  env: Record<string, string>,
): Promise<RunningStage> {
  const log = openSync(join(settings.runDir, `${name}.log`), 'a')
  const profile =
    process.env.PROFILE === name
      ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE_DIR ?? settings.runDir}`]
      : []
  const child = spawn(
    process.execPath,
    [...nodeFlags, ...profile, join(settings.root, `apps/${name}/dist/main.js`)],
    {
      env: { PATH: process.env.PATH, ...env, ...portsOf(settings, name) },
      stdio: ['ignore', log, log],
    },
  )
  const url = healthAddress(settings, name)
  process.once('exit', () => child.kill('SIGKILL'))
  await until(async () => {
    if (child.exitCode !== null)
      throw new Error(`${name} ended with ${child.exitCode}; its log is ${settings.runDir}/${name}.log`)
    return (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok === true
  }, `${name} ready`)
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
  return { name, url, process: child, stop }
}

/** Follows a stage from its first record to `done`. */
export async function measureUntil(
  stage: RunningStage,
  done: () => Promise<boolean>,
  seen: () => Promise<number>,
): Promise<Figures> {
  await until(async () => (await seen()) > 0, `${stage.name}'s first record`)
  const [start, before] = [performance.now(), await seen()]
  const samples: { records: number; rss: number }[] = []
  await until(async () => {
    samples.push({ records: await seen(), rss: memoryMiB(stage, 'VmRSS') })
    return done()
  }, `${stage.name}'s end`)
  const all = await seen()
  const records = all - before
  const seconds = (performance.now() - start) / 1000
  const at = (share: number) => samples.find((sample) => sample.records >= share * all)?.rss ?? 0
  return {
    records,
    seconds: Math.round(seconds * 10) / 10,
    recordsPerSecond: Math.round(records / seconds),
    cpuMicrosPerRecord: Math.round((cpuSeconds(stage) / all) * 1e7) / 10,
    rssMiB: [at(0.25), at(0.5), samples.at(-1)!.rss],
  }
}

/** Sum of a counter over its labels, of those that name `label` somewhere. */
export async function counter(url: string, metric: string, label: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(`"${label}"`))
  return lines.reduce(
    (sum, line) =>
      sum +
      Number(
        line
          .slice(line.lastIndexOf('}') + 1)
          .trim()
          .split(' ')[0],
      ),
    0,
  )
}

/** Linux counts process time in hundredths of a second. */
function cpuSeconds({ process: child }: RunningStage): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Resident memory now (`VmRSS`), or the most since `beginPeak` (`VmHWM`), as Linux keeps it. */
export function memoryMiB({ process: child }: RunningStage, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Math.round(Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)![1]) / 1024)
}

export function beginPeak({ process: child }: RunningStage): void {
  writeFileSync(`/proc/${child.pid}/clear_refs`, '5')
}

async function until(condition: () => Promise<boolean>, what: string, limitMs = 900_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}`)
    await sleep(200)
  }
}

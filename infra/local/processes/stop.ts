/** Ends processes by pid, and only those that we can prove to be ours. */
import { setTimeout as sleep } from 'node:timers/promises'
import { say, seconds } from '../say.ts'
import { isAlive, membersOf, type ProcessRecord, removeRecord } from './record.ts'

/** A broker hands its lanes over and a stage ends its transaction in this time. */
const graceMs = 30_000

export async function stopProcess(runDir: string, record: ProcessRecord, grace = graceMs): Promise<void> {
  const start = Date.now()
  if (membersOf(record).length > 0) await endMembers(record, grace)
  removeRecord(runDir, record.name)
  say(record.name, `stopped after ${seconds(start)}`)
}

/** A leader ends its children in its own order; those that outlive it are asked themselves. */
async function endMembers(record: ProcessRecord, grace: number): Promise<void> {
  const deadline = Date.now() + grace
  if (isAlive(record)) send(record.pid, 'SIGTERM')
  if (await until(deadline, () => !isAlive(record))) sendAll(record, 'SIGTERM')
  if (await until(deadline, () => membersOf(record).length === 0)) return
  say(record.name, `did not stop within ${grace / 1000} s: killing it`)
  sendAll(record, 'SIGKILL')
  await until(Date.now() + grace, () => membersOf(record).length === 0)
}

async function until(deadline: number, condition: () => boolean): Promise<boolean> {
  while (!condition()) {
    if (Date.now() > deadline) return false
    await sleep(100)
  }
  return true
}

function sendAll(record: ProcessRecord, signal: NodeJS.Signals): void {
  for (const pid of membersOf(record)) send(pid, signal)
}

/** To a process that may have ended by itself in the meantime. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

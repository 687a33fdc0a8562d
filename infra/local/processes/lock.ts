/** One at a time: two commands that start or stop the same stack would lose track of each other's processes. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StackError } from '../errors.ts'
import { bootId, processStat } from './proc.ts'
import { isAlive, type ProcessIdentity } from './record.ts'

export async function locked(runDir: string, work: () => Promise<void>): Promise<void> {
  const file = join(runDir, 'lock')
  mkdirSync(runDir, { recursive: true })
  take(runDir, file)
  try {
    await work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** A lock whose owner was killed is nobody's. */
function take(runDir: string, file: string): void {
  const owner = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity) : undefined
  if (owner && isAlive(owner))
    throw new StackError(
      `Pid ${owner.pid} is starting or stopping the stack in ${runDir}: wait until it has ended, then try again.`,
    )
  rmSync(file, { force: true })
  const self = { pid: process.pid, start: processStat(process.pid)?.start ?? 0, boot: bootId() }
  writeFileSync(file, JSON.stringify(self), { flag: 'wx' })
}

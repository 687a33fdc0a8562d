/** Starts a process that outlives us, with its output in a log file. */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { StackError } from '../errors.ts'
import { messageOf } from '../../message-of.ts'
import { bootId, processStat } from './proc.ts'
import { type ProcessRecord, writeRecord } from './record.ts'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Runs as this user and group; only root may say so. */
  readonly user?: number
}

type Identity = Pick<ProcessRecord, 'name' | 'address' | 'needs' | 'variables'>

export async function startProcess(
  runDir: string,
  identity: Identity,
  command: Command,
): Promise<ProcessRecord> {
  const { name, address, needs, variables } = identity
  const log = freshLog(runDir, name)
  const child = spawn(command.program, command.args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...command.env },
    cwd: command.cwd ?? runDir,
    ...(command.user === undefined ? {} : { uid: command.user, gid: command.user }),
  })
  closeSync(log)
  child.unref()
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) =>
      reject(new StackError(`${name} could not be started: ${messageOf(error)}.`)),
    )
  })
  const pid = child.pid ?? 0
  const record = { name, pid, start: processStat(pid)?.start ?? 0, boot: bootId(), address, needs, variables }
  writeRecord(runDir, record)
  return record
}

/** The log of the life before is kept once: it says why that ended. */
function freshLog(runDir: string, name: string): number {
  const file = logFile(runDir, name)
  mkdirSync(join(runDir, 'logs'), { recursive: true })
  if (existsSync(file)) renameSync(file, `${file}.1`)
  return openSync(file, 'a')
}

export const logFile = (runDir: string, name: string) => join(runDir, 'logs', `${name}.log`)

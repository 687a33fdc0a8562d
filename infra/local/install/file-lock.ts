/** Locks between processes that the kernel gives back when their holder dies, however it dies: `flock` on a file of the cache. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StackError } from '../errors.ts'
import { requireProgram } from './tool.ts'

const noticeMs = 2_000

/** Does the work while nobody else, in this process or another one, does work under this name. `waiting` is called when that takes long. */
export async function withLock<T>(
  cacheDir: string,
  name: string,
  work: () => Promise<T>,
  waiting = () => {},
): Promise<T> {
  requireProgram('flock', 'it keeps two installers from doing the same', 'util-linux')
  const folder = join(cacheDir, '.locks')
  await mkdir(folder, { recursive: true })
  // cat ends when our end of its input is closed: by us, or by our death
  const holder = spawn('flock', [join(folder, name), 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  try {
    await untilHeld(holder, name, waiting)
    return await work()
  } finally {
    await released(holder)
  }
}

async function untilHeld(holder: ChildProcess, name: string, waiting: () => void): Promise<void> {
  const notice = setTimeout(waiting, noticeMs)
  try {
    await new Promise<void>((resolve, reject) => {
      holder.stdout!.once('data', () => resolve())
      holder.once('error', reject)
      holder.once('exit', (code) =>
        reject(new StackError(`The lock ${name} could not be taken: flock ended with ${code}.`)),
      )
    })
  } finally {
    clearTimeout(notice)
  }
}

function released(holder: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (holder.exitCode !== null || holder.pid === undefined) return resolve()
    holder.once('exit', () => resolve())
    holder.stdin!.end()
  })
}

/** Real servers of files on loopback, of which a test can end, stop and wake all processes at any moment. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installFromDebian } from '../../../infra/local/install/debian.ts'
import { readProc } from '../../../infra/local/processes/proc.ts'
import { send } from '../../../infra/local/processes/stop.ts'
import { settings } from '../stack.ts'
import { until } from '../until.ts'

export const isRoot = process.getuid?.() === 0

/** Where the programs are, and what they must be told to find their libraries. */
export async function programs(): Promise<{ folder: string; env: NodeJS.ProcessEnv }> {
  const packages = ['openssh-server', 'pure-ftpd', 'pure-ftpd-common', 'libwrap0']
  const folder = await installFromDebian(settings, 'source-servers', packages)
  const libraries = ['usr/lib', 'lib'].map((lib) => join(folder, lib, `${machine}-linux-gnu`)).join(':')
  return { folder, env: { ...process.env, LD_LIBRARY_PATH: libraries } }
}

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

/** A folder that everybody may look into: who has logged in is nobody. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dsf-source-'))
  chmodSync(folder, 0o755)
  return folder
}

export interface Server {
  port: number
  /** the files that it has, read by who has logged in */
  folder: string
  start: () => Promise<void>
  /** ends all of it at once, like a lost machine */
  kill: () => Promise<void>
  /** no process of it does anything until it is woken */
  stop: () => void
  wake: () => void
  /** kills it, and removes its folder */
  close: () => Promise<void>
}

export interface Command {
  program: string
  args: (port: number) => string[]
  env: NodeJS.ProcessEnv
}

/** Starts a server, which answers when this is done. Only root has a table of processes for each server, whose end is the end of all. */
export async function serve(folder: string, command: Command): Promise<Server> {
  const port = await freePort()
  let child: ChildProcess
  const start = async () => {
    const [program, ...args] = [
      ...(isRoot ? ['unshare', '--mount', '--pid', '--fork', '--kill-child'] : []),
      command.program,
      ...command.args(port),
    ] as [string, ...string[]]
    child = spawn(program, args, { env: command.env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr!.on('data', (text) => (said += String(text)))
    await until(
      `${command.program} to answer`,
      () => {
        if (child.exitCode !== null) throw new Error(said)
        return answers(port)
      },
      { seconds: 20, everyMs: 20 },
    )
  }
  const all = (signal: NodeJS.Signals) => {
    for (const pid of descendants(child.pid!).reverse()) send(pid, signal)
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    all('SIGKILL')
    await gone
    await until(
      `port ${port} to be free`,
      () =>
        answers(port).then(
          () => false,
          () => true,
        ),
      { everyMs: 20 },
    )
  }
  await start()
  return {
    ...{ port, folder, start, kill },
    stop: () => all('SIGSTOP'),
    wake: () => all('SIGCONT'),
    close: async () => {
      await kill()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The process and all that it has begun. */
function descendants(pid: number): number[] {
  const children = readProc(`${pid}/task/${pid}/children`) ?? ''
  return [
    pid,
    ...children
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => descendants(Number(child))),
  ]
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'data')
    return true
  } finally {
    socket.destroy()
  }
}

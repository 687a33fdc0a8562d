/** Are the ports free? Asked for all of them before anything starts, so that the user hears of all of them at once. */
import { readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { loopback } from './environment.ts'
import { StackError } from './errors.ts'
import { allProcesses, readProc } from './processes/proc.ts'
import type { Service } from './servers/service.ts'

export async function requireFreePorts(services: readonly Service[]): Promise<void> {
  const taken: string[] = []
  for (const { name, ports } of services)
    for (const port of ports)
      if (!(await isFree(port)))
        taken.push(`Port ${port} of ${loopback}, which ${name} needs, is taken${by(port)}.`)
  if (taken.length === 0) return
  taken.push('Stop what listens there, or move the whole stack: PORT_BASE=20000 make up.')
  throw new StackError(taken.join('\n'))
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, loopback, () => server.close(() => resolve(true)))
  })
}

function by(port: number): string {
  const pid = listenerOf(port)
  return pid === undefined ? '' : ` by pid ${pid} (${readProc(`${pid}/comm`)?.trim()})`
}

/** Without rights over the other process there is no answer, which is fine for a hint. */
function listenerOf(port: number): number | undefined {
  const sockets = new Set(
    [...listeningInodes('net/tcp', port), ...listeningInodes('net/tcp6', port)].map(
      (inode) => `socket:[${inode}]`,
    ),
  )
  return allProcesses().find((pid) => openFiles(pid).some((file) => sockets.has(file)))
}

const listening = '0A'

/** Columns: number, local address, remote address, state, queues, timer, retransmits, user, timeout, inode. */
function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = (readProc(table) ?? '').split('\n').map((line) => line.trim().split(/\s+/))
  return rows.filter((row) => row[1]?.endsWith(suffix) && row[3] === listening).map((row) => row[9] ?? '')
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linkTarget(`/proc/${pid}/fd/${fd}`))
  } catch {
    return []
  }
}

function linkTarget(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

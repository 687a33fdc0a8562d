/** The indexer's command, as a Kubernetes job runs it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { repositoryRoot } from '../../infra/local/settings.ts'
import { environment } from './stack.ts'

export interface Command {
  lines: string[]
  kill: () => void
  ended: Promise<number | null>
}

export function reindex(dataset: string, ...args: string[]): Command {
  const program = join(repositoryRoot, 'apps/indexer/dist/reindex.main.js')
  const env = { ...process.env, ...environment, HEALTH_PORT: '0' }
  const child = spawn('node', [program, dataset, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { lines, kill: () => child.kill('SIGKILL'), ended }
}

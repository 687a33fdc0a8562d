/** The indexer's command, as a Kubernetes job runs it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { stageEnvironment } from '../../infra/local/environment.ts'
import { repositoryRoot } from '../../infra/local/settings.ts'
import { settings } from './stack.ts'

export interface Command {
  lines: string[]
  /** why it failed, once it has ended */
  errors: string[]
  kill: () => void
  ended: Promise<number | null>
}

export function reindex(dataset: string, ...args: string[]): Command {
  const program = join(repositoryRoot, 'apps/indexer/dist/reindex.main.js')
  const env = { ...process.env, ...stageEnvironment(settings, 'indexer'), HEALTH_PORT: '0' }
  const child = spawn('node', [program, dataset, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stderr.pipe(process.stderr)
  const [lines, errors] = [linesOf(child.stdout), linesOf(child.stderr)]
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { lines, errors, kill: () => child.kill('SIGKILL'), ended }
}

function linesOf(input: Readable): string[] {
  const lines: string[] = []
  createInterface({ input }).on('line', (line) => lines.push(line))
  return lines
}

/** Shows logs with `tail`. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StackError } from './errors.ts'
import { logFile } from './processes/start.ts'
import type { Settings } from './settings.ts'

export async function showLogs({ runDir, env }: Settings): Promise<void> {
  const args = env['FOLLOW'] ? ['-n', '20', '-F'] : ['-n', '100']
  const tail = spawn('tail', [...args, ...logFiles(runDir, env['SERVICE'])], { stdio: 'inherit' })
  await new Promise((resolve) => tail.once('exit', resolve))
}

function logFiles(runDir: string, service: string | undefined): string[] {
  const folder = join(runDir, 'logs')
  const all = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.log')) : []
  if (all.length === 0) throw new StackError(`There are no logs in ${folder}: start the stack with make up.`)
  if (!service) return all.map((file) => join(folder, file))
  if (all.includes(`${service}.log`)) return [logFile(runDir, service)]
  throw new StackError(
    `SERVICE=${service} has no log. There are: ${all.map((file) => file.slice(0, -'.log'.length)).join(', ')}.`,
  )
}

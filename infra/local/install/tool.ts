/** Runs an installer (mvn, go, pip, …): its output goes to a log, and a failure becomes a sentence that says what to do. */
import { spawn } from 'node:child_process'
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { StackError } from '../errors.ts'
import { step } from '../say.ts'

export interface ToolRun {
  /** Whom the progress lines and the log are named after. */
  readonly name: string
  readonly what: string
  readonly program: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly log: string
  /** Ends the sentence "…failed. " */
  readonly wayOut: string
}

export async function runTool(run: ToolRun): Promise<void> {
  mkdirSync(dirname(run.log), { recursive: true })
  const progress = () => lastLines(run.log, 1)
  await step(run.name, run.what, () => runToEnd(run), progress)
}

async function runToEnd(run: ToolRun): Promise<void> {
  const code = await exitCode(run)
  if (code === 0) return
  throw new StackError(
    `${run.name}: ${run.what} failed (${run.program} ended with ${code}). ${run.wayOut}\n` +
      `The whole output is in ${run.log}; its end:\n${lastLines(run.log, 12)}`,
  )
}

function exitCode(run: ToolRun): Promise<number | string> {
  const output = openSync(run.log, 'w')
  const child = spawn(run.program, run.args, {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...run.env },
    cwd: run.cwd,
  })
  closeSync(output)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'no exit code'))
  })
}

export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return ''
  }
}

export function requireProgram(program: string, purpose: string, debianPackage: string): string {
  const found = findProgram(program)
  if (found) return found
  throw new StackError(
    `The program ${program} is missing; ${purpose}. Install it (on Debian: apt-get install ${debianPackage}), then run make up again.`,
  )
}

export function findProgram(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, program)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

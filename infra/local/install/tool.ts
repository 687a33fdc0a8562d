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

/** Runs one and shows that it is at it. */
export const runTool = (run: ToolRun): Promise<void> => step(run.name, run.what, () => runQuietly(run))

/** Runs one that is a part of a step which is shown. */
export async function runQuietly(run: ToolRun): Promise<void> {
  mkdirSync(dirname(run.log), { recursive: true })
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

/** Installers write lines of thousands of characters. */
const longestLine = 200

export function lastLines(file: string, count: number): string {
  const lines = textOf(file).trimEnd().split('\n').slice(-count)
  return lines.map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line)).join('\n')
}

export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
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

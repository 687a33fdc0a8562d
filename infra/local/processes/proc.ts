/** What Linux knows about processes. */
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessStat {
  readonly state: string
  readonly session: number
  /** In clock ticks since boot: with the boot's id and the pid it names one process for ever, while a pid alone is used again. */
  readonly start: number
}

export function processStat(pid: number): ProcessStat | undefined {
  const text = readProc(`${pid}/stat`)
  return text === undefined ? undefined : parseStat(text)
}

/** The second field is the program's name in parentheses, and may itself hold spaces and parentheses. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', session: Number(fields[3]), start: Number(fields[19]) }
}

export function allProcesses(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
}

export function bootId(): string {
  return readProc('sys/kernel/random/boot_id')?.trim() ?? ''
}

/** undefined when the process has ended meanwhile. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return undefined
  }
}

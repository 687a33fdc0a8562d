/** What is kept about a process that was started: enough to find exactly it again, and never another one. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allProcesses, bootId, processStat } from './proc.ts'

export interface ProcessIdentity {
  readonly pid: number
  readonly start: number
  readonly boot: string
}

export interface ProcessRecord extends ProcessIdentity {
  readonly name: string
  readonly address: string
  /** Those that must outlive it. */
  readonly needs: readonly string[]
  /** Digest of the variables that it was started with, where the user can change them. */
  readonly variables?: string
}

export function isAlive(record: ProcessIdentity): boolean {
  const stat = processStat(record.pid)
  return record.boot === bootId() && stat !== undefined && stat.start === record.start && stat.state !== 'Z'
}

/**
 * The process and its descendants. Each server is started as the leader of a session of its own, and Linux gives a session's number to
 * nobody else while a member lives: so children are found even when their leader was killed.
 */
export function membersOf(record: ProcessRecord): number[] {
  if (record.boot !== bootId()) return []
  const leader = processStat(record.pid)
  if (leader && leader.start !== record.start) return []
  return allProcesses().filter((pid) => {
    const stat = processStat(pid)
    return stat?.session === record.pid && stat.state !== 'Z'
  })
}

export function writeRecord(runDir: string, record: ProcessRecord): void {
  mkdirSync(folderOf(runDir), { recursive: true })
  writeFileSync(fileOf(runDir, record.name), `${JSON.stringify(record)}\n`)
}

export function readRecord(runDir: string, name: string): ProcessRecord | undefined {
  return readRecords(runDir).find((record) => record.name === name)
}

export function readRecords(runDir: string): ProcessRecord[] {
  return recordFiles(runDir).map((file) => JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord)
}

export function removeRecord(runDir: string, name: string): void {
  rmSync(fileOf(runDir, name), { force: true })
}

function recordFiles(runDir: string): string[] {
  mkdirSync(folderOf(runDir), { recursive: true })
  return readdirSync(folderOf(runDir)).map((file) => join(folderOf(runDir), file))
}

const folderOf = (runDir: string) => join(runDir, 'pids')
const fileOf = (runDir: string, name: string) => join(folderOf(runDir), `${name}.json`)

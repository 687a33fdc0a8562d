import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locked } from './lock.ts'
import { bootId, parseStat } from './proc.ts'
import { isAlive, membersOf, readRecords } from './record.ts'
import { startProcess } from './start.ts'
import { stopProcess } from './stop.ts'

describe('processes', () => {
  let runDir = ''
  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'processes-'))
  })
  afterEach(() => rmSync(runDir, { recursive: true }))

  const start = (script: string) =>
    startProcess(
      runDir,
      { name: 'test', address: '', needs: [] },
      { program: '/bin/sh', args: ['-c', script] },
    )

  it('stops a process and its children, and forgets them', async () => {
    const record = await start('sleep 60 & sleep 61')
    expect(isAlive(record)).toBe(true)
    await stopProcess(runDir, record)
    expect([isAlive(record), membersOf(record), readRecords(runDir)]).toEqual([false, [], []])
  })

  it('finds and stops the children of a leader that was killed', async () => {
    const record = await start('sleep 60 & sleep 61')
    await expect.poll(() => membersOf(record).length).toBe(3)
    process.kill(record.pid, 'SIGKILL')
    await expect.poll(() => [isAlive(record), membersOf(record).length]).toEqual([false, 2])
    await stopProcess(runDir, record)
    expect(membersOf(record)).toEqual([])
  })

  it('kills one that does not listen', async () => {
    const trapped = join(runDir, 'trapped')
    const record = await start(`trap "" TERM; touch ${trapped}; while :; do sleep 1; done`)
    await expect.poll(() => existsSync(trapped)).toBe(true)
    await stopProcess(runDir, record, 300)
    expect(membersOf(record)).toEqual([])
  })

  it('never touches a process that got the pid of ours later, or after a reboot', async () => {
    const other = await start('sleep 60')
    for (const stale of [
      { ...other, start: other.start - 1 },
      { ...other, boot: 'another' },
    ]) {
      expect([isAlive(stale), membersOf(stale)]).toEqual([false, []])
      await stopProcess(runDir, stale)
    }
    expect(isAlive(other)).toBe(true)
    await stopProcess(runDir, other)
  })

  it('lets only one command at a time change the stack, and ignores the lock of a dead one', async () => {
    const second = locked(runDir, () => locked(runDir, () => Promise.resolve()))
    await expect(second).rejects.toThrow(
      new RegExp(`Pid ${process.pid} is starting or stopping the stack in ${runDir}`),
    )
    writeFileSync(join(runDir, 'lock'), JSON.stringify({ pid: process.pid, start: 1, boot: bootId() }))
    await expect(locked(runDir, () => Promise.resolve())).resolves.toBeUndefined()
  })

  it('says which program is missing', async () => {
    const missing = startProcess(
      runDir,
      { name: 'test', address: '', needs: [] },
      { program: '/nowhere/kafka', args: [] },
    )
    await expect(missing).rejects.toThrow(/test could not be started: .*\/nowhere\/kafka/)
  })

  it('reads a stat line whose program name holds spaces and parentheses', () => {
    const fields = ['S', 1, 42, 41, ...Array<number>(15).fill(0), 777]
    expect(parseStat(`42 (a) b (c) ${fields.join(' ')}`)).toEqual({ state: 'S', session: 41, start: 777 })
  })
})

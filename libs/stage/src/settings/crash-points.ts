import { writeSync } from 'node:fs'

/**
 * Places between two effects that must not come apart. A fault test ends the process there, as a power cut would; who
 * does not ask for it pays a call of an empty function per transaction.
 */
export const crashPoints = [
  'after-take-over',
  'before-send',
  'after-send',
  'after-offsets',
  'after-commit',
  'while-fetching',
  'after-landing',
  'after-put',
  'after-bulk',
  'during-restore',
] as const
export type CrashPoint = (typeof crashPoints)[number]

/** Where to end, and at which passing of that point, counted from 1. `stop` freezes the process instead of ending it. */
export interface CrashAt {
  point: CrashPoint
  passing: number
  signal: 'SIGKILL' | 'SIGSTOP'
}

let armed: CrashAt | undefined

export function armCrashPoint(at: CrashAt | undefined): void {
  armed = at && { ...at }
}

export function crashPoint(point: CrashPoint): void {
  if (armed?.point !== point || --armed.passing > 0) return
  const { signal } = armed
  armed = undefined
  writeSync(2, `crash point ${point}\n`)
  process.kill(process.pid, signal)
}

/** @throws Error that names the points when the text is not `point`, `point:passing` or `point:passing:stop` */
export function parseCrashAt(text: string): CrashAt {
  const [, name, passing = '1', stop] = /^([a-z-]+)(?::([1-9]\d*))?(:stop)?$/.exec(text) ?? []
  const point = crashPoints.find((known) => known === name)
  if (!point)
    throw new Error(
      `expected one of ${crashPoints.join(', ')}, perhaps with :2 for its second passing and :stop to freeze`,
    )
  return { point, passing: Number(passing), signal: stop ? 'SIGSTOP' : 'SIGKILL' }
}

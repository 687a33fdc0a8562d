import { writeSync } from 'node:fs'

/**
 * Places between two effects that must not come apart. A fault test ends the process there, as a power cut would; who
 * does not ask for it pays a call of an empty function per transaction.
 */
export const crashPoints = [
  'before-send',
  'after-send',
  'after-offsets',
  'after-commit',
  'after-landing',
  'after-put',
  'after-bulk',
  'during-restore',
] as const
export type CrashPoint = (typeof crashPoints)[number]

/** Where to end, and at which passing of that point, counted from 1. */
export interface CrashAt {
  point: CrashPoint
  passing: number
}

let armed: CrashAt | undefined

export function armCrashPoint(at: CrashAt | undefined): void {
  armed = at && { ...at }
}

export function crashPoint(point: CrashPoint): void {
  if (armed?.point !== point || --armed.passing > 0) return
  writeSync(2, `crash point ${point}\n`)
  process.kill(process.pid, 'SIGKILL')
}

/** @throws Error that names the points when the text is not `point` or `point:passing` */
export function parseCrashAt(text: string): CrashAt {
  const [name, passing = '1'] = text.split(':')
  const point = crashPoints.find((known) => known === name)
  if (!point || !/^[1-9]\d*$/.test(passing))
    throw new Error(`expected one of ${crashPoints.join(', ')}, perhaps with :2 for its second passing`)
  return { point, passing: Number(passing) }
}

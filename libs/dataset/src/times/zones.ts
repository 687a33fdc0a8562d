/** Local times of a named zone, by the tz data of this Node. */

import { zoneNames } from './zone-names.ts'

const dayMs = 86_400_000
/** Days whose offset is remembered: 50 years, some 2 MB. */
const mostDays = 20_000

/** `earlier` and `later` are instants, equal but for the two odd hours of a year: the one that is twice, and the one that is not. */
export interface Instants {
  earlier: number
  later: number
  odd?: 'twice' | 'never'
}

/** Of a local time, given as if it were UTC, in ms since 1970. */
export type LocalTimes = (local: number) => Instants

export const isZone = (name: string): boolean => zoneNames.has(name)

/** A day without a change of the clock costs nothing but a look at its offset. */
export function localTimes(zone: string): LocalTimes {
  const offsetAt = offsetsOf(zone)
  const days = new Map<number, number | null>()
  const offsetOf = (day: number) => {
    if (days.size >= mostDays) days.clear()
    const around = offsetsAround(day, offsetAt)
    const offset = around.size === 1 ? [...around][0]! : null
    days.set(day, offset)
    return offset
  }
  return (local) => {
    const day = Math.floor(local / dayMs)
    const known = days.get(day)
    const offset = known === undefined ? offsetOf(day) : known
    if (offset !== null) return { earlier: local - offset, later: local - offset }
    return judged(local, [...offsetsAround(day, offsetAt)], offsetAt)
  }
}

/** A day is somewhere in the three days around it in UTC. */
const offsetsAround = (day: number, offsetAt: (ms: number) => number): Set<number> =>
  new Set([-1, 0, 1, 2].map((days) => offsetAt((day + days) * dayMs)))

function judged(local: number, offsets: number[], offsetAt: (ms: number) => number): Instants {
  const instants = offsets.map((offset) => local - offset)
  const real = instants.filter((instant) => offsetAt(instant) === local - instant)
  const [earlier, later] = [Math.min(...real), Math.max(...real)]
  if (real.length > 0) return { earlier, later, ...(later > earlier ? { odd: 'twice' } : {}) }
  // of the two offsets of the change, however many others there are in these days
  const near = nearest(local, instants, offsetAt)
  return { earlier: Math.min(...near), later: Math.max(...near), odd: 'never' }
}

/** By the offset before the change the instant lies behind it, and by the one behind it before it. */
const nearest = (local: number, instants: number[], offsetAt: (ms: number) => number): number[] =>
  instants.map((instant) => local - offsetAt(instant))

/** Milliseconds that a zone is ahead of UTC at an instant, by what Intl writes: `GMT`, `GMT+01:00` or `GMT-00:44:30`. */
function offsetsOf(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    timeZoneName: 'longOffset',
    year: 'numeric',
  })
  return (ms) => {
    const [, sign, hours, minutes, seconds = '0'] =
      /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(ms)) ?? []
    if (sign === undefined) return 0
    const size = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
    return (sign === '-' ? -1000 : 1000) * size
  }
}

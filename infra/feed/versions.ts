import type { Quake } from './quake.ts'
import { hash, integer, seeded } from './random.ts'

const HOUR = 3_600_000

/** What the agency publishes hours later: a newer `updated`, a reviewed status, and numbers that moved a little. */
export function revised(quake: Quake): Quake {
  const random = seeded(hash(`${quake.id} revised`))
  return {
    ...quake,
    updated: quake.updated + integer(random, HOUR, 48 * HOUR),
    mag: nudge(quake.mag, random() * 0.4 - 0.2),
    depth: nudge(quake.depth, random() * 2 - 1),
    magNst: integer(random, 3, 60),
    status: 'reviewed',
    locationSource: quake.net,
    magSource: quake.net,
  }
}

/** What the agency published earlier, and a cache somewhere still serves: it must never win. */
export function stale(quake: Quake): Quake {
  const updated = quake.time + Math.floor((quake.updated - quake.time) / 2)
  return { ...quake, updated, mag: nudge(quake.mag, 0.3), nst: null, status: 'automatic' }
}

/** A first, automatic version of a few events has no magnitude yet, or no depth. Both are valid. */
export function unmeasured(quake: Quake): Quake {
  const draw = seeded(hash(`${quake.id} unmeasured`))()
  if (draw < 0.01) return { ...quake, mag: null, magType: null }
  return draw < 0.02 ? { ...quake, depth: null } : quake
}

function nudge(value: number | null, by: number): number | null {
  return value === null ? null : Math.round((value + by) * 100) / 100
}

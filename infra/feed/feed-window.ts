import { BREAKAGES, BROKEN_KINDS, type BrokenKind } from './broken.ts'
import { soundRow } from './dirt.ts'
import { expectation, type Expectation, type Line } from './expectation.ts'
import { HEADER, type Quake } from './quake.ts'
import { hash, seeded } from './random.ts'
import { realEvents } from './real-events.ts'
import { revised, stale, unmeasured } from './versions.ts'

/** Window 1 ends and window 2 goes on after the 507 newest of the 1,707 events; the windows share 800. */
const NEW = 507
const SHARED = 800

const BROKEN_OF_EACH_KIND = 3

type Place = { time: number; lines: Line[] }

/**
 * What the feed serves as window `n`, and what must come of it when the windows are imported in order. Deterministic:
 * the same bytes on every call.
 */
export function feedWindow(n: 1 | 2): { csv: Buffer; expected: Expectation } {
  const events = realEvents()
  const older = events.slice(NEW).map((event) => sound(event))
  if (n === 1) return { csv: csvOf(older), expected: expectation(older, new Map()) }
  const recent = recentLines(events)
  return { csv: csvOf(recent), expected: expectation(recent, expectation(older, new Map()).newest) }
}

function csvOf(lines: Line[]): Buffer {
  const newline = Buffer.from('\n')
  return Buffer.concat([Buffer.from(`${HEADER}\n`), ...lines.flatMap((line) => [line.bytes, newline])])
}

function sound(quake: Quake): Line {
  return { quake, bytes: Buffer.from(soundRow(quake)) }
}

/** Broken rows stand before the sound ones of the same time: a refused row must not claim its key's version. */
function recentLines(events: Quake[]): Line[] {
  const fresh = events.slice(0, NEW).map((event) => place(freshVersions(unmeasured(event))))
  const shared = events.slice(NEW, NEW + SHARED).map((event) => place(sharedVersions(event)))
  const { scattered, last } = brokenPlaces(events)
  const places = [...scattered, ...fresh, ...shared].sort((a, b) => b.time - a.time)
  return [...places.flatMap((each) => each.lines), last]
}

function place(versions: Quake[]): Place {
  return { time: versions[0]!.time, lines: versions.map(sound) }
}

/** What window 2 holds of an event that window 1 had: mostly the same version, often a newer one, sometimes an older. */
function sharedVersions(event: Quake): Quake[] {
  const draw = drawFor(event)
  if (draw < 0.55) return [event]
  if (draw < 0.8) return [revised(event)]
  if (draw < 0.9) return [stale(event)]
  return draw < 0.95 ? [revised(event), event] : [event, event]
}

/** A new event may already come twice in the file that brings it, in either order of its versions. */
function freshVersions(event: Quake): Quake[] {
  const draw = drawFor(event)
  if (draw < 0.04) return [event, event]
  if (draw < 0.08) return [event, revised(event)]
  return draw < 0.12 ? [event, stale(event)] : [event]
}

function drawFor(event: Quake): number {
  return seeded(hash(`${event.id} window 2`))()
}

/**
 * The broken rows of every kind, spread over the window. The first of a kind carries the id of a real event and a
 * later `updated` than its sound rows; the others carry ids that occur nowhere else and may not reach the output.
 */
function brokenPlaces(events: Quake[]): { scattered: Place[]; last: Line } {
  const hosts = events.slice(0, NEW + SHARED).filter((event) => event.place.includes(','))
  const twins = hosts.filter((event) => event.time <= events[NEW]!.time && drawFor(event) < 0.55)
  const kinds = BROKEN_KINDS.filter((kind) => kind !== 'unclosed-quote')
  const scattered = kinds.flatMap((kind, k) =>
    Array.from({ length: BROKEN_OF_EACH_KIND }, (_, i) => {
      const at = k + kinds.length * i
      const host = kind === 'stray-quote' ? twins[20 * at]! : hosts[60 * at + 7]!
      const row = broken(kind, i === 0 ? host : { ...host, id: `${host.net}broken${at}` })
      return { time: host.time, lines: kind === 'stray-quote' ? [row, shadow(host)] : [row] }
    }),
  )
  return { scattered, last: broken('unclosed-quote', { ...hosts.at(-1)!, id: 'cibroken-last' }) }
}

function broken(kind: BrokenKind, host: Quake): Line {
  const { by, field, spoil } = BREAKAGES[kind]
  const carrier = { ...host, updated: host.updated + 30 * 24 * 3_600_000 }
  return { bytes: spoil(carrier), broken: { kind, by, field, id: kind === 'empty-id' ? '' : carrier.id } }
}

/**
 * The row behind a stray quote: a further copy of a row that window 1 and window 2 both have. A reader that takes
 * up again at the next line counts one more duplicate; one that loses this row with the broken one loses nothing.
 */
function shadow(event: Quake): Line {
  return { ...sound(event), shadow: true }
}

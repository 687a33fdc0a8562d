import { hash, integer, pick, type Random } from './random.ts'
import type { Quake } from './quake.ts'
import { realEvents } from './real-events.ts'

/**
 * The profile of USGS's `all_month` of December 2015, 7,268 rows. The two networks without an event in our real week
 * (ismpkansas, ld: 0.6 % of the rows) are left out, as there is no place to put them.
 */
// prettier-ignore
const NETS = weighted({ ak: 2190, nc: 1474, ci: 1021, us: 804, nn: 728, pr: 259, mb: 245, hv: 182, uw: 153, uu: 104, nm: 57, se: 10 })
// prettier-ignore
const MAG_TYPES = weighted({ ml: 4496, md: 1702, mb: 567, Md: 365, mb_lg: 89, mwr: 26, mww: 9, mwp: 5, Ml: 3, mh: 2, mwb: 2, mw: 1, Mb: 1 })
const TYPES = weighted({
  earthquake: 7161,
  'quarry blast': 82,
  explosion: 22,
  'snow avalanche': 2,
  'rock burst': 1,
})
const MISSING = { nst: 0.347, gap: 0.239, dmin: 0.311, rms: 0.0014 }

type Quantiles = readonly (readonly [share: number, value: number])[]

/** The tail above p99 is Gutenberg and Richter's: one magnitude more, ten times fewer. */
// prettier-ignore
const MAG: Quantiles = [[0, -0.7], [0.01, -0.1], [0.05, 0.27], [0.25, 0.85], [0.5, 1.39], [0.75, 2.1], [0.95, 4.5], [0.99, 5.1], [0.999, 6.1], [1, 7.6]]
// prettier-ignore
const DEPTH: Quantiles = [[0, -2.29], [0.0154, 0], [0.25, 3.2], [0.5, 8.8], [0.75, 20.2], [0.95, 103], [0.99, 219], [1, 648]]
// prettier-ignore
const UPDATED_AFTER_MINUTES: Quantiles = [[0, 1], [0.05, 2], [0.496, 1440], [0.5, 1488], [0.95, 16_200], [1, 40_260]]

/** Not in the profile, which ends before these columns: our guess. */
const MISSING_ERRORS = { horizontalError: 0.34, magError: 0.25, magNst: 0.25 }

const DIRECTIONS = 'N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW'.split(' ')

/** The real events by network. Pāhala as the feed spells it today: a letter of two bytes. */
const hosts = Map.groupBy(realEvents().map(respelled), (event) => event.net)

/**
 * An event that never was, near one that was. `serial` makes the id: different serials, different ids. `magType` is as
 * the feed writes it, so not always in lower case.
 */
export function syntheticEvent(random: Random, serial: number, time: number): Quake {
  const net = NETS(random)
  const host = pick(random, hosts.get(net)!)
  const decimals = random() < 0.5 ? 4 : 7
  return {
    time,
    latitude: round(host.latitude + (random() - 0.5) / 10, decimals),
    longitude: round(Math.max(-180, Math.min(180, host.longitude + (random() - 0.5) / 10)), decimals),
    depth: round(at(DEPTH, random()), 2),
    mag: round(at(MAG, random()), 2),
    magType: MAG_TYPES(random),
    ...measures(random),
    net,
    id: `${net}${idCode(serial)}`,
    updated: time + Math.round(at(UPDATED_AFTER_MINUTES, random()) * 60_000),
    place: nearby(random, host.place),
    type: TYPES(random),
    status: random() < 0.71 ? 'reviewed' : 'automatic',
    locationSource: net,
    magSource: net,
  }
}

function measures(random: Random) {
  return {
    nst: unless(random, MISSING.nst, integer(random, 3, 90)),
    gap: unless(random, MISSING.gap, integer(random, 15, 340)),
    dmin: unless(random, MISSING.dmin, round(random() ** 3 * 4, 5)),
    rms: unless(random, MISSING.rms, round(random() * 1.2, 2)),
    horizontalError: unless(random, MISSING_ERRORS.horizontalError, round(random() * 5, 2)),
    depthError: round(random() * 12, 2),
    magError: unless(random, MISSING_ERRORS.magError, round(random() * 0.4, 3)),
    magNst: unless(random, MISSING_ERRORS.magNst, integer(random, 1, 120)),
  }
}

function unless(random: Random, share: number, value: number): number | null {
  return random() < share ? null : value
}

/** Multiplying by an odd number permutes the 32-bit numbers: codes look unordered and never meet. */
function idCode(serial: number): string {
  return (Math.imul(serial ^ hash('code'), 0x9e3779b1) >>> 0).toString().padStart(10, '0')
}

function respelled(event: Quake): Quake {
  return { ...event, place: event.place.replace('Pahala', 'Pāhala') }
}

/** The same town from elsewhere. */
function nearby(random: Random, place: string): string {
  const town = place.indexOf(' of ')
  if (town === -1) return place
  return `${integer(random, 1, 99)}km ${pick(random, DIRECTIONS)}${place.slice(town)}`
}

/** Draws a name as often as its weight says. A loop without closures: it runs three times per row of a million. */
function weighted<T extends string>(weights: Record<T, number>): (random: Random) => T {
  const names = Object.keys(weights) as T[]
  let total = 0
  const sums = names.map((name) => (total += weights[name]))
  return (random) => {
    const drawn = random() * total
    let i = 0
    while (sums[i]! <= drawn) i++
    return names[i]!
  }
}

/** The value below which a share of all values lies, on straight lines between the known ones. */
function at(quantiles: Quantiles, share: number): number {
  let i = 1
  while (quantiles[i]![0] <= share) i++
  const low = quantiles[i - 1]!
  const high = quantiles[i]!
  return low[1] + ((high[1] - low[1]) * (share - low[0])) / (high[0] - low[0])
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}

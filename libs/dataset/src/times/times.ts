import { anyFormats, compileFormat, type Parts } from './time-formats.ts'
import { localTimes, type Instants } from './zones.ts'

const dayMs = 86_400_000

/** How texts of a field are read as times. */
export interface Times {
  /** milliseconds (datetime) or days (date) since 1970 in UTC; undefined when the text is no such time */
  read: (text: string) => number | undefined
  /** whether the text is a time all right, but before the first or behind the last one that is allowed */
  isOutside: (text: string) => boolean
  /** how far a datetime lies behind the millisecond that it was cut to, in nanoseconds: 0 to 999,999 */
  fraction: (text: string) => number
  /** of a local time that is refused: one that the clock of its zone shows twice, or never */
  odd: (text: string) => 'twice' | 'never' | undefined
}

/** Of local times: in which zone, and which of two instants is meant in its odd hours. */
export interface TimeRules {
  locale?: string
  zone?: string
  oddHours?: 'earlier' | 'later'
}

/**
 * The years 1 to 9999, judged in UTC: what every reader behind us holds (Python and pandas have no year 0), and what keeps
 * `dt=` of the lake a date. A zone may carry a text of these years out of them.
 */
const firstMs = Date.parse('0001-01-01T00:00:00.000Z')
const lastMs = Date.parse('9999-12-31T23:59:59.999Z')
const isWithin = (ms: number) => ms >= firstMs && ms <= lastMs

type Reader = (text: string) => number | undefined
type PartsReader = (text: string) => Parts | undefined

/**
 * `default` is ISO 8601, `any` that or a form that can be read in one way only; anything else is a pattern. `time-formats.ts`
 * knows both. A time without a zone is one of `zone`, or UTC. What is finer than a millisecond is cut off.
 * @throws what `refuse` makes of the reason, for a pattern that cannot be understood
 */
export function compileTimes(
  type: 'date' | 'datetime',
  format: string,
  refuse: (expected: string) => Error,
  { locale, zone, oddHours }: TimeRules = {},
): Times {
  const parts = partsReader(type, format, refuse, locale)
  const local = zone === undefined ? undefined : localTimes(zone)
  const instants = (text: string): Instants | undefined => {
    const said = parts(text)
    const ms = assemble(said)
    if (ms === undefined || said?.z !== undefined) return ms === undefined ? ms : { earlier: ms, later: ms }
    return local!(ms)
  }
  const ofZone = (text: string) => {
    const found = instants(text)
    return found?.odd && !oddHours ? undefined : found?.[oddHours ?? 'earlier']
  }
  const far: Reader = local ? ofZone : (text) => assemble(parts(text))
  const odd = (text: string) => (local && !oddHours ? instants(text)?.odd : undefined)
  const read: Reader = (text) => within(far(text))
  const isOutside = (text: string) => {
    const found = far(text)
    return found !== undefined && !isWithin(found)
  }
  const exact = (text: string) => nanoseconds(parts(text)?.f)
  if (type === 'date') return { read: inDays(read), isOutside, fraction: exact, odd }
  if (format !== 'default' && format !== 'any') return { read, isOutside, fraction: exact, odd }
  const fraction = (text: string) => (isTooShortForFraction(text) ? 0 : exact(text))
  return { read: (text) => within(readFixed(text)) ?? read(text), isOutside, fraction, odd }
}

function partsReader(
  type: string,
  format: string,
  refuse: (expected: string) => Error,
  locale: string | undefined,
): PartsReader {
  const iso: PartsReader =
    type === 'date' ? (text) => (text.length === 10 ? isoParts(text) : undefined) : isoParts
  if (format === 'default') return iso
  if (format !== 'any') return compileFormat(format, refuse, locale)
  const readers = [iso, ...anyFormats(type === 'datetime').map((form) => compileFormat(form, refuse))]
  return (text) => {
    for (const read of readers) {
      const parts = read(text)
      if (parts) return parts
    }
    return undefined
  }
}

const within = (ms: number | undefined) => (ms !== undefined && isWithin(ms) ? ms : undefined)

const inDays =
  (read: Reader): Reader =>
  (text) => {
    const ms = read(text)
    return ms === undefined || ms % dayMs !== 0 ? undefined : ms / dayMs
  }

/** An ISO time has no room for more than three digits below 24 characters, nor where the 24th is a `Z`. */
const isTooShortForFraction = (text: string) =>
  text.length < 24 || (text.length === 24 && text.charCodeAt(23) === 0x5a)

const nanoseconds = (fraction: string | undefined) => Number((fraction ?? '').padEnd(9, '0').slice(3))

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/

function isoParts(text: string): Parts | undefined {
  const m = iso.exec(text)
  return m ? { Y: m[1], m: m[2], d: m[3], H: m[4], M: m[5], S: m[6], f: m[7], z: m[8] } : undefined
}

/** `2018-02-07T18:21:03.040Z` without a regular expression: the form that nearly every machine writes. */
// eslint-disable-next-line complexity -- once per time cell: each test is one comparison
function readFixed(text: string): number | undefined {
  if (text.length !== 24 || text.charCodeAt(23) !== 0x5a) return undefined
  if (text.charCodeAt(10) !== 0x54 || text.charCodeAt(19) !== 0x2e) return undefined
  if (
    text.charCodeAt(4) !== 0x2d ||
    text.charCodeAt(7) !== 0x2d ||
    text.charCodeAt(13) !== 0x3a ||
    text.charCodeAt(16) !== 0x3a
  )
    return undefined
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 7)
  const day = digits(text, 8, 10)
  const time =
    digits(text, 11, 13) * 3_600_000 +
    digits(text, 14, 16) * 60_000 +
    digits(text, 17, 19) * 1000 +
    digits(text, 20, 23)
  // NaN anywhere makes the sum NaN
  if (!(time < dayMs) || digits(text, 14, 16) > 59 || digits(text, 17, 19) > 59) return undefined
  const date = daysOf(year, month, day)
  return date === undefined ? undefined : date * dayMs + time
}

function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return NaN
    value = value * 10 + digit
  }
  return value
}

/** Days since 1970 of a Gregorian date; undefined for NaN and the 30th of February. Formula: Howard Hinnant, days_from_civil. */
function daysOf(year: number, month: number, day: number): number | undefined {
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)))
    return undefined
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  )
}

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

// eslint-disable-next-line complexity -- a default per part that a format may lack
function assemble(parts: Parts | undefined): number | undefined {
  if (!parts) return undefined
  if (parts.s !== undefined || parts.Q !== undefined) return sinceEpoch(parts)
  const date = dateOf(parts)
  const [hour, minute, second] = [Number(parts.H ?? 0), Number(parts.M ?? 0), Number(parts.S ?? 0)]
  if (date === undefined || minute > 59 || second > 59) return undefined
  if (hour > 23 && !isEndOfDay(hour, minute, second, parts.f)) return undefined
  const fraction = milliseconds(parts.f)
  const zone = zoneMs(parts.z)
  if (zone === undefined) return undefined
  return date * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction - zone
}

const milliseconds = (fraction: string | undefined) => Number((fraction ?? '').slice(0, 3).padEnd(3, '0'))

/** Seconds or milliseconds since 1970. A fraction of what lies before it would be cut off in another direction, so that is no time. */
function sinceEpoch({ s, Q, f }: Parts): number | undefined {
  if (Q !== undefined) return Number(Q)
  return f !== undefined && s!.startsWith('-') ? undefined : Number(s) * 1000 + milliseconds(f)
}

/** `24:00` of a day is `00:00` of the next, by ISO 8601. */
const isEndOfDay = (hour: number, minute: number, second: number, fraction = '') =>
  hour === 24 && minute === 0 && second === 0 && /^0*$/.test(fraction)

function dateOf({ Y, m, d, j }: Parts): number | undefined {
  const year = Number(Y)
  if (j === undefined) return daysOf(year, Number(m ?? 1), Number(d ?? 1))
  const first = daysOf(year, 1, 1)
  return first === undefined || Number(j) > (isLeap(year) ? 366 : 365) ? undefined : first + Number(j) - 1
}

function zoneMs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), zone.length > 3 ? Number(zone.slice(-2)) : 0]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

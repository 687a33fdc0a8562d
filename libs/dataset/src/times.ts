const dayMs = 86_400_000

/** Reads text to milliseconds (datetime) or days (date) since 1970 in UTC; undefined when the text is no such time. */
export type TimeReader = (text: string) => number | undefined

/**
 * `default` is ISO 8601; anything else is a strptime pattern of %Y %y %m %d %H %M %S %f %z. A time without a zone is
 * UTC: the definition has no other to offer. What is finer than a millisecond is cut off.
 * @throws what `refuse` makes of the reason, for a pattern that cannot be understood
 */
export function compileTime(
  type: 'date' | 'datetime',
  format: string,
  refuse: (expected: string) => Error,
): TimeReader {
  const isDefault = format === 'default' || format === 'any'
  const read = isDefault ? readIso : patternReader(format, refuse)
  if (type === 'datetime') return read
  return (text) => {
    if (isDefault && text.length !== 10) return undefined
    const ms = read(text)
    return ms === undefined || ms % dayMs !== 0 ? undefined : ms / dayMs
  }
}

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/

function readIso(text: string): number | undefined {
  if (text.length === 24 && text.charCodeAt(23) === 0x5a) return readFixed(text) ?? readGroups(text)
  return readGroups(text)
}

/** `2018-02-07T18:21:03.040Z` without a regular expression: the form that nearly every machine writes. */
// eslint-disable-next-line complexity -- once per time cell: each test is one comparison
function readFixed(text: string): number | undefined {
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

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function readGroups(text: string): number | undefined {
  const m = iso.exec(text)
  if (!m) return undefined
  return assemble({ Y: m[1], m: m[2], d: m[3], H: m[4], M: m[5], S: m[6], f: m[7], z: m[8] })
}

type Parts = Partial<Record<string, string>>

// eslint-disable-next-line complexity -- a default per part that a format may lack
function assemble(parts: Parts): number | undefined {
  const year = parts.Y ?? (parts.y === undefined ? '1970' : (Number(parts.y) < 69 ? '20' : '19') + parts.y)
  const date = daysOf(Number(year), Number(parts.m ?? 1), Number(parts.d ?? 1))
  const [hour, minute, second] = [Number(parts.H ?? 0), Number(parts.M ?? 0), Number(parts.S ?? 0)]
  if (date === undefined || hour > 23 || minute > 59 || second > 59) return undefined
  const fraction = parts.f === undefined ? 0 : Number(parts.f.slice(0, 3).padEnd(3, '0'))
  const zone = zoneMs(parts.z)
  if (zone === undefined) return undefined
  return date * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction - zone
}

function zoneMs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/** The expressions of Python's strptime, so that both sides split `2020131` alike. */
const directives: Record<string, string> = {
  Y: '\\d{4}',
  y: '\\d\\d',
  m: '1[0-2]|0?[1-9]',
  d: '3[01]|[12]\\d|0?[1-9]',
  H: '2[0-3]|[01]\\d|\\d',
  M: '[0-5]\\d|\\d',
  S: '[0-5]\\d|\\d',
  f: '\\d{1,9}',
  z: 'Z|[+-]\\d\\d:?\\d\\d',
}

function patternReader(format: string, refuse: (expected: string) => Error): TimeReader {
  const used = new Set<string>()
  const source = format.replace(/%(.?)|([^%])/gsu, (_, directive: string, literal?: string) => {
    if (literal !== undefined) return literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    const expression = directives[directive]
    if (expression === undefined)
      throw refuse(
        `%${directive} in "${format}" is not supported; known are %${Object.keys(directives).join(' %')}`,
      )
    if (used.has(directive)) throw refuse(`"${format}" has %${directive} twice`)
    used.add(directive)
    return `(?<${directive}>${expression})`
  })
  if (!used.has('Y') && !used.has('y')) throw refuse(`"${format}" is no time format: %Y or %y is missing`)
  const regex = new RegExp(`^${source}$`)
  return (text) => {
    const match = regex.exec(text)
    return match ? assemble({ ...match.groups }) : undefined
  }
}

import { timeWords, type TimeWords } from './time-words.ts'

/** What a text says of a time, each in digits. `Y` has four of them; `z` is `Z` or an offset; `s` and `Q` say all of it. */
export type Parts = Partial<Record<'Y' | 'm' | 'd' | 'j' | 'H' | 'M' | 'S' | 'f' | 'z' | 's' | 'Q', string>>

/**
 * Python's strptime in its C locale: the expressions are its own, so that both sides split `2020131` alike. It has no hour 24, which is
 * tried last, and no `%q`, `%s` and `%Q`, which d3-time-format has.
 */
const directives: Record<string, string> = {
  Y: '\\d{4}',
  y: '\\d\\d',
  m: '1[0-2]|0?[1-9]',
  q: '[1-4]',
  d: '3[01]|[12]\\d|0?[1-9]',
  e: '3[01]|[12]\\d|[0 ]?[1-9]',
  j: '36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]',
  H: '2[0-3]|[01]\\d|\\d|24',
  I: '1[0-2]|0?[1-9]',
  M: '[0-5]\\d|\\d',
  S: '[0-5]\\d|\\d',
  f: '\\d{1,9}',
  z: 'Z|[+-]\\d\\d:?\\d\\d',
  Z: '[uU][tT][cC]|[gG][mM][tT]|[zZ]',
  s: '-?\\d{1,12}',
  Q: '-?\\d{1,15}',
}

const known = '%Y %y %m %b %B %q %d %e %j %a %A %H %I %p %M %S %f %z %Z %s %Q %%'

/** Words for one and the same thing: of two of them, one could say another thing than the other. */
const rivals = ['Y y', 'm b B q j', 'd e j', 'q d', 'q e', 'H I', 'a A', 'z Z'].map((names) =>
  names.split(' '),
)

/**
 * Compiles a strptime pattern: a reader of what a text says, undefined for a text of another form. White space in the pattern
 * stands for any amount of it, as in strptime; any other character for itself.
 * @throws what `refuse` makes of the reason, for a pattern that cannot be understood
 */
export function compileFormat(
  format: string,
  refuse: (expected: string) => Error,
  locale = 'en',
): (text: string) => Parts | undefined {
  const words = timeWords(locale)
  const expressions: Record<string, string> = { ...directives, ...words.expressions }
  const used = new Set<string>()
  const source = format.replace(
    /%(.?)|([ \t]+)|([^%])/gsu,
    (_, name: string, space?: string, literal?: string) => {
      if (space !== undefined) return '[ \\t]+'
      if (literal !== undefined) return literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
      if (name === '%') return '%'
      const expression = expressions[name]
      if (expression === undefined)
        throw refuse(`%${name} in "${format}" is not supported; known are ${known}`)
      if (used.has(name)) throw refuse(`"${format}" has %${name} twice`)
      used.add(name)
      return `(?<${name}>${expression})`
    },
  )
  const wrong = contradiction(used)
  if (wrong !== undefined) throw refuse(`"${format}" ${wrong}`)
  const regex = new RegExp(`^${source}$`)
  return (text) => {
    const match = regex.exec(text) ?? (accents.test(text) ? regex.exec(text.normalize('NFC')) : null)
    return match ? partsOf(match.groups!, words) : undefined
  }
}

/** Apart from their letters, as some systems write them. */
const accents = /[\u0300-\u036f]/

/** What keeps directives from telling one time. */
function contradiction(used: Set<string>): string | undefined {
  const instant = ['s', 'Q'].find((name) => used.has(name))
  if (instant !== undefined) {
    const more = [...used].filter((name) => name !== instant && (instant === 'Q' || name !== 'f'))
    return more.length > 0 ? `has %${more[0]} beside %${instant}, which says all of a time` : undefined
  }
  if (!used.has('Y') && !used.has('y')) return 'is no time format: %Y, %y, %s or %Q is missing'
  for (const names of rivals) {
    const both = names.filter((name) => used.has(name))
    if (both.length > 1) return `has %${both.join(' and %')}, which say the same`
  }
  if (used.has('I') !== used.has('p'))
    return 'needs %I and %p together: an hour of 12, and which half of the day'
  return undefined
}

function partsOf(said: Partial<Record<string, string>>, words: TimeWords): Parts {
  const { d, j, H, M, S, f, z, s, Q } = said
  if (s !== undefined || Q !== undefined) return { s, Q, f, z: 'Z' }
  return {
    ...{ Y: said.Y ?? fullYear(said.y!), m: monthOf(said, words), d: d ?? said.e?.trim(), j },
    ...{ H: H ?? hourOf(said.I, said.p, words), M, S, f, z: z ?? (said.Z && 'Z') },
  }
}

/** Of a quarter its first. */
function monthOf({ m, b, B, q }: Partial<Record<string, string>>, words: TimeWords): string | undefined {
  const name = b ?? B
  if (q !== undefined) return String(Number(q) * 3 - 2)
  return m ?? (name && String(words.monthOf(name)))
}

const fullYear = (two: string) => (Number(two) < 69 ? '20' : '19') + two

function hourOf(hour: string | undefined, half: string | undefined, words: TimeWords): string | undefined {
  if (hour === undefined || half === undefined) return undefined
  return String((Number(hour) % 12) + (words.isAfternoon(half) ? 12 : 0))
}

/** Dates that can be read in one way only: the year first, or the month in letters. */
const anyDates = ['%Y/%m/%d', '%Y.%m.%d']
for (const month of ['%b', '%B'])
  anyDates.push(`%d ${month} %Y`, `%d-${month}-%Y`, `${month} %d, %Y`, `${month} %d %Y`)
const anyClocks = ['%H:%M', '%H:%M:%S', '%I:%M %p', '%I:%M:%S %p']
const mail = '%a, %d %b %Y %H:%M:%S'

/** The patterns that the format `any` tries behind ISO 8601, in their order. */
export function anyFormats(withClock: boolean): string[] {
  if (!withClock) return anyDates
  const times = anyDates.flatMap((date) => anyClocks.map((clock) => `${date} ${clock}`))
  return [...anyDates, ...times, `${mail} %z`, `${mail} %Z`]
}

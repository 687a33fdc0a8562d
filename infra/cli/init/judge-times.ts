/** Whether the texts of a column are times, and written how: by the readers of the stages. */
import { counted } from './findings.ts'
import { judgeOrder } from './judge-order.ts'
import { fits, readerOf, type TimesFound, type TimesUnclear, type TimeType } from './read-times.ts'
import { localesOf, namedForms } from './time-locales.ts'
import { dateForms, datetimeForms, otherMeaning, zonedForms } from './time-forms.ts'

/** Of no form but the compact ones: hundreds of others need not be tried. */
const isNumber = /^[+-]?\d+(\.\d+)?$/
const couldBeTime = /^(?=.*\d)[\w :/.,+-]{6,40}$/

/** @param texts without what means "no value", in the order of the file */
export function judgeTimes(texts: string[], name: string): TimesFound | TimesUnclear | undefined {
  if (texts.length === 0) return undefined
  const plain = judgeMidnights(texts) ?? judgePlain(texts, name)
  if (plain || texts.every((text) => isNumber.test(text))) return plain
  return (
    judgeNames(texts, name) ??
    judgeHours(texts, name) ??
    judgeZoned(texts) ??
    judgeSpans(texts, name) ??
    judgeForms(texts, name)
  )
}

const midnight = /[ T]00:00(?::00(?:\.0+)?)?([+-]\d\d(?::?\d\d)?)$/

/** Midnight by one offset in all seasons, as Pandas writes days of a place: as moments they would be of another day in UTC. */
function judgeMidnights(texts: string[]): TimesFound | undefined {
  const [end, offset] = midnight.exec(texts[0]!) ?? []
  if (end === undefined || isZero(offset!) || !texts.every((text) => text.endsWith(end))) return undefined
  const format = `%Y-%m-%d${end}`
  return fits(texts, 'date', format) && areOfAllSeasons(texts)
    ? { type: 'date', format, why: 'midnight by one offset', isGuess: false }
    : undefined
}

/** Where clocks are put forward, one of these has another offset. */
const areOfAllSeasons = (texts: string[]): boolean => {
  const months = new Set(texts.map((text) => text.slice(5, 7)))
  return ['01', '04', '07', '10'].every((month) => months.has(month))
}

const isZero = (offset: string) => /^[+-]00(:?00)?$/.test(offset)

/** Where the offset changes, or may in another season, no format says that they are days. */
export const midnightDoubt = (texts: string[]): string | undefined =>
  texts.every((text) => midnight.test(text)) && !texts.every((text) => isZero(midnight.exec(text)![1]!))
    ? 'its times are all midnight by offsets of a place, and as moments of another day in UTC: days without a clock would say what is meant'
    : undefined

/** So many forms in one column are hardly forms of times. */
const mostForms = 4

/** Times of several forms, told by the signs in them: a column has one. */
function judgeForms(texts: string[], name: string): TimesUnclear | undefined {
  if (!texts.slice(0, 100).every((text) => couldBeTime.test(text))) return undefined
  const byShape = new Map<string, string[]>()
  for (const text of texts) {
    const shape = text.replace(/\d+/g, '0').replace(/[a-z]+/gi, 'a')
    const same = byShape.get(shape)
    if (same) same.push(text)
    else byShape.set(shape, [text])
    if (byShape.size > mostForms) return undefined
  }
  if (byShape.size < 2) return undefined
  const found = [...byShape.values()].map((some) => judgePlain(some, name))
  if (!found.every((one) => one !== undefined)) return undefined
  const said = found.map((one, i) => {
    const form = 'unclear' in one ? one.unclear : one.format.replace(/^default$/, 'ISO 8601')
    return `${form} (${counted([...byShape.values()][i]!.length, 'cell')})`
  })
  return {
    unclear: said.join(' and '),
    why: `times of several forms: ${said.join(' and ')}`,
    doubt: `its cells are times of several forms, ${said.join(' and ')}, and stay texts: a column is read by one. Write them alike in the file, as ISO 8601 is best`,
  }
}

/** `04.09.2023 17:35h` and `04.09.2023 17:35 Uhr` */
function judgeHours(texts: string[], name: string): TimesFound | TimesUnclear | undefined {
  const [end] = /(?<=\d) ?(?:h|hrs|Uhr)\.?$/.exec(texts[0]!) ?? []
  if (end === undefined || !texts.every((text) => text.endsWith(end))) return undefined
  const found = judgePlain(
    texts.map((text) => text.slice(0, -end.length)),
    name,
  )
  if (!found || 'unclear' in found) return found
  const format = `${found.format}${end}`
  return fits(texts, 'datetime', format) ? { ...found, format } : undefined
}

/** `01.01.2023 00:00 - 01.01.2023 01:00` */
function judgeSpans(texts: string[], name: string): TimesUnclear | undefined {
  const pairs = texts.map((text) => text.split(/ [-–—] | (?:to|bis|until) |\/(?=\d{4}-)/))
  if (!pairs.every(({ length }) => length === 2)) return undefined
  const [from, until] = [0, 1].map((i) =>
    judgePlain(
      pairs.map((pair) => pair[i]!),
      name,
    ),
  )
  if (!from || !until) return undefined
  return {
    unclear: 'a time from which and one until which',
    why: 'two times in each cell',
    doubt:
      'its cells are two times each, from and until, and stay texts: a column is of one time, so the file needs a column for each',
  }
}

/** The name of a zone behind the offset, which says all. */
function judgeZoned(texts: string[]): TimesFound | undefined {
  const zone = / ?\[[\w/+-]+\]$/.exec(texts[0]!)?.[0]
  if (zone === undefined || !texts.every((text) => text.endsWith(zone))) return undefined
  const format = zonedForms.map((form) => form + zone).find((form) => fits(texts, 'datetime', form))
  return format === undefined ? undefined : { type: 'datetime', format, why: '', isGuess: false }
}

function judgePlain(texts: string[], name: string): TimesFound | TimesUnclear | undefined {
  if (!texts.every((text) => couldBeTime.test(text))) return undefined
  const compact = compactForms.find((form) => isCompact(texts, form, name))
  if (compact)
    return {
      type: compact.type,
      format: compact.format,
      why: 'digits that are times all of them',
      isGuess: true,
    }
  if (texts.every((text) => isNumber.test(text))) return undefined
  const found = forms.find(([type, format]) => fits(texts, type, format))
  const meaning = found && otherMeaning(found[1], texts, name)
  if (meaning) return unclearOf(found[1], meaning)
  if (found && found[1] !== 'any') return judgeOrder(texts, ...found)
  return found && { type: found[0], format: 'any', why: 'several forms, each of one meaning', isGuess: false }
}

/** Names of months that several locales have are read alike by all of them, or it is not told which is meant. */
function judgeNames(texts: string[], name: string): TimesFound | TimesUnclear | undefined {
  const [found, ...others] = localesOf(texts).flatMap((locale) => {
    const form = namedForms.find(([type, format]) => fits(texts, type, format, locale))
    return form ? [{ locale, type: form[0], format: form[1] }] : []
  })
  if (!found) return undefined
  const { locale, type, format } = found
  const valuesOf = (one: typeof found) =>
    texts.map((text) => readerOf(one.type, one.format, one.locale)(text))
  const values = valuesOf(found)
  const odd = others.find((other) => valuesOf(other).some((value, i) => value !== values[i]))
  if (odd) return unclearOf(`${format} (${locale})`, `of the form ${odd.format} (${odd.locale})`)
  const meaning = otherMeaning(format, texts, name)
  if (meaning) return unclearOf(format, meaning)
  const alike = others.map((other) => other.locale).join(', ')
  return {
    ...{ type, format, locale, isGuess: others.length > 0 },
    why: `months of ${locale}${alike ? `; ${alike} would read them alike` : ''}`,
  }
}

const unclearOf = (format: string, meaning: string): TimesUnclear => ({
  unclear: `${format} and ${meaning}`,
  why: `${format} and ${meaning} both fit`,
  doubt: `its cells could be times of the form ${format}, or ${meaning}. If they are times, make it a date with this "format"`,
})

/** In the order in which they are tried: one form for all comes before a form for each. */
const forms: [TimeType, string][] = [
  ...dateForms.map((form): [TimeType, string] => ['date', form]),
  ...datetimeForms.map((form): [TimeType, string] => ['datetime', form]),
  ['date', 'any'],
  ['datetime', 'any'],
]

const timely = /date|day|time|datum|ymd/i
/** Numbers of so many digits are much else. */
const instant = /date|time|epoch|unix|(^|[_ .-])(ts|at|utc|ms|millis|seconds?)$/i
const compactForms: { type: TimeType; format: string; digits: RegExp; named: RegExp; enough: number }[] = [
  { type: 'date', format: '%Y%m%d', digits: /^(1[89]|20)\d{6}$/, named: timely, enough: 30 },
  { type: 'datetime', format: '%Y%m%d%H%M%S', digits: /^(19|20)\d{12}$/, named: timely, enough: 30 },
  { type: 'datetime', format: '%Y%j%H%M%S', digits: /^(19|20)\d{11}$/, named: timely, enough: 30 },
  { type: 'datetime', format: '%Y%m%d%H%M', digits: /^(19|20)\d{10}$/, named: timely, enough: 30 },
  { type: 'datetime', format: '%Y%m%d%H', digits: /^(19|20)\d{8}$/, named: timely, enough: 30 },
  {
    ...{ type: 'date', format: '%Y%m', digits: /^(1[789]|20)\d{4}$/ },
    ...{ named: /date|month|period|datum|monat|mois|yyyymm/i, enough: Infinity },
  },
  { type: 'datetime', format: '%s', digits: /^1\d{9}$/, named: instant, enough: Infinity },
  { type: 'datetime', format: '%s.%f', digits: /^1\d{9}\.\d{1,9}$/, named: instant, enough: Infinity },
  { type: 'datetime', format: '%Q', digits: /^1\d{12}$/, named: instant, enough: Infinity },
]

/** Numbers of so many digits that are times all of them; some may be so by chance, so the name has a say where they are not `enough`. */
const isCompact = (
  texts: string[],
  { type, format, digits, named, enough }: (typeof compactForms)[number],
  name: string,
): boolean =>
  texts.every((text) => digits.test(text)) &&
  fits(texts, type, format) &&
  (texts.length >= enough || named.test(name))

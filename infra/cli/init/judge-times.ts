/** Whether the texts of a column are times, and written how: by the readers of the stages. */
import { isProblem, readRules, type CellReader } from '@dsf/dataset'
import { fieldOf } from './field-of.ts'
import { localesOf, namedForms } from './time-locales.ts'
import { dateForms, datetimeForms, otherMeaning, otherWayRound } from './time-forms.ts'

export interface TimesFound {
  type: 'date' | 'datetime'
  format: string
  /** of its names, where they are not English */
  locale?: string
  why: string
  /** two forms fit, and only the order of the rows speaks for this one */
  isGuess: boolean
}

/** What cannot be told: the meanings that fit all the same, and what to look at. */
export interface TimesUnclear {
  unclear: string
  doubt: string
}

type TimeType = TimesFound['type']
const couldBeTime = /^(?=.*\d)[\w :/.,+-]{6,40}$/

const compiled = new Map<string, CellReader>()
function readerOf(type: TimeType, format: string, locale?: string): CellReader {
  const name = `${type} ${format} ${locale ?? ''}`
  const field = fieldOf('', type, { format, ...(locale === undefined ? {} : { locale }) })
  return compiled.get(name) ?? compiled.set(name, readRules(field)).get(name)!
}

const fits = (texts: string[], type: TimeType, format: string, locale?: string): boolean => {
  const read = readerOf(type, format, locale)
  return texts.every((text) => !isProblem(read(text)))
}

/** @param texts without what means "no value", in the order of the file */
export function judgeTimes(texts: string[], name: string): TimesFound | TimesUnclear | undefined {
  if (texts.length === 0) return undefined
  const plain = texts.every((text) => couldBeTime.test(text)) ? judgePlain(texts, name) : undefined
  return plain ?? judgeNames(texts, name)
}

function judgePlain(texts: string[], name: string): TimesFound | TimesUnclear | undefined {
  const compact = compactForms.find((form) => isCompact(texts, form, name))
  if (compact)
    return {
      type: compact.type,
      format: compact.format,
      why: 'digits that are times all of them',
      isGuess: true,
    }
  if (texts.every((text) => /^\d+$/.test(text))) return undefined
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
  doubt: `its cells could be times of the form ${format}, or ${meaning}. If they are times, make it a date with this "format"`,
})

/** In the order in which they are tried: one form for all comes before a form for each. */
const forms: [TimeType, string][] = [
  ...dateForms.map((form): [TimeType, string] => ['date', form]),
  ...datetimeForms.map((form): [TimeType, string] => ['datetime', form]),
  ['date', 'any'],
  ['datetime', 'any'],
]

const compactForms = [
  { type: 'date', format: '%Y%m%d', digits: /^(1[89]|20)\d{6}$/ },
  { type: 'datetime', format: '%Y%m%d%H%M%S', digits: /^(19|20)\d{12}$/ },
] as const

/** Numbers of so many digits that are times all of them; some may be so by chance, so the name has a say. */
const isCompact = (
  texts: string[],
  { type, format, digits }: (typeof compactForms)[number],
  name: string,
): boolean =>
  texts.every((text) => digits.test(text)) &&
  fits(texts, type, format) &&
  (texts.length >= 30 || /date|day|time|datum|ymd/i.test(name))

/** `01/02/2024` has two meanings. A day above the 12th tells them apart; otherwise rows that are in order. */
function judgeOrder(texts: string[], type: TimeType, format: string): TimesFound | TimesUnclear {
  const other = otherWayRound(format)
  if (!other || !fits(texts, type, other))
    return { type, format, why: other ? 'one of its numbers is above 12' : '', isGuess: false }
  const [thisWay, otherWay] = [format, other].map((form) => inOrder(texts, type, form)) as [number, number]
  if (Math.max(thisWay, otherWay) < 1 || thisWay === otherWay)
    return {
      unclear: `${format} and ${other}`,
      doubt: `day and month cannot be told apart: ${format} and ${other} both fit all cells. Make it a date with the right "format"`,
    }
  const why = `its rows are in order so, and not as ${thisWay === 1 ? other : format}`
  return { type, format: thisWay === 1 ? format : other, why, isGuess: true }
}

/** Share of the neighbours that follow each other upwards, or downwards; 0 when there are too few that differ. */
function inOrder(texts: string[], type: TimeType, format: string): number {
  const read = readerOf(type, format)
  const times = texts.map((text) => read(text) as number)
  const steps = times.slice(1).map((time, i) => Math.sign(time - times[i]!))
  const [up, down] = [1, -1].map((way) => steps.filter((step) => step === way).length) as [number, number]
  return up + down < 3 ? 0 : Math.max(up, down) / (up + down)
}

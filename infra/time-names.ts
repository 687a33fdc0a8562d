import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes `libs/dataset/src/times/time-names.ts`: how months, weekdays and halves of a day are called, from the CLDR data of this Node. The table is
 * committed, so that a newer Node does not change what a definition reads.
 *
 *     node_modules/.bin/node infra/time-names.ts
 */
const locales =
  'en de de-AT fr es ca it pt ro nl da sv nb fi et lv lt pl cs sk hu sl hr bg uk ru el tr id'.split(' ')

type Part = 'month' | 'weekday' | 'dayPeriod'

function names(locale: string, part: Part, count: number, ways: Intl.DateTimeFormatOptions[]): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const said = ways.map((way) => nameOf(locale, part, i, way))
    return [...new Set(said.map((name) => name.trim()).filter((name) => name !== '' && !/\d/.test(name)))]
  })
}

/** 2024-01-07 was a Sunday. */
function nameOf(locale: string, part: Part, i: number, way: Intl.DateTimeFormatOptions): string {
  const time = { month: [2024, i, 15], weekday: [2024, 0, 7 + i], dayPeriod: [2024, 0, 1, 2 + 12 * i] }[part]
  const [year, month, day, hour = 12] = time as [number, number, number, number?]
  const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...way })
  const parts = format.formatToParts(Date.UTC(year, month, day, hour))
  return parts.find(({ type }) => type === part)?.value ?? ''
}

const day = { day: 'numeric', year: 'numeric' } as const

function tableOf(locale: string) {
  const long = names(locale, 'month', 12, [{ month: 'long' }, { month: 'long', ...day }])
  const short = names(locale, 'month', 12, [{ month: 'short' }, { month: 'short', ...day }])
  const weekdays = names(locale, 'weekday', 7, [
    { weekday: 'long' },
    { weekday: 'long', month: 'long', ...day },
  ])
  const days = names(locale, 'weekday', 7, [
    { weekday: 'short' },
    { weekday: 'short', month: 'short', ...day },
  ])
  const halves = names(locale, 'dayPeriod', 2, [{ hour: 'numeric', hour12: true }])
  const all = {
    B: long,
    b: withoutPoints(short, beginnings(long, short)),
    A: weekdays,
    a: withoutPoints(days),
    p: halves.map((names, i) => [...names.map(blanks), ['AM', 'PM'][i]!]),
  }
  const months = [...long, ...short]
  const { p, ...named } = all
  return {
    ...mapValues(named, (some) => written(withoutAccents(withCapitals(some, locale), months))),
    p: written(withCapitals(p, locale)),
  }
}

const mapValues = <K extends string, V, R>(record: Record<K, V>, map: (value: V) => R) =>
  Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, map(value)]))

/** In capitals as the locale writes them, where small letters of no locale do not lead back: NİSAN, ΙΑΝΟΥΑΡΙΟΥ. */
const withCapitals = (names: string[][], locale: string): string[][] =>
  names.map((some) => [
    ...some,
    ...some
      .map((name) => name.toLocaleUpperCase(locale).normalize('NFC'))
      .filter((capitals, i) => capitals.toLowerCase() !== some[i]!.toLowerCase()),
  ])

/** As they are written where accents are not at hand, and in Greek capitals: fevrier, ΜΑΙΟΥ. Of no other month, nor of letters that are others without. */
const withoutAccents = (names: string[][], months: string[][]): string[][] =>
  names.map((some, i) => {
    const isOther = (name: string) =>
      months.some((others, j) => j % 12 !== i && others.map(plain).includes(name))
    const able = some.map(plain).filter((name) => !isOther(name) && !/\p{Script=Cyrillic}/u.test(name))
    return distinct([...some, ...able])
  })

const plain = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '')

/** In whatever case. */
const distinct = (names: string[]) =>
  names.filter((name, at) => names.findIndex((one) => one.toLowerCase() === name.toLowerCase()) === at)

const blanks = (name: string) => name.replace(/\s/g, ' ')

/** The first three letters of a whole name, where they are of one month only; four, where Intl writes that month as a number. */
function beginnings(long: string[][], short: string[][]): string[] {
  const isOfOne = (text: string, i: number) =>
    ![...long, ...short].some((names, j) => j % 12 !== i && names.some((name) => isBeginning(text, name)))
  const few = long.map(([name], i) => {
    const three = name!.slice(0, 3)
    return short[i]!.length > 0 || isOfOne(three, i) ? three : name!.slice(0, 4)
  })
  return few.map((text, i) => (isOfOne(text, i) ? text : ''))
}

const isBeginning = (text: string, name: string) => name.toLowerCase().startsWith(text.toLowerCase())

const withoutPoints = (names: string[][], more: string[] = []): string[][] =>
  names.map((some, i) => {
    const all = [...some, ...some.map((name) => name.replace(/\.$/, '')), more[i] ?? '']
    return distinct(all).filter((name) => name !== '')
  })

const written = (names: string[][]) => names.map((some) => [...new Set(some)].join('/')).join(',')

const lines = locales.map((locale) => [locale, tableOf(locale)] as const)
const text = `/**
 * How months (B, b), weekdays from Sunday on (A, a) and halves of a day (p) are called: whole and short, each with what else it is called.
 * Written by infra/time-names.ts from CLDR ${process.versions['cldr']}; not to be changed by hand.
 */
export const timeNames: Record<string, Record<'B' | 'b' | 'A' | 'a' | 'p', string>> = ${JSON.stringify(Object.fromEntries(lines), null, 2)}
`
writeFileSync(join(import.meta.dirname, '../libs/dataset/src/times/time-names.ts'), text)

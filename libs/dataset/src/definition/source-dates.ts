/** Dates in the address of a source, as in `{yyyy-MM-dd}`: the file of a day, or of an hour, in UTC. */

const letters = {
  yyyy: (date: Date) => String(date.getUTCFullYear()),
  yy: (date: Date) => String(date.getUTCFullYear()).slice(-2),
  MM: (date: Date) => String(date.getUTCMonth() + 1).padStart(2, '0'),
  dd: (date: Date) => String(date.getUTCDate()).padStart(2, '0'),
  DDD: (date: Date) =>
    String(1 + Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear())) / day)).padStart(3, '0'),
  HH: (date: Date) => String(date.getUTCHours()).padStart(2, '0'),
}
type Letter = keyof typeof letters

const hour = 3_600_000
const day = 24 * hour

const letter = /yyyy|yy|MM|DDD|dd|HH/g
/** A secret is named in braces, too. */
const braces = /(?<!\$)\{([-_./:\sTa-zA-Z]{1,40})\}/g

const isDate = (text: string): boolean => /[yMDdH]/.test(text) && /^[-_./T]*$/.test(text.replace(letter, ''))

/** The address with something else in the place of each date. */
const replaceDates = (url: string, replace: (date: string) => string): string =>
  url.replace(braces, (whole, text: string) => (isDate(text) ? replace(text) : whole))

/** The address as one of a day, to be judged like any other. What is no date stays in it. */
export const withoutDates = (url: string): string => replaceDates(url, () => '0')

/** Whether something looks like a date, and is none. */
export const hasMisspeltDate = (url: string): boolean =>
  [...withoutDates(url).matchAll(braces)].some(([, text]) => /yy/i.test(text!))

/** How many earlier ones are looked for, where the definition does not say. */
const usualLookBack = 7

/**
 * What the address becomes, newest first: at a time, and one, two, … `lookBack` steps earlier, each as long as the finest thing that it
 * names: an hour, a day, a month or a year. Undefined for an address without a date.
 * @param at ms since 1970
 */
export function datedAddresses(url: string, at: number, lookBack = usualLookBack): string[] | undefined {
  const named = new Set<string>()
  replaceDates(url, (text) => {
    for (const each of text.match(letter)!) named.add(each)
    return ''
  })
  if (named.size === 0) return undefined
  const dates = Array.from({ length: lookBack + 1 }, (_, i) => new Date(earlier(named, at, i)))
  const addresses = dates.map((date) =>
    replaceDates(url, (text) => text.replace(letter, (each) => letters[each as Letter](date))),
  )
  return [...new Set(addresses)]
}

function earlier(named: Set<string>, at: number, steps: number): number {
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  if (named.has('HH')) return at - (at % hour) - steps * hour
  if (named.has('dd') || named.has('DDD')) return at - (at % day) - steps * day
  return named.has('MM') ? Date.UTC(year, month - steps) : Date.UTC(year - steps)
}

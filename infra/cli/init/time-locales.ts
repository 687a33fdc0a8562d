/** Times with names of months that are not English: whose they are, and how they are written. */
import { timeNames } from '@dsf/dataset'

const days = [
  ...['%d %B %Y', '%d. %B %Y', '%d de %B de %Y', '%d de %B %Y', '%d-%B-%Y', '%B %d, %Y', '%Y. %B %d.'],
  ...['%d %b %Y', '%d. %b %Y', '%d-%b-%Y', '%d-%b-%y', '%d %b %y', '%d/%b/%Y', '%b %d, %Y', '%d de %b de %Y'],
  ...['%A, %d. %B %Y', '%A, %d %B %Y', '%A %d %B %Y', '%A, %d de %B de %Y', '%a %d %b %Y', '%a, %d. %b %Y'],
]
const months = ['%B %Y', '%B de %Y', '%b %Y', '%b-%Y', '%b-%y', '%b %y', '%Y-%b', '%Y %B', '%Y %b']
const clocks = [' %H:%M', ' %H:%M:%S', ', %H:%M', ', %H:%M:%S', ' %I:%M %p', ' %I:%M:%S %p']

export const namedForms: ['date' | 'datetime', string][] = [
  ...[...days, ...months].map((form): ['date', string] => ['date', form]),
  ...days.flatMap((day) => clocks.map((clock): ['datetime', string] => ['datetime', day + clock])),
]

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .match(/\p{L}+/gu) ?? []

const names = Object.entries(timeNames)
  .filter(([locale]) => locale !== 'en')
  .map(([locale, { B, b }]) => {
    const all = `${B},${b}`.split(/[,/]/)
    return [locale, new Set(all.map((name) => wordsOf(name).at(-1)!))] as const
  })

const couldBeTime = /^(?=.*\d)(?=.*\p{L}{2})[\p{L}\p{M}\d :/.,’'-]{6,60}$/u

/** Those in which each text has a month; none where the texts have none. */
export function localesOf(texts: string[]): string[] {
  const [first = ''] = texts
  if (!couldBeTime.test(first)) return []
  const able = names.filter(([, months]) => wordsOf(first).some((word) => months.has(word)))
  if (able.length === 0 || !texts.every((text) => couldBeTime.test(text))) return []
  const words = [...new Set(texts)].map(wordsOf)
  return able
    .filter(([, months]) => words.every((some) => some.some((word) => months.has(word))))
    .map(([locale]) => locale)
}

/** The forms in which times are commonly written, as patterns of the definition. */

const numeric = ['%Y/%m/%d', '%Y.%m.%d', '%d.%m.%Y', '%m/%d/%Y', '%d/%m/%Y', '%m-%d-%Y', '%d-%m-%Y']
const short = ['%m/%d/%y', '%d/%m/%y', '%d.%m.%y', '%m-%d-%y', '%d-%m-%y']
const named = ['%b', '%B'].flatMap((month) => [
  ...[`%d ${month} %Y`, `%d-${month}-%Y`, `%d-${month}-%y`, `%d ${month} %y`, `%d/${month}/%Y`],
  ...[
    `${month} %d %Y`,
    `${month} %d, %Y`,
    `%Y-${month}-%d`,
    `%Y ${month} %d`,
    `%a %d ${month} %Y`,
    `${month}-%d-%Y`,
  ],
])
const months = [
  '%Y-%m',
  '%Y/%m',
  '%m/%Y',
  '%b %Y',
  '%B %Y',
  '%b-%Y',
  '%b-%y',
  '%Y-%b',
  '%Y %b',
  '%Y %B',
  '%YM%m',
]
const quarters = [
  ...['%Y-Q%q', '%YQ%q', '%Y Q%q', '%Y/Q%q', '%Yq%q', '%Y-q%q', '%Y q%q'],
  ...['Q%q %Y', 'Q%q-%Y', 'Q%q/%Y', 'Q%q%Y', 'q%q %Y'],
]

export const dateForms = ['default', ...numeric, ...short, ...named, ...months, ...quarters, '%Y-%j']

const clocks = ['%H:%M', '%H:%M:%S', '%H:%M:%S.%f', '%I:%M %p', '%I:%M:%S %p', '%I:%M%p', '%I:%M:%S%p']
const days = ['%Y-%m-%d', '%Y%m%d', ...numeric, ...short, ...named]
const local = days.flatMap((day) => clocks.flatMap((clock) => [`${day} ${clock}`, `${day}, ${clock}`]))
const zoned = days.flatMap((day) =>
  ['%H:%M:%S', '%H:%M'].flatMap((clock) => [`${day} ${clock} %z`, `${day} ${clock}%z`, `${day} ${clock} %Z`]),
)
const ofPrograms = [
  ...['%a, %d %b %Y %H:%M:%S %z', '%a, %d %b %Y %H:%M:%S %Z', '%a %b %d %H:%M:%S %Y'],
  ...['%a %b %d %H:%M:%S %z %Y', '%a %b %d %H:%M:%S %Z %Y', '%d/%b/%Y:%H:%M:%S %z', '%Y%m%dT%H%M%S'],
  ...['%Y%m%dT%H%M%SZ', '%d%b%Y:%H:%M:%S', '%Y-%m-%d-%H', '%Y-%m-%d %H'],
]

export const datetimeForms = ['default', ...local, ...zoned, ...ofPrograms]

/** ISO 8601 as a pattern, for what stands behind it. */
export const zonedForms = [' ', 'T'].flatMap((between) =>
  ['%H:%M:%S', '%H:%M:%S.%f', '%H:%M'].map((clock) => `%Y-%m-%d${between}${clock}%z`),
)

/** The same with day and month the other way round; undefined where that is no numeric date. */
export function otherWayRound(form: string): string | undefined {
  if (/%d([./-])%m/.test(form)) return form.replace(/%d([./-])%m/, '%m$1%d')
  return /%m([./-])%d\1/.test(form) ? form.replace(/%m([./-])%d/, '%d$1%m') : undefined
}

/** Short forms that are also written for other things, unless the name of the column says that they are times. */
const meanings: {
  forms: string[]
  name: RegExp
  meaning: string
  isSo?: (text: string) => boolean
}[] = [
  {
    forms: ['%Y-%j'],
    name: /date|day|julian|doy|datum|time/i,
    meaning: 'numbers within a year, as 2023-001',
  },
  {
    ...{ forms: ['%Y-%m', '%Y/%m'], name: /month|monat|mois|date|period/i },
    meaning: 'seasons from a year to the next, as 2000-01',
    isSo: (text) => (Number(text.slice(2, 4)) + 1) % 100 === Number(text.slice(5)),
  },
  {
    ...{ forms: ['%b-%y'], name: /month|monat|mois/i, meaning: 'days of no year, as Jan-01' },
    isSo: (text) => Number(text.slice(-2)) >= 1 && Number(text.slice(-2)) <= 31,
  },
]

/** What else all texts of such a form could be; undefined when they can only be times. */
export const otherMeaning = (form: string, texts: string[], name: string): string | undefined =>
  meanings.find(
    ({ forms, name: named, isSo }) =>
      forms.includes(form) && !named.test(name) && (!isSo || texts.every(isSo)),
  )?.meaning

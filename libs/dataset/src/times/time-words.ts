import { timeNames } from './time-names.ts'

/** Names of one locale: expressions that find them, and what they stand for. */
export interface TimeWords {
  /** by directive */
  expressions: Record<'B' | 'b' | 'A' | 'a' | 'p', string>
  /** 1 to 12 */
  monthOf: (name: string) => number
  isAfternoon: (name: string) => boolean
}

export const locales = Object.keys(timeNames) as [string, ...string[]]

export function timeWords(locale: string): TimeWords {
  const table = timeNames[locale]!
  const months = new Map([...numbered(table.b), ...numbered(table.B)])
  const halves = numbered(table.p)
  return {
    expressions: {
      ...{ B: anyOf(table.B), b: anyOf(table.b) },
      ...{ A: anyOf(table.A), a: anyOf(table.a), p: anyOf(table.p) },
    },
    // as they are usually written at once, and in any other case behind that
    monthOf: (name) => 1 + (months.get(name) ?? months.get(plain(name)))!,
    isAfternoon: (name) => (halves.get(name) ?? halves.get(plain(name))) === 1,
  }
}

const plain = (name: string) => name.toLowerCase().replace(/[ \t\u00a0\u202f]/g, ' ')

function numbered(names: string): Map<string, number> {
  const pairs = names
    .split(',')
    .flatMap((some, i) => some.split('/').flatMap((name) => [[plain(name), i] as const, [name, i] as const]))
  return new Map(pairs)
}

const anyOf = (names: string) => names.split(/[,/]/).map(anyCase).join('|')

const anyCase = (name: string) =>
  Array.from(name, (c) => (c === ' ' ? '[ \\t\u00a0\u202f]' : letter(c))).join('')

/** Letters in either case, and nothing else: what surrounds a name keeps its own. Some have no way back, as the dotless i. */
function letter(c: string): string {
  const cases = new Set([c, c.toLowerCase(), c.toUpperCase()])
  const same = [...cases].filter((one) => one.length === 1 && one.toLowerCase() === c.toLowerCase())
  return same.length > 1 ? `[${same.join('')}]` : c.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')
}

/** Columns of two answers, in words of some languages. */
import type { Column } from './column.ts'

/** Whole words and letters of one language may stand in one column: `Y`, `N` and `No`. */
const truths: [yes: string[], no: string[]][] = [
  ['true t', 'false f'],
  ['yes y', 'no n'],
  ['on', 'off'],
  ['oui', 'non'],
  ['ja j', 'nein n'],
  ['ja', 'nee'],
  ['ja', 'nej'],
  ['ja', 'nei'],
  ['vrai', 'faux'],
  ['wahr', 'falsch'],
  ['si', 'no'],
  ['sí', 'no'],
  ['sim', 'não'],
  ['verdadero', 'falso'],
  ['tak', 'nie'],
  ['ano', 'ne'],
  ['igen', 'nem'],
  ['kyllä', 'ei'],
  ['evet', 'hayır'],
  ['да', 'нет'],
  ['はい', 'いいえ'],
  ['是', '否'],
].map((pair) => pair.map((words) => words.split(' ')) as [string[], string[]])

const mostSpellings = 8

/** @returns the spellings of the words in a column that has nothing but these, of both kinds; `true` and `false` may be alone */
export function truthOf(counts: Map<string, number>): Column['tokens'] {
  if (counts.size > mostSpellings) return undefined
  const words = new Set([...counts.keys()].map((text) => text.toLowerCase()))
  const isOf = ([yes, no]: [string[], string[]]) =>
    [...words].every((word) => yes.includes(word) || no.includes(word)) &&
    [yes, no].every((some) => some.some((word) => words.has(word)))
  const pair = truths.find(isOf)
  if (!pair && ![...words].every((word) => word === 'true' || word === 'false')) return undefined
  const [yes, no] = pair ?? [['true'], ['false']]
  const met = (some: string[]) => (pair ? some.filter((word) => words.has(word)) : some).flatMap(spellings)
  return { trueValues: met(yes), falseValues: met(no) }
}

const spellings = (word: string) => [
  ...new Set([word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()]),
]

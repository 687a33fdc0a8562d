/** What a column of a file holds, by the readers of the stages: whatever is found here, they read so. */
import type { FieldType } from '@dsf/dataset'
import type { Column } from './column.ts'
import { truthOf } from './find-truths.ts'
import { counted, sureOf } from './findings.ts'
import { judgeAsNumbers } from './judge-numbers.ts'
import { judgeTimes, midnightDoubt } from './judge-times.ts'

type Judged = Pick<Column, 'type' | 'format' | 'locale' | 'tokens' | 'marks' | 'doubt' | 'isMeasured'> & {
  why: string
  isGuess?: boolean
  /** numbers, some of which have a sign beside them */
  isFlagged?: boolean
}

/** What spreadsheets write where a formula failed, in English and in German, and databases for NULL: never a value, in any column. */
export const neverValues =
  '#N/A,#NV,#NULL!,#DIV/0!,#VALUE!,#WERT!,#REF!,#BEZUG!,#NAME?,#NUM!,#ZAHL!,\\N'.split(',')

/** What others write where there is no value. In a column of texts they may be texts, so they count in no such column. */
export const usualMissing = new Set([
  ...neverValues,
  ...'NA,N/A,n/a,na,NaN,nan,NAN,NULL,Null,null,None,none,NONE,-,--,---,.,..,...,:,?,<NA>,nil,missing,unknown,0000-00-00,0000-00-00 00:00:00,00/00/0000,00.00.0000,Inf,-Inf,inf,-inf,Infinity,-Infinity'.split(
    ',',
  ),
])

/** @param none marks that mean "no value", as other columns tell */
export function judgeColumn(name: string, at: number, cells: string[], none: string[] = []): Column {
  const texts = cells.map((cell) => cell.trim()).filter((text) => text !== '')
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  const rest = none.length === 0 ? texts : texts.filter((text) => !none.includes(text))
  const { judged, missing: found } = judgeTexts(rest, withoutAll(counts, none), name)
  const missing = [...none, ...found]
  const filled = texts.length - missing.reduce((sum, token) => sum + counts.get(token)!, 0)
  const sure = judged.isGuess || judged.doubt ? 'guess' : sureOf(judged.type === 'string' ? 500 : filled)
  const { isGuess: _, isFlagged: __, why, ...said } = judged
  return {
    ...{ name, at, ...said, missing, filled, cells: cells.length, sure },
    distinct: counts.size - missing.length,
    isProse: said.type === 'string' && isProse(rest),
    why: [why, holes(cells.length - texts.length, missing)].filter(Boolean).join('; '),
  }
}

/** The same column where these mean "no value", too: a guess, and told. */
export const judgeWithoutThese = (
  { name, at, missing }: Column,
  rows: string[][],
  tokens: string[],
  doubt: string,
): Column => ({
  ...judgeColumn(
    name,
    at,
    rows.map((row) => row[at]!),
    [...missing, ...tokens],
  ),
  sure: 'guess',
  doubt,
})

export const judgeAll = (names: string[], rows: string[][]): Column[] =>
  names.map((name, at) =>
    judgeColumn(
      name,
      at,
      rows.map((row) => row[at]!),
    ),
  )

const isProse = (texts: string[]) =>
  texts.length > 0 &&
  texts.reduce((sum, { length }) => sum + length, 0) / texts.length > 60 &&
  texts.filter((text) => text.includes(' ')).length > texts.length / 2

const quoted = (tokens: string[]) => tokens.map((token) => JSON.stringify(token)).join(', ')

const holes = (empty: number, missing: string[]) =>
  [
    ...(empty > 0 ? [`${counted(empty, 'cell')} empty`] : []),
    ...(missing.length > 0 ? [`${quoted(missing)} for none`] : []),
  ].join(', ')

type JudgedTexts = { judged: Judged; missing: string[] }

function judgeTexts(texts: string[], counts: Map<string, number>, name: string): JudgedTexts {
  const plain = judge(texts, counts, name)
  if (plain.type !== 'string' || texts.length === 0) return { judged: plain, missing: [] }
  const known = [...counts.keys()].filter((text) => usualMissing.has(text))
  if (known.length === counts.size && known.every((word) => infinite.test(word)))
    return {
      judged: { type: 'number', why: 'infinite numbers alone', doubt: aboutInfinite(known) },
      missing: known,
    }
  const doubt =
    known.length > 0
      ? { doubt: `${quoted(known)} is kept as a text, and may mean that there is no value` }
      : {}
  return judgeWithout(texts, counts, name, known) ?? { judged: { ...plain, ...doubt }, missing: [] }
}

/** What the others are, where some words are taken for "no value". */
function judgeWithout(
  texts: string[],
  counts: Map<string, number>,
  name: string,
  known: string[],
): JudgedTexts | undefined {
  const tried: [string[], string?][] = [[known, aboutInfinite(known)], strangers(texts, counts, known)]
  for (const [missing, doubt] of tried) {
    if (missing.length === 0) continue
    const rest = texts.filter((text) => !missing.includes(text))
    const judged = judge(rest, withoutAll(counts, missing), name)
    const isFound = (judged.type !== 'string' && !judged.tokens) || (judged.isFlagged && missing === known)
    if (rest.length > 0 && isFound) return { judged: { ...judged, ...(doubt ? { doubt } : {}) }, missing }
  }
  return undefined
}

const infinite = /^[+-]?inf(inity)?$/i

/** A number that is infinite is none here. */
function aboutInfinite(known: string[]): string | undefined {
  const some = known.filter((word) => infinite.test(word))
  return some.length === 0
    ? undefined
    : `${quoted(some)} is taken for "no value", because no number is infinite here`
}

/** One or two words that are no numbers, in a column that has hardly anything else. */
function strangers(texts: string[], counts: Map<string, number>, known: string[]): [string[], string?] {
  const words = [...counts.keys()].filter((text) => !/\d/.test(text))
  const strange = words.filter((word) => !known.includes(word))
  const share = words.reduce((sum, word) => sum + counts.get(word)!, 0) / Math.max(1, texts.length)
  if (strange.length === 0 || strange.length > 2 || share > 0.2 || texts.length < 20) return [[]]
  // a plus is a value: of a feature, a strand, a test
  if (strange.some((word) => word.length > 12 || word.startsWith('+'))) return [[]]
  return [words, `${quoted(strange)} is taken for "no value", because all other cells are numbers or times`]
}

function withoutAll(counts: Map<string, number>, tokens: string[]): Map<string, number> {
  const rest = new Map(counts)
  for (const token of tokens) rest.delete(token)
  return rest
}

// eslint-disable-next-line complexity -- a line for each type that is tried
function judge(texts: string[], counts: Map<string, number>, name: string): Judged {
  if (texts.length === 0)
    return { type: 'string', why: 'no cell has a value', doubt: 'it has no value, so its type is not known' }
  const all = `all ${counted(texts.length, 'cell')}`
  const tokens = truthOf(counts)
  if (tokens) return { type: 'boolean', tokens, why: `${all} are ${[...counts.keys()].join(' or ')}` }
  const times = judgeTimes(texts, name)
  if (times && 'format' in times) {
    const { type, format, locale, why, isGuess } = times
    const doubt = type === 'datetime' ? midnightDoubt(texts) : undefined
    const form = format === 'default' ? 'ISO 8601' : format
    return {
      ...{ type, format, isGuess },
      ...(locale === undefined ? {} : { locale }),
      ...(doubt === undefined ? {} : { doubt }),
      why: `${all} are ${form}${why ? `: ${why}` : ''}${isZoneless(type, texts[0]!) ? '; no zone, so UTC' : ''}`,
    }
  }
  if (times)
    return {
      type: 'string',
      why: times.why,
      doubt: times.doubt,
    }
  return judgeAsNumbers(texts, all, name) ?? { type: 'string', why: 'texts' }
}

const isZoneless = (type: FieldType, text: string) =>
  type === 'datetime' && !/(Z|[+-]\d\d:?\d\d|[+-]\d\d$|GMT|UTC)/i.test(text.slice(8))

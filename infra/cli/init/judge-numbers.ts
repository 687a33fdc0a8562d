/** Whether the texts of a column are numbers, written how: by the readers of the stages. */
import { isProblem, readRules } from '@dsf/dataset'
import type { Column, Marks } from './column.ts'
import { fieldOf } from './field-of.ts'
import { areDialed } from './key-names.ts'
import { signBeside } from './numbers-with-signs.ts'
import { areCodes, areMeasures, arePadded, twinsOf } from './padded-numbers.ts'

type Judged = Pick<Column, 'type' | 'marks' | 'doubt' | 'isMeasured'> & { why: string; isFlagged?: boolean }

/** @param all what they are called */
export const judgeAsNumbers = (texts: string[], all: string, name: string): Judged | undefined =>
  judgeDialed(texts, name) ??
  judgeCodes(texts, name) ??
  judgeNumbers(texts, all) ??
  judgeMeasures(texts, all) ??
  judgeFlagged(texts)

/** As numbers they would lose their noughts and their plus. */
const judgeDialed = (texts: string[], name: string): Judged | undefined =>
  areDialed(name, texts)
    ? { type: 'string', why: 'digits of an address, with which nobody counts' }
    : undefined

const judgeCodes = (texts: string[], name: string): Judged | undefined =>
  areCodes(name, texts)
    ? { type: 'string', why: 'codes of one form, whose last noughts a number would lose' }
    : undefined

function judgeNumbers(texts: string[], all: string): Judged | undefined {
  if (texts.every((text) => /^[+-]?\d+$/.test(text)) && !areNumbers(texts, 'integer', {}))
    return { type: 'string', why: 'digits, some too many for an integer' }
  const mark = marks.find((one) => areNumbers(texts, 'number', one))
  if (!mark) return undefined
  const padded = texts.find((text) => /^[+-]?0\d/.test(text))
  if (padded && !(arePadded(texts) && areMeasures(texts)))
    return { type: 'string', why: `digits, and the noughts before some count: ${padded}` }
  const twins = twinsOf(texts)
  if (twins) return { type: 'string', why: `codes: as numbers ${twins.join(' and ')} would be one` }
  const { type, marks: own } = asWhole(mark, texts)
  return {
    ...{ type, marks: own, why: `${all} are ${type}s${writtenWith(own)}` },
    ...commaDoubt(own, texts),
  }
}

/** Without a decimal mark in any cell they are integers, whatever stands between their groups. */
function asWhole(
  { decimalChar, ...mark }: Marks,
  texts: string[],
): { type: 'integer' | 'number'; marks: Marks } {
  return areNumbers(texts, 'integer', mark)
    ? { type: 'integer', marks: mark }
    : { type: 'number', marks: decimalChar ? { decimalChar, ...mark } : mark }
}

const commaDoubt = ({ groupChar, bareNumber }: Marks, texts: string[]) =>
  groupChar === ',' &&
  marks.some((one) => one.decimalChar === ',' && areNumbers(texts, 'number', { ...one, bareNumber }))
    ? { doubt: 'its commas could also be decimal ones (decimalChar)' }
    : {}

/** Of a file whose delimiter is no comma, as where commas are decimal ones and points those of thousands. */
export function doubtPoints(column: Column, rows: string[][]): Column {
  const { type, marks = {}, missing, at } = column
  if (type !== 'number' || marks.decimalChar || marks.groupChar || column.doubt !== undefined) return column
  const filled = rows.map((row) => row[at]!.trim()).filter((text) => text !== '' && !missing.includes(text))
  const texts = marks.bareNumber === false ? filled.map((text) => text.replace(/[^\d.+-]/g, '')) : filled
  if (!areLikeThousands(texts)) return column
  const doubt =
    'its points, with three digits behind all of them, could also be those of thousands (groupChar)'
  return { ...column, sure: 'guess', doubt }
}

/** `138.582`, and no cell that is written otherwise with groups: `1234`, or `0.125`. */
const areLikeThousands = (texts: string[]): boolean =>
  texts.every((text) => /^[+-]?(0|[1-9]\d{0,2}(\.\d{3})?)$/.test(text))

/** The plain form first, and groups before decimals: that `1,234` is a thousand is likelier. */
const marks: Marks[] = [
  ...[{}, { groupChar: ',' }, { decimalChar: ',' }, { decimalChar: ',', groupChar: '.' }],
  ...[' ', '\u00a0', '\u202f', "'", '\u2019'].flatMap((groupChar) => [
    { groupChar },
    { decimalChar: ',', groupChar },
  ]),
]

function areNumbers(texts: string[], type: 'integer' | 'number', mark: Marks): boolean {
  const read = readRules(fieldOf('', type, mark))
  return texts.every((text) => !isProblem(read(text)))
}

const writtenWith = ({ decimalChar, groupChar }: Marks): string =>
  [
    ...(decimalChar ? [' with a decimal comma'] : []),
    ...(groupChar ? [` in groups by ${JSON.stringify(groupChar)}`] : []),
  ].join()

/** Where all have one sign beside them, they are numbers without it; otherwise it says something of each. */
function judgeMeasures(texts: string[], all: string): Judged | undefined {
  const beside = signBeside(texts)
  if (!beside) return undefined
  const { sign, isOne } = beside
  const able = marks.map((one): Marks => ({ ...one, bareNumber: false }))
  const mark = isOne ? able.find((one) => areNumbers(texts, 'number', one)) : undefined
  const shown = `${JSON.stringify(sign)} beside them, as in ${JSON.stringify(texts.find((text) => text.includes(sign)))}`
  if (!mark)
    return {
      ...{ type: 'string', isMeasured: true, why: `numbers with ${shown}` },
      doubt: `its cells are numbers with ${shown}, and stay texts because not all have it, or in another way: to be numbers they have to be written alike`,
    }
  const { type, marks: own } = asWhole(mark, texts)
  return {
    ...{ type, marks: own, isMeasured: true },
    why: `${all} are ${type}s${writtenWith(own)} with ${shown}, which is left out`,
    ...commaDoubt(own, texts),
  }
}

const plain = /^[+-]?\d+([.,]\d+)?$/
const below = /^[<>≤≥~≈] ?[+-]?\d+([.,]\d+)?$/
const flagged = /^[+-]?\d+([.,]\d+)? ?([a-z]{1,3}|[KM*†‡])$/

/** Of so many cells one has a sign; fewer are odd ones. */
const fewestFlagged = 20

/** Some of them with a sign of their own: `<0.5`, or `4.8 p` for one that is provisional. Behind whole numbers it may be a part of a name. */
function judgeFlagged(texts: string[]): Judged | undefined {
  const odd = texts.filter((text) => !plain.test(text))
  const areFractions = texts.some((text) => /\d[.,]\d/.test(text))
  const isFlag = (text: string) => below.test(text) || (areFractions && flagged.test(text))
  const areSome = odd.length * fewestFlagged >= texts.length && odd.length < texts.length
  if (!areSome || !odd.every(isFlag)) return undefined
  const shown = `some with a sign beside them, as in ${JSON.stringify(odd[0])}`
  return {
    ...{ type: 'string', isFlagged: true, why: `numbers, ${shown}` },
    doubt: `its cells are numbers, ${shown}, and stay texts: to be numbers, the signs have to stand in a column of their own`,
  }
}

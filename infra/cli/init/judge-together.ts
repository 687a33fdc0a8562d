/** What the columns of a file tell of each other: the words that it has for no value, and that it pads its numbers. */
import type { Column } from './column.ts'
import { judgeColumn, neverValues } from './judge-column.ts'
import { arePadded } from './padded-numbers.ts'

/** Nobody's value, whatever else a column has. */
const clearMarks = new Set([...neverValues, ...'N/A,n/a,<NA>,NaN,nan,NAN,NULL,Null,null'.split(',')])
/** Values of some columns: `NA` is Namibia, and `-` a strand. Words like `none` and `unknown` are values of any. */
const otherMarks = new Set('NA,na,-,--,---,.,..,...,?'.split(','))
const isNever = (text: string) => neverValues.includes(text)
const isMark = (text: string) => clearMarks.has(text) || otherMarks.has(text)
const coded = /iso|code|countr|nation|continent|region|state|symbol|ticker/i

export const judgeTogether = (columns: Column[], rows: string[][]): Column[] =>
  padTogether(missTogether(columns, rows), rows)

interface Texts {
  column: Column
  counts: Map<string, number>
  /** its values that are no marks */
  words: string[]
  /** its marks that may mean that there is no value */
  able: string[]
}

/** One column that has a mark for no value is enough to take it for all columns, but those of which it may be a value. */
function missTogether(columns: Column[], rows: string[][]): Column[] {
  const texts = columns.filter(({ type }) => type === 'string').map((column) => textsOf(column, rows))
  const ofNumbers = new Set(columns.flatMap(({ missing }) => missing))
  const ofTexts = new Set(texts.flatMap((one) => one.able.filter((mark) => isRepeated(mark, one))))
  const isNone = (mark: string) => ofNumbers.has(mark) || ofTexts.has(mark) || isNever(mark)
  const taken = new Map(
    texts.flatMap((one) => {
      const marks = one.able.filter((mark) => isNone(mark) || isBare(mark, one, rows.length))
      const isGuess = marks.some((mark) => !ofNumbers.has(mark) && !isNever(mark))
      return marks.length === 0 ? [] : [[one.column, withMissing(one.column, rows, marks, isGuess)]]
    }),
  )
  return columns.map((column) => taken.get(column) ?? column)
}

function textsOf(column: Column, rows: string[][]): Texts {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const text = row[column.at]!.trim()
    if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const words = [...counts.keys()].filter((text) => !isMark(text))
  const marks = [...counts.keys()].filter(isMark)
  return { column, counts, words, able: marks.filter((mark) => !mayBeValue(mark, words, column.name)) }
}

/** Of a column with values of its shape, as other countries have codes of two capital letters. */
function mayBeValue(mark: string, words: string[], name: string): boolean {
  // as signs of languages, one of which writes `NaN` so
  if (mark.toLowerCase() === name.trim().toLowerCase()) return true
  if (clearMarks.has(mark)) return false
  const shape = shapeOf(mark)
  return words.length === 0 ? coded.test(name) : words.some((word) => shapeOf(word) === shape)
}

const shapeOf = (text: string) =>
  text
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{Ll}/gu, 'a')
    .replace(/\d/g, '0')
    .replace(/[^Aa0]/g, '.')

/** A whole column of it, beside which nothing stands: what was not measured. Signs that name something are `-` for a strand and `NA` for a country. */
const bareMarks = new Set([...clearMarks, '-', '--', '---', '..', '...'])
const [signed, fewestBare] = [/strand|sign|rh|rhesus|direction|orientation|charge|polarity/i, 20]
const isBare = (mark: string, { counts, column }: Texts, rows: number): boolean =>
  rows >= fewestBare && counts.get(mark) === rows && bareMarks.has(mark) && !signed.test(column.name)

/** More than once, and beside longer words, unless it is nobody's value. */
function isRepeated(mark: string, { counts, words }: Texts): boolean {
  const longer = words.filter((word) => word.length > mark.length).length
  return counts.get(mark)! > 1 && words.length > 0 && (clearMarks.has(mark) || longer * 2 > words.length)
}

function withMissing(column: Column, rows: string[][], marks: string[], isGuess: boolean): Column {
  const { name, at } = column
  const cells = rows.map((row) => row[at]!)
  const judged = judgeColumn(name, at, cells, marks)
  const shown = marks.map((mark) => JSON.stringify(mark)).join(', ')
  const why =
    judged.filled === 0
      ? 'nothing else stands there'
      : 'it occurs again and again, and is none of the words there'
  const told = `${shown} is taken for "no value", because ${why}`
  const doubts = [...(isGuess ? [told] : []), ...(judged.doubt === undefined ? [] : [judged.doubt])]
  return {
    ...judged,
    sure: doubts.length > 0 ? 'guess' : 'likely',
    why: isGuess ? judged.why : `${judged.why}${whyNone(marks)}`,
    ...(doubts.length > 0 ? { doubt: doubts.join('; ') } : {}),
  }
}

const whyNone = (marks: string[]) =>
  marks.every(isNever) ? ', which is never a value' : ' as in columns of numbers or times'

/** `05.0` may be a code; beside a column with `040.00` and `000.00` it is a number. */
function padTogether(columns: Column[], rows: string[][]): Column[] {
  const areOfThem = (column: Column) => arePadded(filledOf(column, rows))
  if (!columns.some((column) => column.type === 'number' && areOfThem(column))) return columns
  return columns.map((column) =>
    column.type === 'string' && areOfThem(column) ? asNumber(column, rows) : column,
  )
}

const filledOf = ({ at, missing }: Column, rows: string[][]): string[] =>
  rows.map((row) => row[at]!.trim()).filter((text) => text !== '' && !missing.includes(text))

const asNumber = (column: Column, rows: string[][]): Column => ({
  ...{ ...column, type: 'number', sure: 'guess' },
  marks: filledOf(column, rows)[0]!.includes(',') ? { decimalChar: ',' } : {},
  why: 'numbers with noughts before them, as in another column',
  doubt: 'its noughts are taken for padding, as in another column: codes would lose them',
})

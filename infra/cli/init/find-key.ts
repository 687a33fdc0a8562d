/** Which columns tell each row from all others. */
import { isProblem, keyRules } from '@dsf/dataset'
import { fieldOf } from './field-of.ts'
import { counted, type Finding, type Sure } from './findings.ts'
import type { Column } from './judge-column.ts'

export interface Key {
  /** none when the whole row is the key */
  columns: Column[]
  finding: Finding
}

/** Columns that pairs and triples are made of: 286 tries for 12, most of which end within some rows. */
const mostTried = 12
const partial = /first|last|given|family|sur|nick|middle/i
const counting = /^(year|jahr|month|week|day|quarter|hour|rank|seq|sequence|line|row)s?$/i
const named =
  /^(id|key|code|uuid|guid|no|nr|number|iata|icao|isbn|fips|symbol|ticker|index)$|(^|[_ .-])(id|key|code|uuid|no)$|[a-z](Id|ID|Key|Code)$/i

export function findKey(columns: Column[], rows: string[][], isWhole: boolean): Key {
  const able = columns
    .filter((column) => couldBeKey(column, rows))
    .sort((a, b) => rank(a) - rank(b) || a.at - b.at)
  const found = combinations(able, rows.length).find((tried) => isUnique(tried, rows))
  return found
    ? { columns: found, finding: reportOf(found, rows.length, isWhole) }
    : { columns: [], finding: wholeRow(rows.length) }
}

/** A measured value is no name of a row, and neither is a text of many words, nor a part of a person's name. */
function couldBeKey(column: Column, rows: string[][]): boolean {
  const { type, filled, cells, missing, format, marks, at, name } = column
  if (cells === 0 || filled < cells || missing.length > 0 || isNoName(column, rows)) return false
  const read = keyRules(fieldOf(name, type, { format: format ?? 'default', ...marks }))
  return type === 'boolean' || rows.every((row) => !isProblem(read(row[at]!)))
}

const isNoName = (column: Column, rows: string[][]): boolean =>
  column.isProse ||
  column.type === 'number' ||
  partial.test(column.name) ||
  (column.type === 'integer' && isMeasure(column, rows))

/** A number that hardly ever repeats is a measure, unless its name or its steps of one say that it counts. */
function isMeasure({ name, at, distinct, cells }: Column, rows: string[][]): boolean {
  if (named.test(name.trim()) || counting.test(name.trim()) || distinct * 2 < cells) return false
  return !rows.every((row, i) => i === 0 || Number(row[at]) - Number(rows[i - 1]![at]) === 1)
}

const kinds = { string: 0, integer: 1, date: 0, datetime: 0, boolean: 3, number: 4 }

/** A name that says so comes first, then what is not a number, then the order of the file. */
const rank = ({ name, type }: Column): number => (named.test(name.trim()) ? -2 : 0) + kinds[type]

/** One column, then two, then three; only such as could have so many values. */
function combinations(able: Column[], rows: number): Column[][] {
  const few = able.slice(0, mostTried)
  const pairs = few.flatMap((one, i) => few.slice(i + 1).map((other) => [one, other]))
  const triples = pairs.flatMap(([one, two]) =>
    few.slice(few.indexOf(two!) + 1).map((three) => [one!, two!, three]),
  )
  const could = (tried: Column[]) => tried.reduce((product, { distinct }) => product * distinct, 1) >= rows
  return [...able.map((one) => [one]), ...pairs, ...triples].filter(could)
}

function isUnique(columns: Column[], rows: string[][]): boolean {
  const seen = new Set<string>()
  for (const row of rows) {
    const key = columns.map(({ at }) => row[at]!.trim()).join('\0')
    if (seen.has(key)) return false
    seen.add(key)
  }
  return true
}

function reportOf(columns: Column[], rows: number, isWhole: boolean): Finding {
  const isNamed = columns.every(({ name }) => named.test(name.trim()))
  const sure: Sure =
    !isNamed || rows < 20
      ? rows >= 200 && columns.length < 3
        ? 'likely'
        : 'guess'
      : isWhole
        ? 'certain'
        : 'likely'
  const where = isWhole ? `all ${counted(rows, 'row')} of the file` : `the first ${counted(rows, 'row')}`
  const what = columns.length === 1 ? 'no value occurs twice' : 'no combination occurs twice'
  return {
    about: 'primary key',
    answer: columns.map(({ name }) => name).join(', '),
    sure,
    why: `${what} in ${where}, none is missing`,
  }
}

const wholeRow = (rows: number): Finding => ({
  ...{ about: 'primary key', answer: 'the whole row', sure: 'guess' },
  why: `no three columns tell ${counted(rows, 'row')} apart; rows that are equal in everything are one row then`,
})

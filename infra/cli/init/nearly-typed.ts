/** Columns that would be numbers or times but for hardly any cell: such rows are refused, and that is told. */
import { isProblem, readRules } from '@dsf/dataset'
import type { Column } from './column.ts'
import { fieldOfColumn } from './field-of.ts'
import { counted } from './findings.ts'
import { judgeColumn } from './judge-column.ts'

export interface Sound {
  columns: Column[]
  /** those that no column refuses */
  rows: string[][]
}

/** A column of one type, and the rows that have something else in it. */
interface Nearly {
  column: Column
  odd: string[][]
}

/** Of fewer cells it is told, and they stay texts. */
const fewestCells = 100
const toldFrom = 20
const mostOdd = (cells: number) => Math.min(20, Math.max(1, Math.floor(cells / 200)))
/** The first cells say whether a column could be one of numbers or times at all. */
const lookedCells = 200

/** @param numberOf a row in the file */
export function refuseFew(columns: Column[], rows: string[][], numberOf: (row: string[]) => number): Sound {
  const found = columns.map((column) => nearlyOf(column, rows))
  const taken = found.map((one) => (one && isTaken(one) ? one : undefined))
  const refused = new Set(taken.flatMap((one) => one?.odd ?? []))
  const areFew = refused.size <= mostOdd(rows.length)
  return {
    columns: columns.map((column, i) => {
      const one = areFew ? taken[i] : undefined
      if (one) return withDoubt(one.column, aboutRefused(one, numberOf))
      return found[i] ? withDoubt(column, aboutKept(found[i], numberOf)) : column
    }),
    rows: areFew && refused.size > 0 ? rows.filter((row) => !refused.has(row)) : rows,
  }
}

function nearlyOf(column: Column, rows: string[][]): Nearly | undefined {
  const able = ableOf(column, rows)
  const rare = rareOf(able, column.at)
  if (rare.size === 0) return undefined
  const judge = (some: string[][]) => {
    const cells = some.map((row) => row[column.at]!)
    return judgeColumn(column.name, column.at, cells, column.missing)
  }
  const judged = judge(able.filter((row) => !rare.has(row)))
  if (judged.type === 'string' || judged.type === 'boolean') return undefined
  const read = readRules(fieldOfColumn(judged))
  const odd = able.filter((row) => rare.has(row) && isProblem(read(row[column.at]!)))
  const isOdd = new Set(odd)
  const sound = judge(rows.filter((row) => !isOdd.has(row)))
  return sound.type === judged.type && odd.length > 0 ? { column: sound, odd } : undefined
}

/** Rows with a value in a column of texts most of which could be something else; none of any other column. */
function ableOf({ at, type, missing, filled, isProse, doubt }: Column, rows: string[][]): string[][] {
  if (type !== 'string' || isProse || filled < toldFrom || doubt !== undefined) return []
  const able = rows.filter((row) => row[at]!.trim() !== '' && !missing.includes(row[at]!.trim()))
  const first = able.slice(0, lookedCells)
  const few = first.filter((row) => couldBeTyped.test(row[at]!.trim())).length * 10 < first.length * 9
  return few ? [] : able
}

const couldBeTyped = /^(?=.*\d)[\p{L}\p{Sc}\d :/.,+'’%_-]{1,40}$/u

/** Rows whose cell is written as hardly any other one is: with other signs between digits and letters. */
function rareOf(rows: string[][], at: number): Set<string[]> {
  const byShape = new Map<string, string[][]>()
  for (const row of rows) {
    const shape = row[at]!.trim()
      .replace(/\d+/g, '0')
      .replace(/\p{L}+/gu, 'a')
    const same = byShape.get(shape)
    if (same) same.push(row)
    else byShape.set(shape, [row])
  }
  const rare = new Set<string[]>()
  for (const same of [...byShape.values()].sort((one, other) => one.length - other.length)) {
    if (rare.size + same.length > mostOdd(rows.length)) break
    for (const row of same) rare.add(row)
  }
  return rare
}

/** Whole numbers may be codes, of which `12a`, `12-14` and `7.1.2` are some as well; measures, times and what comes again and again are none. */
function isTaken({ column, odd }: Nearly): boolean {
  if (column.filled < fewestCells) return false
  const texts = odd.map((row) => row[column.at]!.trim())
  if (column.type === 'integer') return texts.every((text) => /^[^\p{L}\d]*\d+[^\p{L}\d]*$/u.test(text))
  const mayBeCodes = column.distinct * fewestAgain > column.filled || versioned.test(column.name)
  return column.type !== 'number' || !mayBeCodes || !texts.some((text) => /^\d+(\.\d+){2,}$/.test(text))
}

const versioned = /version|release|firmware|build|section|chapter|kapitel|revision/i

/** How often a measure of a few values has each of them; a code is that of hardly any other row. */
const fewestAgain = 5

const withDoubt = (column: Column, doubt: string): Column => ({
  ...{ ...column, sure: 'guess' },
  doubt: column.doubt === undefined ? doubt : `${doubt}; ${column.doubt}`,
})

function aboutRefused({ column, odd }: Nearly, numberOf: (row: string[]) => number): string {
  const all = counted(column.filled + odd.length, 'cell')
  const first = firstOf({ column, odd }, numberOf)
  return odd.length === 1
    ? `1 of ${all} is no ${column.type}: ${first}, and its row will be refused`
    : `${odd.length} of ${all} are no ${column.type}s, and their rows will be refused; the first is ${first}`
}

function aboutKept({ column, odd }: Nearly, numberOf: (row: string[]) => number): string {
  const others = counted(column.filled, 'cell')
  const first = firstOf({ column, odd }, numberOf)
  return `it stays a text for ${odd.length === 1 ? first : `${counted(odd.length, 'cell')}, the first of them ${first}`}: the other ${others} are ${column.type}s`
}

const firstOf = ({ column, odd: [row] }: Nearly, numberOf: (row: string[]) => number) =>
  `${JSON.stringify(row![column.at]!.trim())} (row ${numberOf(row!)})`

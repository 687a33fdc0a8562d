/** What is told of the primary key. */
import type { Column } from './column.ts'
import { counted, type Finding, type Sure } from './findings.ts'

export interface Key {
  /** none when the whole row is the key; in one of them an empty cell may be a value, which it is not elsewhere */
  columns: Column[]
  /** rows that equal another one in everything */
  equal: number
  finding: Finding
}

/** @param areNamed as keys are */
export function ofUnique(columns: Column[], rows: number, isWhole: boolean, areNamed: boolean): Finding {
  const sure: Sure =
    !areNamed || rows < 20
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

export const ofAxes = (axes: Column[], rows: number): Finding => ({
  ...{ about: 'primary key', answer: axes.map(({ name }) => name).join(', '), sure: 'guess' },
  why:
    axes.length === 1
      ? `its numbers go one way through all ${counted(rows, 'row')}, and no other columns tell them apart`
      : `${counted(rows, 'row')} are in the order of these numbers, and no other columns tell them apart`,
})

export const ofGrid = (axes: Column[], rows: number): Finding => ({
  ...{ about: 'primary key', answer: axes.map(({ name }) => name).join(', '), sure: 'guess' },
  why: `each number of one stands beside each of the other once, in ${counted(rows, 'row')}, and no other columns tell them apart`,
})

export const ofWholeRow = (rows: number, areAllTried: boolean): Finding => ({
  ...{ about: 'primary key', answer: 'the whole row', sure: 'guess' },
  why: `${areAllTried ? 'no few columns that name a row tell' : 'of the columns that were tried, no few tell'} ${counted(rows, 'row')} apart; rows that are equal in everything are one row then`,
})

/** Of a key in which an empty cell is a value. */
export const withEmpty = (finding: Finding): Finding => ({
  ...finding,
  sure: 'guess',
  why: `${finding.why.replace(', none is missing', '')}, an empty cell for a value of its own`,
})

/** Of a key among the rows that equal no other one. */
export const butFor = (equal: number, finding: Finding): Finding =>
  equal === 0
    ? finding
    : {
        ...{ ...finding, sure: 'guess' },
        why: `${finding.why}; ${counted(equal, 'more row')} ${equal === 1 ? 'equals' : 'equal'} one of them in everything`,
      }

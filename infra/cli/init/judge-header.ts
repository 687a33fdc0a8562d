/** Whether the first row of a file names its columns, and what cannot be a field's name. */
import { isProblem, readRules } from '@dsf/dataset'
import { fieldOfColumn } from './field-of.ts'
import type { Finding } from './findings.ts'
import type { Column } from './judge-column.ts'

export interface HeaderFound {
  isHeader: boolean
  finding: Finding
}

/** The columns were judged without the first row: where that is of another kind, it is a header. */
export function judgeHeader(header: string[], columns: Column[], rows: string[][]): HeaderFound {
  const typed = columns.filter(({ type, filled }) => type !== 'string' && filled > 0)
  const others = typed.filter((column) => !isOfColumn(header[column.at]!, column))
  const about = 'header'
  if (others.length > 0)
    return {
      isHeader: true,
      finding: {
        about,
        answer: 'yes',
        sure: 'certain',
        why: `the first row has no ${others[0]!.type} where all others have one`,
      },
    }
  if (typed.length > 0 && !areYears(header, typed))
    return {
      isHeader: false,
      finding: {
        about,
        answer: 'no',
        sure: 'likely',
        why: 'the first row has numbers and times where all others have',
      },
    }
  const named = columns.filter(({ at }) => header[at] !== '')
  const repeated = named.filter(({ at }) => rows.some((row) => row[at] === header[at]))
  if (rows.length > 1 && repeated.length * 2 > named.length)
    return {
      isHeader: false,
      finding: {
        about,
        answer: 'no',
        sure: 'guess',
        why: 'most cells of the first row stand in other rows too',
      },
    }
  return {
    isHeader: true,
    finding: {
      about,
      answer: 'yes',
      sure: 'guess',
      why: 'nothing but texts: the first row is taken for the names',
    },
  }
}

const isOfColumn = (text: string, column: Column): boolean =>
  !isProblem(readRules(fieldOfColumn(column))(text))

/** `2019, 2020, 2021` over numbers: names all the same. */
function areYears(header: string[], typed: Column[]): boolean {
  const years = typed.map(({ at }) => Number(header[at]))
  return (
    years.length > 1 &&
    years.every((year, i) => year >= 1800 && year <= 2200 && (i === 0 || year > years[i - 1]!))
  )
}

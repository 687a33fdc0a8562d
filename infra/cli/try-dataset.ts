/** The answer of `dsf dataset try`. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { addCounters, loadDataset, type Dataset } from '@dsf/dataset'
import { tryFile, type TriedRow } from './try-file.ts'

export interface Tried {
  dataset: string
  counts: Record<TriedRow['outcome'] | 'read', number>
  /** refused rows by code */
  codes: Record<string, number>
  /** rows and lines that the definition lets pass, by what lets them */
  tolerated: Record<string, number>
  /** whether a run of the file would fail for its refused rows */
  fails: boolean
  /** the first of those that were asked for */
  rows: TriedRow[]
}

export interface TryOptions {
  /** folder of the dataset; that of the file when it is left out */
  dataset?: string
  outcome?: string
  limit?: string
}

const usualRows = 100

/** @throws Error that says what is wrong with the definition, or with the file as a whole */
export async function tryDataset(path: string, options: TryOptions): Promise<Tried> {
  if (!existsSync(path)) throw new Error(`there is no file ${path}: what a server has is downloaded first`)
  const folder = resolve(options.dataset ?? dirname(path))
  if (!existsSync(join(folder, 'datapackage.json')))
    throw new Error(`${folder} has no datapackage.json: name the folder of a dataset with --dataset`)
  const dataset = loadDataset(folder)
  const outcome = outcomeOf(options.outcome)
  return tryRows(dataset, path, rowsOf(options.limit), ({ outcome: one }) => !outcome || one === outcome)
}

function rowsOf(limit = String(usualRows)): number {
  if (!/^\d{1,9}$/.test(limit)) throw new Error(`--limit ${limit} is no number of rows`)
  return Number(limit)
}

export async function tryRows(
  dataset: Dataset,
  path: string,
  most: number,
  isAsked: (row: TriedRow) => boolean = () => true,
): Promise<Tried> {
  const counts = { read: 0, clean: 0, duplicate: 0, refused: 0 }
  const codes: Record<string, number> = {}
  const tolerated: Record<string, number> = {}
  const rows: TriedRow[] = []
  for await (const block of tryFile(dataset, path)) {
    addCounters(tolerated, block.tolerated)
    for (const row of block.rows) {
      counts.read++
      counts[row.outcome]++
      for (const code of new Set(row.reasons.map(({ code }) => code))) codes[code] = (codes[code] ?? 0) + 1
      if (rows.length < most && isAsked(row)) rows.push(row)
    }
  }
  const { maxRefusedRows, maxRefusedShare } = dataset.source
  const fails = counts.refused > maxRefusedRows && counts.refused > maxRefusedShare * counts.read
  return { dataset: dataset.name, counts, codes, tolerated, fails, rows }
}

/** All of it in one line. */
export function tellTried({ dataset, counts, codes, tolerated, fails }: Tried): string {
  const { read, clean, duplicate, refused } = counts
  const [why, passed] = [codes, tolerated].map((some) =>
    Object.entries(some).map(([name, count]) => `${name} ${count}`),
  ) as [string[], string[]]
  const sentence = `${dataset}: ${read} rows read, ${clean} clean, ${duplicate} duplicate, ${refused} refused`
  const more = passed.length > 0 ? `; let pass: ${passed.join(', ')}` : ''
  return `${sentence}${why.length > 0 ? ` (${why.join(', ')})` : ''}${more}${fails ? '; a run would fail for so many' : ''}`
}

const outcomes: TriedRow['outcome'][] = ['clean', 'duplicate', 'refused']

function outcomeOf(asked: string | undefined): TriedRow['outcome'] | undefined {
  const outcome = outcomes.find((known) => known === asked)
  if (asked !== undefined && !outcome)
    throw new Error(`--state ${asked} is unknown: choose one of ${outcomes.join(', ')}`)
  return outcome
}

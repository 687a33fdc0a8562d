/** What came out of a case beside what is right, both in the same words. */
import { shorten } from '../../libs/dataset/src/cells/shorten.ts'
import type { QuarantineLine, Remains } from '../support/outcome.ts'
import type { Case, Cell, Refused } from './case.ts'
import { caseDatasets } from './datasets.ts'
import type { Tried } from './import-case.ts'

type Refusal = Omit<Refused, 'why' | 'bytes'> & { bytes?: string; says?: string }

export interface Outcome {
  end: string
  counters?: Record<string, number>
  refused?: Refusal[]
  lake?: Cell[][]
  processed?: string[][]
  documents?: Cell[][]
  folders?: string[] | string
}

const text = (cells: Cell[]) => cells.map((cell) => String(cell ?? ''))
const latin1 = (bytes: string | Buffer) => Buffer.from(bytes as string).toString('latin1')

export function right(one: Case): Outcome {
  if (one.fails) return { end: 'failed, and says why' }
  const { rows = [], refused = [], duplicates = 0 } = one
  return {
    end: 'succeeded',
    counters: {
      read: rows.length + duplicates + refused.length,
      ...{ clean: rows.length, duplicate: duplicates, quarantined: refused.length },
    },
    refused: refused.map(({ row, reasons, bytes, why }) => ({
      ...{ row, reasons },
      ...(bytes === undefined ? {} : { bytes: latin1(bytes) }),
      ...(why ? { says: 'why' } : {}),
    })),
    ...{ lake: rows, processed: rows.map(text), documents: one.documents ?? rows },
    ...(one.folders ? { folders: one.folders } : {}),
  }
}

export function cameOut(one: Case, tried: Tried, remains: Remains): Outcome {
  const end = endOf(one, tried)
  if (!tried.receipt) return { end }
  const { read, clean, duplicate, quarantined } = tried.receipt.counters
  const columns = one.columns ?? columnsOf(one.dataset, remains)
  const cells = (row: Record<string, Cell>) => columns.map((name) => row[name] ?? null)
  const ofRun = remains.lake.filter(({ run }) => run === tried.runId)
  const processed = remains.processed.filter((row) => row['dsf_run'] === tried.runId)
  const documents = remains.documents.filter(({ _source }) => _source['dsf_run'] === tried.runId)
  const lines = remains.quarantine.filter(({ dsf_run }) => dsf_run === tried.runId)
  return {
    ...{ end, counters: { read, clean, duplicate, quarantined } as Record<string, number> },
    refused: lines.map((line, i) => refusal(line, one.refused?.[i])),
    ...{ lake: ofRun.map((row) => cells(row.cells)), processed: processed.map((row) => text(cells(row))) },
    documents: documents.map(({ _source }) => cells(_source)),
    ...(one.folders
      ? {
          folders: foldersOf(
            one,
            ofRun.map(({ folder }) => folder),
          ),
        }
      : {}),
  }
}

function endOf({ fails }: Case, { receipt, reason }: Tried): string {
  if (reason === undefined) return receipt!.state
  return fails?.test(reason) ? 'failed, and says why' : `failed: ${reason}`
}

function columnsOf(dataset: string, remains: Remains): string[] {
  const { fields, columns } = caseDatasets.find(({ name }) => name === dataset)!
  if (columns === 'any') return remains.columns.slice(0, fields.length)
  return columns ?? fields.map((field) => (typeof field === 'string' ? field.split(' ')[0]! : field.name))
}

function refusal({ dsf_row, reasons, bytes }: QuarantineLine, expected?: Refused): Refusal {
  const said = reasons.map(({ message }) => message).join('; ')
  return {
    row: dsf_row,
    reasons: reasons.map(({ code, field }) => (field ? `${code} ${field}` : code)).toSorted(),
    ...(expected?.bytes === undefined ? {} : { bytes: Buffer.from(bytes, 'base64').toString('latin1') }),
    ...(expected?.why ? { says: expected.why.test(said) ? 'why' : said } : {}),
  }
}

function foldersOf({ folders }: Case, found: string[]): string[] | string {
  if (folders !== 'apart') return found
  return new Set(found).size === found.length ? 'apart' : found
}

const shown = (value: unknown) => shorten(JSON.stringify(value), 240)

/** One line for a case that is right, three for one that is not. */
export function reportOf(name: string, found: Outcome, expected: Outcome): string {
  const wrong = Object.keys(expected).filter(
    (part) =>
      JSON.stringify(found[part as keyof Outcome]) !== JSON.stringify(expected[part as keyof Outcome]),
  )
  const counters = Object.entries(found.counters ?? {}).map(([counter, n]) => `${counter} ${n}`)
  const brief = [found.end.startsWith('failed') ? found.end : '', ...counters].filter(Boolean).join(', ')
  const lines = wrong.map((part) => {
    const key = part as keyof Outcome
    return `\n      ${part} came out as ${shown(found[key])}\n      ${part} is right as ${shown(expected[key])}`
  })
  return `${wrong.length === 0 ? 'right' : 'WRONG'} ${name}: ${brief}${lines.join('')}`
}

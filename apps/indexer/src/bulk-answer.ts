/** Elasticsearch's answer to a bulk request, asked for with this filter: enough to classify, and little to parse. */
export const answerFilter =
  'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by'

export interface BulkAnswer {
  errors: boolean
  items?: Record<string, BulkItem>[]
}

interface BulkItem {
  status: number
  error?: BulkError
}

/** An error as Elasticsearch tells it, of one item or of a whole request. What went wrong is mostly in the last cause. */
interface BulkError {
  type: string
  reason?: string
  caused_by?: Partial<BulkError>
}

/** What became of the rows of one request. Each row is in exactly one of the four. */
export interface BulkOutcome<R> {
  indexed: number
  /** a newer version of the key is in the index already */
  superseded: number
  /** the document is at fault, and would be refused again */
  refused: { row: R; reason: string }[]
  /** positions in `rows`: the server is at fault, now */
  retry: number[]
}

/** @throws Error when the answer does not fit the request: then nothing is known of any row */
export function readBulkAnswer<R>(answer: BulkAnswer, rows: R[]): BulkOutcome<R> {
  const outcome: BulkOutcome<R> = { indexed: 0, superseded: 0, refused: [], retry: [] }
  if (!answer.errors) return { ...outcome, indexed: rows.length }
  const items = answer.items ?? []
  if (items.length !== rows.length)
    throw new Error(`the bulk answer has ${items.length} items for ${rows.length} rows`)
  for (const [i, item] of items.entries()) sort(outcome, i, Object.values(item)[0]!, rows[i]!)
  return outcome
}

function sort<R>(outcome: BulkOutcome<R>, i: number, item: BulkItem, row: R): void {
  const fate = fateOf(item)
  if (fate === 'indexed' || fate === 'superseded') outcome[fate]++
  else if (fate === 'retry') outcome.retry.push(i)
  else outcome.refused.push({ row, reason: reasonOf(item) })
}

type Fate = 'indexed' | 'superseded' | 'refused' | 'retry'

/**
 * Only what a document can cause is its own fault. A missing alias, a closed or blocked index, missing rights are 4xx
 * as well, but somebody will mend them: they must not send good rows to quarantine.
 */
function fateOf({ status, error }: BulkItem): Fate {
  if (status >= 200 && status < 300) return 'indexed'
  if (status === 409 && error?.type === 'version_conflict_engine_exception') return 'superseded'
  if (error !== undefined && isServerFault(error)) return 'retry'
  return documentStatus.has(status) ? 'refused' : 'retry'
}

const documentStatus = new Set([400, 409, 413, 422])
const serverTypes = new Set(['index_closed_exception', 'cluster_block_exception'])

/** An alias without a write index shares status and type with faulty documents: only its text tells. */
const isServerFault = ({ type, reason }: BulkError) =>
  serverTypes.has(type) || (reason?.startsWith('no write index is defined') ?? false)

/** Elasticsearch quotes the document in some reasons. */
const longestReason = 1000

const reasonOf = ({ status, error }: BulkItem): string => explainError(error) ?? `status ${status}`

/** The error with all its causes; undefined when there is none. */
export function explainError(error: Partial<BulkError> | undefined): string | undefined {
  const causes: string[] = []
  for (let cause = error; cause?.type !== undefined; cause = cause.caused_by)
    causes.push(`${cause.type}: ${cause.reason ?? 'no reason given'}`)
  if (causes.length === 0) return undefined
  const reason = causes.join(', caused by ')
  return reason.length > longestReason ? reason.slice(0, longestReason) + '…' : reason
}

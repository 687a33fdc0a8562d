import { shorten } from '@dsf/dataset'
import { DatasetError } from '@dsf/stage'

/** Elasticsearch's answer to a bulk request, asked for with this filter: enough to classify, and little to parse. */
export const answerFilter = 'items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by'

export interface BulkAnswer {
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

/**
 * What became of a row that the index took, or had no need of:
 *
 * - `created`: the key had no document; the index has one more;
 * - `replaced`: it had an older version;
 * - `superseded`: it has a newer version;
 * - `repeated`: it has this very version, because an attempt before this one wrote it. Elasticsearch said `created` or
 *   `replaced` to that attempt, and says it only once.
 */
export const fates = ['created', 'replaced', 'superseded', 'repeated'] as const
export type Fate = (typeof fates)[number]

/** The row at a position of the request, and what Elasticsearch says of it. */
export interface NotTaken {
  at: number
  reason: string
}

/** What became of the rows of one request. Each row has a fate, or is in one of the lists. */
export interface BulkOutcome {
  /** by position in the request; undefined for those of the lists */
  fates: (Fate | undefined)[]
  /** the document is at fault, and would be refused again */
  refused: NotTaken[]
  /** the server is at fault, now */
  retry: NotTaken[]
}

/**
 * @throws Error when the answer does not fit the request, DatasetError when a right is missing or the index cannot be written to: then
 *   nothing is known of any row
 */
export function readBulkAnswer({ items = [] }: BulkAnswer, rows: number): BulkOutcome {
  const outcome: BulkOutcome = { fates: [], refused: [], retry: [] }
  if (items.length !== rows) throw new Error(`the bulk answer has ${items.length} items for ${rows} rows`)
  for (let at = 0; at < rows; at++) sort(outcome, at, itemOf(items[at]!))
  return outcome
}

/** Under the name of its action. Of each row, so without a list. */
function itemOf(item: Record<string, BulkItem>): BulkItem {
  for (const action in item) return item[action]!
  throw new Error('an item of the bulk answer is empty')
}

function sort(outcome: BulkOutcome, at: number, item: BulkItem): void {
  if (item.error?.type === 'security_exception')
    throw new DatasetError(`Elasticsearch did not take a document: ${reasonOf(item)}`)
  if (isOfIndex(item))
    throw new DatasetError(
      `Elasticsearch did not take a document: ${reasonOf(item)}. It is written once the index can be: open, without a block, and under its alias with is_write_index`,
    )
  const fate = fateOf(item)
  outcome.fates.push(fate === 'retry' || fate === 'refused' ? undefined : fate)
  if (fate === 'retry' || fate === 'refused') outcome[fate].push({ at, reason: reasonOf(item) })
}

/**
 * Somebody has to mend the index, which is that of one dataset. These are 4xx like faults of documents, and must send no good row to
 * quarantine. A block for want of room has 429, goes by itself, and concerns the server. That an alias has no write index, only a text tells.
 */
const isOfIndex = ({ status, error }: BulkItem): boolean =>
  error !== undefined &&
  (indexTypes.has(error.type) ||
    (error.type === 'cluster_block_exception' && status === 403) ||
    (error.reason?.startsWith('no write index is defined') ?? false))

const indexTypes = new Set(['index_not_found_exception', 'index_closed_exception'])

/** Only what a document can cause is its own fault. */
function fateOf({ status, error }: BulkItem): Fate | 'refused' | 'retry' {
  if (status < 300) return status === 201 ? 'created' : 'replaced'
  if (status === 409 && error?.type === 'version_conflict_engine_exception')
    return isSameVersion(error) ? 'repeated' : 'superseded'
  return documentStatus.has(status) ? 'refused' : 'retry'
}

/** Only the text has both versions. It begins with the key, which may be any text. */
function isSameVersion({ reason = '' }: BulkError): boolean {
  const [, current, provided] = versions.exec(reason) ?? []
  return current !== undefined && current === provided
}

const versions = /current version \[(\d+)\] is higher or equal to the one provided \[(\d+)\]$/

const documentStatus = new Set([400, 409, 413, 422])

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
  return shorten(reason, longestReason)
}

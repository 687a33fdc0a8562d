import type { Dataset, Row } from '@dsf/dataset'
import { keyProblem } from './key-problem.ts'
import { documentId, documentWriter } from './to-document.ts'

/** One bulk request, and the rows that its items are for, in the same order. */
export interface BulkBody {
  body: string
  rows: Row[]
  /** why none of the rows is in the request, which is empty then */
  refused?: string | undefined
}

/**
 * Enough that a request's fixed cost is lost in it. Elasticsearch takes bulk requests in the order of their coming, two at a time on two
 * cores, so that another dataset's waits for as much of those before it.
 */
const bodyLength = 1_000_000

/**
 * Compiles the bulk requests for rows of a dataset; a row without its key is in none. Each item carries its key as id and its version as external
 * version: a version that is there already, or an older one, is refused as a conflict, and the answer tells them apart.
 */
export function bulkWriter(
  dataset: Dataset,
  { index = dataset.name, longest = bodyLength } = {},
): (rows: Row[]) => Iterable<BulkBody> {
  const writeItem = itemWriter(dataset, index)
  const whyRefused = keyProblem(dataset)
  return (rows) => bulkBodies(rows, writeItem, { longest, whyRefused })
}

interface Limits {
  longest?: number
  whyRefused?: (row: Row) => string | undefined
}

const nothing = () => undefined

/** Joins the items of rows to as few requests as their length allows, each made when it is asked for. */
export function* bulkBodies(
  rows: Row[],
  writeItem: (row: Row) => string,
  { longest = bodyLength, whyRefused = nothing }: Limits = {},
): Generator<BulkBody> {
  let open: BulkBody = { body: '', rows: [] }
  for (const row of rows) {
    const refused = whyRefused(row)
    const item = refused === undefined ? writeItem(row) : ''
    const isApart = refused !== open.refused || open.body.length + item.length > longest
    if (open.rows.length > 0 && isApart) {
      yield open
      open = { body: '', rows: [] }
    }
    open.refused = refused
    open.body += item
    open.rows.push(row)
  }
  if (open.rows.length > 0) yield open
}

function itemWriter(dataset: Dataset, index: string): (row: Row) => string {
  const toId = documentId(dataset)
  const toDocument = documentWriter(dataset)
  const start = `{"index":{"_index":${JSON.stringify(index)},"version_type":"external","version":`
  return (row) => {
    const version = externalVersion(Number(row.dsf_version))
    return `${start}${version},"_id":${JSON.stringify(toId(row))}}}\n${toDocument(row)}\n`
  }
}

/**
 * Elasticsearch takes no negative version. A version is an integer of 2^52 at most in size, so that this one is never negative,
 * keeps the order, and is exact in a double.
 */
const externalVersion = (version: number): number => version + 2 ** 52

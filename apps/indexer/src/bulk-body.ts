import type { Dataset, Row } from '@dsf/dataset'
import { documentId, documentWriter } from './to-document.ts'

/** One bulk request, and the rows that its items are for, in the same order. */
export interface BulkBody {
  body: string
  rows: Row[]
}

/**
 * Enough that a request's fixed cost is lost in it. Elasticsearch takes bulk requests in the order of their coming, two at a time on two
 * cores, so that another dataset's waits for as much of those before it.
 */
const bodyLength = 1_000_000

/**
 * Compiles the bulk requests for rows of a dataset. Each item carries its key as id and its version as external
 * version: a version that is there already, or an older one, is refused as a conflict, and the answer tells them apart.
 */
export function bulkWriter(
  dataset: Dataset,
  { index = dataset.name, longest = bodyLength } = {},
): (rows: Row[]) => Iterable<BulkBody> {
  const writeItem = itemWriter(dataset, index)
  return (rows) => bulkBodies(rows, writeItem, longest)
}

/** Joins the items of rows to as few requests as their length allows, each made when it is asked for. */
export function* bulkBodies(
  rows: Row[],
  writeItem: (row: Row) => string,
  longest = bodyLength,
): Generator<BulkBody> {
  let open: BulkBody = { body: '', rows: [] }
  for (const row of rows) {
    const item = writeItem(row)
    if (open.rows.length > 0 && open.body.length + item.length > longest) {
      yield open
      open = { body: '', rows: [] }
    }
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

import { addCounters, type Counters, type Dataset } from '@dsf/dataset'
import { crashPoint, type Batch, type ObjectStore, type Output, type Result } from '@dsf/stage'
import { bulkWriter } from './bulk-body.ts'
import { documentId, documentWriter } from './to-document.ts'
import type { Index } from './elasticsearch.ts'
import { tableIndexer } from './index-tables.ts'
import { readInParts, type Row, type StoredObject } from './read-object.ts'
import { tables } from './table-documents.ts'

export type AnnouncedObject = StoredObject & { route: string }

/**
 * Indexes the announced objects of the lake; the bytes come from the store, never from the topic. Those that are announced
 * again for a replay, and tables beside the rows, belong to no run that is open here, so no receipt counts them.
 */
export function objectIndexer(store: ObjectStore, index: Index) {
  return (dataset: Dataset) => {
    const indexRows = rowIndexer(store, index, dataset)
    const indexTables = Object.entries(tables).map(
      ([route, table]) => [route, tableIndexer(store, index, table, dataset)] as const,
    )
    return async ({ records }: Batch<AnnouncedObject>): Promise<Result> => {
      const of = (wanted: string) => records.filter(({ route }) => route === wanted)
      const counts: Counters = {}
      const quarantine: Output[] = []
      await indexRows(of('lake'), counts, quarantine)
      await indexRows(of('replay'), {}, quarantine)
      for (const [route, indexTable] of indexTables) await indexTable(of(route))
      return { out: { quarantine }, counts }
    }
  }
}

function rowIndexer(store: ObjectStore, index: Index, dataset: Dataset) {
  const toBodies = bulkWriter(dataset)
  const toQuarantine = quarantineWriter(dataset)
  return (objects: AnnouncedObject[], counts: Counters, quarantine: Output[]): Promise<void> =>
    readInParts(dataset, store, objects, async (part, read) => {
      const objectOf = keysOf(part, read)
      // one request for several small objects; their order does not matter, because versions decide
      for (const body of toBodies(read.flat())) {
        const { indexed, superseded, refused } = await index.bulk(body)
        crashPoint('after-bulk')
        addCounters(counts, { indexed, superseded, refused: refused.length })
        quarantine.push(...refused.map((one) => toQuarantine(one, objectOf(one.row))))
      }
    })
}

/** Looks a row's object up; made with the first row that is looked for, because nearly always there is none. */
function keysOf(objects: AnnouncedObject[], read: Row[][]): (row: Row) => string {
  let keys: Map<Row, string> | undefined
  return (row) => {
    keys ??= new Map(read.flatMap((rows, i) => rows.map((one) => [one, objects[i]!.key] as const)))
    return keys.get(row)!
  }
}

function quarantineWriter(dataset: Dataset) {
  const toDocument = documentWriter(dataset)
  const toId = documentId(dataset)
  return ({ row, reason }: { row: Row; reason: string }, object: string): Output => {
    const reasons = [{ field: null, code: 'refused', message: reason }]
    const value = {
      dsf_run: row.dsf_run,
      dsf_row: row.dsf_row,
      stage: 'indexer',
      reasons,
      content: 'json',
      bytes: Buffer.from(toDocument(row)),
      object,
    }
    return { key: toId(row), value }
  }
}

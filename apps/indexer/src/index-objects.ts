import { addCounters, type Counters, type Dataset } from '@dsf/dataset'
import { crashPoint, type Batch, type ObjectStore, type Output, type Result } from '@dsf/stage'
import { bulkWriter } from './bulk-body.ts'
import { documentId, documentWriter } from './to-document.ts'
import type { Index } from './elasticsearch.ts'
import { readObject, type Row, type StoredObject } from './read-object.ts'

export type AnnouncedObject = StoredObject & { route: string }

const downloadsAtOnce = 4

/** Indexes the announced objects of the lake; the bytes come from the store, never from the topic. */
export function objectIndexer(store: ObjectStore, index: Index) {
  return (dataset: Dataset) => {
    const toBodies = bulkWriter(dataset)
    const toQuarantine = quarantineWriter(dataset)
    return async (batch: Batch<AnnouncedObject>): Promise<Result> => {
      const objects = batch.records.filter(({ route }) => route === 'lake')
      const counts: Counters = {}
      const quarantine: Output[] = []
      for (let at = 0; at < objects.length; at += downloadsAtOnce) {
        const read = objects
          .slice(at, at + downloadsAtOnce)
          .map(async (object) => readObject(dataset, object, await store.get(object.key)))
        // one request for several small objects; their order does not matter, because versions decide
        for (const body of toBodies((await Promise.all(read)).flat())) {
          const { indexed, superseded, refused } = await index.bulk(body)
          crashPoint('after-bulk')
          addCounters(counts, { indexed, superseded, refused: refused.length })
          quarantine.push(...refused.map(toQuarantine))
        }
      }
      return { out: { quarantine }, counts }
    }
  }
}

function quarantineWriter(dataset: Dataset) {
  const toDocument = documentWriter(dataset)
  const toId = documentId(dataset)
  return ({ row, reason }: { row: Row; reason: string }): Output => {
    const reasons = [{ field: null, code: 'refused', message: reason }]
    const value = {
      dsf_run: row.dsf_run,
      dsf_row: row.dsf_row,
      stage: 'indexer',
      reasons,
      content: 'json',
      bytes: Buffer.from(toDocument(row)),
    }
    return { key: toId(row), value }
  }
}

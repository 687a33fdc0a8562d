import { addCounters, type Counters, type Dataset } from '@dsf/dataset'
import { crashPoint, type Batch, type ObjectStore, type Output, type Result } from '@dsf/stage'
import { bulkWriter } from './bulk-body.ts'
import { documentId, documentWriter } from './to-document.ts'
import type { Index } from './elasticsearch.ts'
import { readObject, type Row, type StoredObject } from './read-object.ts'

export type AnnouncedObject = StoredObject & { route: string }

const downloadsAtOnce = 4

/**
 * Indexes the announced objects of the lake; the bytes come from the store, never from the topic. Those that are announced
 * again for a replay belong to no run that is open here, so no receipt counts them.
 */
export function objectIndexer(store: ObjectStore, index: Index) {
  return (dataset: Dataset) => {
    const toBodies = bulkWriter(dataset)
    const toQuarantine = quarantineWriter(dataset)
    return async (batch: Batch<AnnouncedObject>): Promise<Result> => {
      const counts: Counters = {}
      const quarantine: Output[] = []
      const counted = batch.records.filter(({ route }) => route === 'lake')
      await indexAll(counted, counts, quarantine)
      await indexAll(
        batch.records.filter(({ route }) => route === 'replay'),
        {},
        quarantine,
      )
      return { out: { quarantine }, counts }
    }

    async function indexAll(objects: AnnouncedObject[], counts: Counters, quarantine: Output[]) {
      for (let at = 0; at < objects.length; at += downloadsAtOnce) {
        const part = objects.slice(at, at + downloadsAtOnce)
        const read = await Promise.all(
          part.map(async (object) => readObject(dataset, object, await store.get(object.key))),
        )
        // one request for several small objects; their order does not matter, because versions decide
        for (const body of toBodies(read.flat())) {
          const { indexed, superseded, refused } = await index.bulk(body)
          crashPoint('after-bulk')
          addCounters(counts, { indexed, superseded, refused: refused.length })
          const objectOf = (row: Row) => part[read.findIndex((rows) => rows.includes(row))]!.key
          quarantine.push(...refused.map((one) => toQuarantine(one, objectOf(one.row))))
        }
      }
    }
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

import { defineStage, perDataset, type ObjectStore } from '@dsf/stage'
import type { Index } from './elasticsearch.ts'
import { objectIndexer, type AnnouncedObject } from './index-objects.ts'
import type { Receipts } from './receipts.ts'

/** Objects of the lake become documents; receipts that arrive here close their run. */
export function indexer(store: ObjectStore, index: Index, receipts: Receipts) {
  const indexFor = perDataset(objectIndexer(store, index))
  return defineStage<AnnouncedObject>({
    name: 'indexer',
    reads: ['objects'],
    writes: ['quarantine'],
    passes: { objects: [] },
    countsInto: 'lake',
    batch: () => ({ records: 50, bytes: 2 ** 20 }),
    dependencies: { 'object store': store.check, Elasticsearch: index.check },
    start: async ({ datasets }) => {
      for (const dataset of datasets.values()) await index.prepare(dataset)
      await receipts.prepare()
    },
    handle: (batch) => indexFor(batch.dataset)(batch),
    close: async (receipt) => {
      if (receipt.route !== 'replay') await receipts.save(receipt)
    },
  })
}

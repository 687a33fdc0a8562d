import { firstTrendsIndex, trendsIndex, trendsTemplate } from '@dsf/dataset'
import { defineStage, perDataset, type ObjectStore } from '@dsf/stage'
import type { Index } from './elasticsearch.ts'
import { objectIndexer, type AnnouncedObject } from './index-objects.ts'
import { runDocuments } from './pipeline-documents.ts'
import type { Pipeline } from './pipeline.ts'
import { closesRun, summarize, type Receipts } from './receipts.ts'

/** The route on which rows come. */
const rowsRoute = 'lake'
const trends = { alias: trendsIndex, name: trendsIndex, template: trendsTemplate, first: firstTrendsIndex }

/** Objects of the lake become documents; receipts that arrive here close their run. */
export function indexer(store: ObjectStore, index: Index, receipts: Receipts, pipeline: Pipeline) {
  const indexFor = perDataset(objectIndexer(store, index))
  return defineStage<AnnouncedObject>({
    name: 'indexer',
    reads: ['objects'],
    writes: ['quarantine'],
    passes: { objects: [] },
    countsInto: rowsRoute,
    // documents are named by their keys, so any batch is as good as another
    batch: () => ({ records: 50, bytes: 2 ** 20, withFetch: true }),
    dependencies: { 'object store': store.check, Elasticsearch: index.check },
    prepare: index.prepare,
    start: async (runtime) => {
      await index.prepareIndex(trends)
      await receipts.prepare()
      await pipeline.start(runtime)
    },
    handle: (batch) => indexFor(batch.dataset)(batch),
    stop: async () => pipeline.stop(),
    close: async (receipt, dataset) => {
      if (!closesRun(receipt)) return
      // a run that is over can be searched; nothing of the other route is in the index
      if (receipt.route === rowsRoute) await index.refresh(dataset.name)
      await receipts.save(receipt)
      // whoever saves last finds all of them, whichever instance that is
      const arrived = await receipts.of(receipt.run)
      const summary = summarize(arrived)
      if (summary.state !== 'running') await pipeline.write(runDocuments(arrived, summary))
    },
  })
}

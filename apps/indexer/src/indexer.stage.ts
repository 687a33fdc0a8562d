import { firstTrendsIndex, flow, trendsIndex, trendsTemplate } from '@dsf/dataset'
import { defineStage, perDataset, type Batch } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import type { Index } from './elasticsearch.ts'
import { objectIndexer, type AnnouncedObject } from './index-objects.ts'
import { runDocuments, type EndedRun } from './pipeline-documents.ts'
import type { Pipeline } from './pipeline.ts'

const trends = { alias: trendsIndex, name: trendsIndex, template: trendsTemplate, first: firstTrendsIndex }

/** To fetch an object costs as much as some rows; a run is a few documents. */
const rowsOf = ({ records }: Partial<AnnouncedObject>): number => 1000 + (records ?? 0)

/** Objects of the lake become documents; receipts that arrive here go back to the ingestor, whose runs become documents too. */
export function indexer(store: ObjectStore, index: Index, pipeline: Pipeline) {
  const indexFor = perDataset(objectIndexer(store, index))
  const aboutRuns = async ({ dataset, records }: Batch<EndedRun>) => {
    await pipeline.write(records.flatMap((run) => runDocuments(dataset.name, run)))
    return {}
  }
  return defineStage<AnnouncedObject | EndedRun>({
    name: 'indexer',
    ...flow.indexer,
    // documents are named by their keys, so any batch is as good as another; what all of its rows are refused for is kept to its end
    batch: () => ({ records: 50_000, weigh: rowsOf, bytes: 2 ** 20, withFetch: true }),
    dependencies: { 'object store': store.check, Elasticsearch: index.check },
    prepare: index.prepare,
    start: async (runtime) => {
      await index.prepareIndex(trends)
      await pipeline.start(runtime)
    },
    handle: (batch, context) =>
      batch.from === 'runs'
        ? aboutRuns(batch as Batch<EndedRun>)
        : indexFor(batch.dataset)(batch as Batch<AnnouncedObject>, context),
    stop: async () => pipeline.stop(),
    close: async (receipt, dataset) => {
      // a run that is over can be searched; nothing of the other routes is in the index
      if (receipt.route === flow.indexer.countsInto) await index.refresh(dataset.name)
      return { receipts: [{ key: receipt.run, value: receipt, lane: 0 }] }
    },
  })
}

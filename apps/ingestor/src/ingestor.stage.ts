import { flow } from '@dsf/dataset'
import { defineStage, type Receipt } from '@dsf/stage'
import { keepHeapSmall } from './heap.ts'
import { importRuns } from './importing/import-run.ts'
import type { Importer } from './importing/importer.ts'
import type { QuarantineView } from './quarantine/quarantine-view.ts'
import type { Request } from './importing/run.ts'
import { RunStates, type Kept } from './importing/run-state.ts'
import type { RunsView } from './runs/runs-view.ts'
import { serverOf } from './sources/source-access.ts'
import { takeIn } from './importing/take-in.ts'

/**
 * Requests in; rows of the published file out, each in the lane of its key, behind them a receipt in every lane. When those have come
 * through, and back from the indexer, the run is over.
 */
export function ingestor(importer: Importer, kept: Kept, view: RunsView, quarantine: QuarantineView) {
  const { store } = importer
  return defineStage<Request | Receipt, RunStates>({
    name: 'ingestor',
    ...flow.ingestor,
    state: { changelog: 'runs', create: () => new RunStates(kept) },
    dependencies: { 'object store': store.check },
    start: async (runtime) => {
      keepHeapSmall()
      await store.ensureBucket()
      importer.topics = runtime
      await view.open(runtime)
      quarantine.open(runtime)
    },
    handle: (batch, { state }) => takeIn(batch, state),
    work: (lane) => importRuns(importer, lane),
    shares: (dataset) => serverOf(dataset, dataset.source.url),
  })
}

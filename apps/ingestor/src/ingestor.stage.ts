import { defineStage } from '@dsf/stage'
import { importRun, type Importer } from './import-run.ts'
import type { QuarantineView } from './quarantine-view.ts'
import { RunStates, type RunRequest } from './run-state.ts'
import type { RunsView } from './runs-view.ts'

/** Requests in; rows of the published file out, each in the lane of its key, behind them a receipt in every lane. */
export function ingestor(importer: Importer, view: RunsView, quarantine: QuarantineView) {
  const { store } = importer
  return defineStage<RunRequest, RunStates>({
    name: 'ingestor',
    reads: ['requests'],
    writes: ['requests', 'runs', 'raw', 'objects'],
    passes: {},
    state: { changelog: 'runs', create: () => new RunStates() },
    batch: () => ({ records: 1, bytes: Infinity }),
    dependencies: { 'object store': store.check },
    start: async (runtime) => {
      await store.ensureBucket()
      importer.topics = runtime
      await view.open(runtime)
      quarantine.open(runtime)
    },
    handle: (batch, context) => importRun(importer, batch.dataset, batch.records[0]!, context),
  })
}

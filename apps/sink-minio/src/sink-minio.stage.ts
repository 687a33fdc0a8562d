import { flow, type Counters, type Row } from '@dsf/dataset'
import { crashPoint, defineStage, perDataset } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { refuseScattered } from './refuse-scattered.ts'
import { routesOf, writeObjects, type Read } from './write-objects.ts'

/** Which counter of a run's receipt a route's records are. Refused rows were counted elsewhere, and profiles are of no run. */
const counted: Record<Read, string | undefined> = {
  clean: 'processed',
  enriched: 'stored',
  quarantine: undefined,
  profile: undefined,
}

/** Chunks of a lane become objects; each object is announced to the indexer once it is complete. */
export function sinkMinio(store: ObjectStore) {
  const routesFor = perDataset(routesOf)
  return defineStage<Row>({
    name: 'sink-minio',
    ...flow['sink-minio'],
    batch: (dataset) => dataset.sinks.chunk,
    dependencies: { 'object store': store.check },
    start: () => store.ensureBucket(),
    handle: async (batch, { heard }) => {
      const from = batch.from as Read
      const route = routesFor(batch.dataset)[from]
      const { objects, without } = await writeObjects(store, route, batch, heard)
      crashPoint('after-put')
      const quarantine = refuseScattered(batch, without)
      const counter = counted[from]
      const counts: Counters = counter ? { [counter]: batch.records.length - without.length } : {}
      if (without.length > 0) counts['quarantined:partitions'] = without.length
      return { out: { objects, quarantine }, counts }
    },
  })
}

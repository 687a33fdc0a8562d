/** Chunks of earthquakes, and an object store in memory that they are written to. */
import { join } from 'node:path'
import { loadDataset, type Dataset, type Row, type TopicKind } from '@dsf/dataset'
import type { Batch } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'

const loaded = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
/** Earthquakes of which type and time may be missing. */
export const quakes: Dataset = {
  ...loaded,
  fields: loaded.fields.map((field) => ({
    ...field,
    required: field.required && !['type', 'time'].includes(field.name),
  })),
}

/** An object store in memory that tells what was put, and how many puts there were at once. */
export function openStore(fails: (key: string) => boolean = () => false) {
  const objects = new Map<string, { bytes: Buffer; metadata?: Record<string, string> }>()
  const busy = { now: 0, most: 0 }
  const put: ObjectStore['put'] = async (key, bytes, metadata) => {
    busy.most = Math.max(busy.most, ++busy.now)
    await Promise.resolve()
    busy.now--
    if (fails(key)) throw new Error(`cannot put ${key}`)
    objects.set(key, { bytes, metadata })
  }
  return { objects, busy, store: { put } as ObjectStore }
}

export const quake = (id: string, values: Row = {}): Row => ({
  ...Object.fromEntries(quakes.fields.map(({ column }) => [column, null])),
  dsf_run: 'r',
  dsf_row: 1,
  dsf_version: 1000,
  id,
  time: Date.parse('2018-02-07T01:26:13.840Z'),
  updated: 1000,
  latitude: 34.5,
  longitude: -118.7,
  net: 'ci',
  type: 'earthquake',
  energyJoules: null,
  depthClass: null,
  revisionHours: null,
  region: null,
  simulated: false,
  ...values,
})
export const batchOf = (from: TopicKind, records: Row[], dataset = quakes): Batch<Row> => ({
  dataset,
  lane: 2,
  from,
  records,
  keys: [],
  values: [],
  offsets: records.map((_, i) => 1200 + 2 * i),
  firstRecord: 700,
})

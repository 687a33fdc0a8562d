import { objectKey, profileColumns, type Dataset, type flow, type Quarantined, type Row } from '@dsf/dataset'
import { sliced, type Batch, type Output } from '@dsf/stage'
import { sha256, type ObjectStore } from '@dsf/store'
import { csvEncoder } from './encode-csv.ts'
import { encodeQuarantine, jsonlEncoder } from './encode-jsonl.ts'
import { parquetEncoder } from './encode-parquet.ts'
import { partitionProfile, partitionRows, unpartitioned, type Partition } from './partition-rows.ts'

/** One kind of object: where it goes, how it is cut, and what its bytes are. */
interface Route {
  /** as the objects topic names it */
  name: 'processed' | 'lake' | 'quarantine' | 'profile'
  /** of the object keys */
  root: 'processed' | 'lake' | 'quarantine'
  format: 'csv' | 'parquet' | 'jsonl'
  split: (records: Row[]) => Partition<Row>[]
  /** objects of a chunk at most */
  most?: number
  encode: (records: Row[]) => Buffer | Promise<Buffer>
}

/** The topics that become objects: what this stage reads. */
export type Read = (typeof flow)['sink-minio']['reads'][number]
export type Routes = Record<Read, Route>

/** The routes of a dataset, by the topic that feeds them. */
export function routesOf(dataset: Dataset): Routes {
  const { format, partitions: most } = dataset.sinks.lake
  const csv = csvEncoder(dataset)
  const jsonl = jsonlEncoder(dataset)
  const lake = format === 'parquet' ? parquetEncoder(dataset) : jsonl
  return {
    clean: { name: 'processed', root: 'processed', format: 'csv', split: unpartitioned, encode: csv },
    enriched: {
      name: 'lake',
      root: 'lake',
      format,
      split: (rows) => partitionRows(dataset, rows),
      most,
      encode: lake,
    },
    // a table of our own beside the rows: always Parquet, whatever the rows are
    profile: {
      name: 'profile',
      root: 'lake',
      format: 'parquet',
      split: partitionProfile,
      encode: parquetEncoder(dataset, profileColumns),
    },
    quarantine: {
      name: 'quarantine',
      root: 'quarantine',
      format: 'jsonl',
      split: unpartitioned,
      encode: (rows) => encodeQuarantine(rows as unknown as Quarantined[]),
    },
  }
}

const uploadsAtOnce = 8

interface Written {
  /** a record for each object, to be announced once all of them are complete */
  objects: Output[]
  /** rows that got no object, because there were as many as a chunk may have */
  without: Row[]
}

/** Writes a chunk as objects. Names and bytes depend on the records alone: writing it again replaces the objects by themselves. */
export async function writeObjects(
  store: ObjectStore,
  route: Route,
  batch: Batch<Row>,
  heard: () => void,
): Promise<Written> {
  const all = route.split(batch.records)
  const parts = all.slice(0, route.most)
  const written: Output[] = []
  const turn = sliced()
  const write = async (part: Partition<Row>): Promise<Output> => {
    await turn(part.records.length)
    const announced = await writeObject(store, route, batch, part)
    heard()
    return announced
  }
  for (let at = 0; at < parts.length; at += uploadsAtOnce)
    written.push(...(await Promise.all(parts.slice(at, at + uploadsAtOnce).map(write))))
  return { objects: written, without: all.slice(parts.length).flatMap(({ records }) => records) }
}

async function writeObject(
  store: ObjectStore,
  route: Route,
  batch: Batch<Row>,
  part: Partition<Row>,
): Promise<Output> {
  const { dataset, lane, firstRecord, offsets } = batch
  const bytes = await route.encode(part.records)
  const name = {
    dataset: dataset.name,
    partitions: part.partitions,
    lane,
    firstRecord,
    extension: route.format,
  }
  const value = {
    dsf_run: part.records[0]!.dsf_run,
    route: route.name,
    key: objectKey(route.root, name),
    format: route.format,
    type: valueOf(part, 'type'),
    dt: valueOf(part, 'dt'),
    lane,
    first_offset: offsets[0]!,
    last_offset: offsets.at(-1)!,
    records: part.records.length,
    bytes: bytes.length,
    sha256: sha256(bytes),
  }
  await store.put(value.key, bytes, metadataOf(value))
  return { key: value.key, value }
}

const valueOf = ({ partitions }: Partition<Row>, level: string): string | null =>
  partitions.find(([name]) => name === level)?.[1] ?? null

/** What an audit needs to know of an object without opening it. */
function metadataOf(object: {
  lane: number
  first_offset: number
  last_offset: number
  records: number
  sha256: string
}): Record<string, string> {
  const { lane, first_offset, last_offset, records, sha256 } = object
  return {
    'x-amz-meta-dsf-lane': String(lane),
    'x-amz-meta-dsf-first-offset': String(first_offset),
    'x-amz-meta-dsf-last-offset': String(last_offset),
    'x-amz-meta-dsf-records': String(records),
    'x-amz-meta-dsf-sha256': sha256,
  }
}

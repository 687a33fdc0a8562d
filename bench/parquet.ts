/**
 * CPU per row of what the sink writes and the indexer reads, in memory, for 25,000 enriched earthquakes (29 columns).
 *   node bench/parquet.ts   (after make build)
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileExpressions, loadDataset, type Value } from '@dsf/dataset'
import { bulkWriter } from '../apps/indexer/src/bulk-body.ts'
import { readObject } from '../apps/indexer/src/read-object.ts'
import { csvEncoder } from '../apps/sink-minio/src/encode-csv.ts'
import { jsonlEncoder } from '../apps/sink-minio/src/encode-jsonl.ts'
import { parquetEncoder } from '../apps/sink-minio/src/encode-parquet.ts'

const root = join(import.meta.dirname, '..')
const dataset = loadDataset(join(root, 'datasets/earthquakes'))
const records = enriched(25_000)

const parquet = await measure('encode parquet, zstd', () => parquetEncoder(dataset)(records))
const lake = { ...dataset.sinks.lake, compression: 'snappy' as const }
await measure('encode parquet, snappy', () =>
  parquetEncoder({ ...dataset, sinks: { ...dataset.sinks, lake } })(records),
)
await measure('encode csv', () => csvEncoder(dataset)(records))
const jsonl = await measure('encode jsonl', () => jsonlEncoder(dataset)(records))
const rows = await measure('read parquet', () => readObject(dataset, stored('parquet', parquet), parquet))
await measure('read jsonl', () => readObject(dataset, stored('jsonl', jsonl), jsonl))
await measure('bulk bodies, as bytes', () =>
  [...bulkWriter(dataset)(rows)].map(({ body }) => Buffer.from(body)),
)

/** The best of 12 rounds: the machine is shared, and interference only ever adds. */
async function measure<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  let best = Infinity
  let result!: T
  for (let round = 0; round < 12; round++) {
    const before = process.cpuUsage()
    result = await work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / records.length)
  }
  const size = Buffer.isBuffer(result) ? `${Math.round(result.length / records.length)} bytes/row` : ''
  console.log(name.padEnd(24), `${best.toFixed(1)} CPU µs/row`.padEnd(18), size)
  return result
}

function stored(format: string, bytes: Buffer) {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { key: 'bench', format, sha256, records: records.length }
}

/** Real events (vega-datasets), repeated; columns that they lack are invented, a third of them null as in the feed. */
function enriched(count: number): Record<string, Value>[] {
  const file = join(root, 'node_modules/vega-datasets/data/earthquakes.json')
  const { features } = JSON.parse(readFileSync(file, 'utf8')) as { features: Feature[] }
  const computed = compileExpressions(dataset)
  return Array.from({ length: count }, (_, i) => {
    const { properties: event, geometry } = features[i % features.length]!
    const [longitude, latitude, depth] = geometry.coordinates
    const noise = (scale: number) => Math.round(((i * 7919 + scale * 104_729) % 10_007) * scale) / 1000
    const sometimes = <V extends Value>(value: V) => (i % 3 === 0 ? null : value)
    // prettier-ignore
    const record: Record<string, Value> = {
      dsf_run: '2026-11-23T22-00-00Z-1f0c', dsf_row: i + 1, dsf_version: event.updated + i,
      time: event.time + i, latitude: latitude!, longitude: longitude!, depth: depth ?? noise(30), mag: event.mag,
      magType: event.magType, nst: sometimes(i % 80), gap: sometimes(noise(36)), dmin: sometimes(noise(1)), rms: noise(0.1),
      net: event.net, id: `${event.net}${event.code}${Math.floor(i / features.length)}`, updated: event.updated + i,
      place: event.place, type: event.type, horizontalError: sometimes(noise(0.3)), depthError: noise(3),
      magError: sometimes(noise(0.1)), magNst: sometimes(i % 50), status: event.status,
      locationSource: event.net, magSource: event.net, simulated: i % 11 === 0,
    }
    for (const { name, evaluate } of computed) record[name] = evaluate(record)
    return record
  })
}

interface Feature {
  geometry: { coordinates: number[] }
  properties: {
    time: number
    updated: number
    mag: number
    magType: string
    net: string
    code: string
    place: string
    type: string
    status: string
  }
}

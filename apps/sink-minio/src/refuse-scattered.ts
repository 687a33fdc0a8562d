import { asJson, quarantined, type Provenance, type Row } from '@dsf/dataset'
import type { Batch, Output } from '@dsf/stage'

/**
 * Rows of a chunk that got no object, because its other rows are of as many partitions as the dataset allows: to quarantine,
 * in the order of the lane.
 */
export function refuseScattered({ dataset, records, keys }: Batch<Row>, without: Row[]): Output[] {
  if (without.length === 0) return []
  const scattered = new Set(without)
  const most = dataset.sinks.lake.partitions
  const message = `its chunk has rows of more than ${most} partitions of the lake, which is what x-dsf.sinks.lake.partitions allows`
  return records.flatMap((row, i) => (scattered.has(row) ? [refused(keys[i]!, row, message)] : []))
}

function refused(key: Buffer | null, row: Row, message: string): Output {
  const reasons = [{ field: null, code: 'partitions', message }]
  return { key, value: quarantined('sink-minio', row as Row & Provenance, reasons, asJson(row)) }
}

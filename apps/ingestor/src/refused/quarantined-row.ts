import { hash } from 'node:crypto'
import type { Quarantined } from '@dsf/dataset'
import type { Place } from '@dsf/stage'

/** A record of the quarantine topic, and where it stands. */
export interface QuarantinedRow extends Place, Quarantined {
  /** key of the message: the row's primary key, where it could be read */
  key: string
}

export function toRow(key: string, record: Record<string, unknown>, place: Place): QuarantinedRow {
  const { bytes, ...rest } = record as unknown as QuarantinedRow
  return { ...rest, ...place, key, bytes: Buffer.from(bytes) }
}

/**
 * A row is the same row however often it is refused. A record that nobody could decode is only its place, and of documents
 * there may be two of a row: its own and that of its simulated twin.
 */
export function nameOf({ dsf_run, dsf_row, stage, lane, key }: QuarantinedRow): string {
  const more = dsf_run === '' ? lane : stage === 'indexer' || stage === 'sink-minio' ? shortened(key) : ''
  return `${stage} ${dsf_run} ${dsf_row} ${more}`
}

const shortened = (key: string): string => (key.length <= 64 ? key : hash('sha256', key))

/** Why a row cannot be replayed as a row; undefined when it can. */
export function whyNotReplayable({ stage, reasons, dsf_run }: QuarantinedRow): string | undefined {
  if (stage === 'indexer') return 'a refused document is replayed by its object'
  if (dsf_run === '' || reasons.some(({ code }) => code === 'undecodable'))
    return 'no stage wrote this record, so there is no row to replay'
  if (reasons.some(({ code }) => code === 'too-large'))
    return 'only its beginning is kept, because it is too large for a record; import its file again'
  if (reasons.some(({ code }) => code === 'partitions'))
    return 'it is clean and in the processed CSV, but its chunk had too many partitions; import its file under another name, with a longer x-dsf.sinks.lake.period'
  return undefined
}

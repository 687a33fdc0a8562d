import { isUtf8 } from 'node:buffer'

export interface Place {
  lane: number
  offset: number
}

/** A record of the quarantine topic, and where it stands. */
export interface QuarantinedRow extends Place {
  dsf_run: string
  dsf_row: number
  stage: string
  reasons: { field: string | null; code: string; message: string }[]
  /** what `bytes` hold: `csv` (row of the file), `avro` (framed record), `json` (document) */
  content: string
  bytes: Buffer
  /** object that holds the row, where it is in one */
  object: string | null
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
function identity({ dsf_run, dsf_row, stage, lane, key }: QuarantinedRow): string {
  const more = dsf_run === '' ? lane : stage === 'indexer' || stage === 'sink-minio' ? key : ''
  return `${stage} ${dsf_run} ${dsf_row} ${more}`
}

/** Keeps the last record of each row, in the order in which rows were refused last. */
export class LatestRows {
  readonly #rows = new Map<string, QuarantinedRow>()

  add(row: QuarantinedRow): void {
    const name = identity(row)
    this.#rows.delete(name)
    this.#rows.set(name, row)
  }

  get size(): number {
    return this.#rows.size
  }

  values(): IterableIterator<QuarantinedRow> {
    return this.#rows.values()
  }
}

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

/** A row as an operator lists it; the bytes are shown with `bytesOf`. */
export function summaryOf(row: QuarantinedRow) {
  const { lane, offset, dsf_run: runId, dsf_row, stage, reasons, content, key } = row
  return { id: `${lane}-${offset}`, runId, row: dsf_row, stage, key, reasons, content }
}

/** The original bytes, and the text that they are, if they are one. */
export function bytesOf({ bytes, content }: QuarantinedRow) {
  const text = content !== 'avro' && isUtf8(bytes) ? { text: bytes.toString('utf8') } : {}
  return { bytes: bytes.toString('base64'), ...text }
}

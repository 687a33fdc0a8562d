import { isUtf8 } from 'node:buffer'
import {
  enrichedColumns,
  isoDate,
  isoDatetime,
  type Dataset,
  type FieldType,
  type Quarantined,
  type Row,
} from '@dsf/dataset'
import { encodeLines } from './encode-csv.ts'

/** Compiles the JSON Lines form of a dataset's enriched records: the columns of the Parquet form, times as ISO 8601. */
export function jsonlEncoder(dataset: Dataset): (records: Row[]) => Promise<Buffer> {
  const columns = enrichedColumns(dataset).map(({ name, type }) => ({ name, text: timeText[type] }))
  return lines((record: Row) => {
    const row: Row = {}
    for (const { name, text } of columns) {
      const value = record[name] ?? null
      row[name] = text === undefined || value === null ? value : text(Number(value))
    }
    return row
  })
}

const timeText: Partial<Record<FieldType, (value: number) => string>> = {
  date: isoDate,
  datetime: isoDatetime,
}

/**
 * Refused rows for people to look at and for machines to replay: the bytes exactly, as base64, and beside them as
 * text where they are one. Framed Avro is no text even when its bytes happen to be valid UTF-8.
 */
export const encodeQuarantine: (records: Quarantined[]) => Promise<Buffer> = lines(
  ({ dsf_run, dsf_row, stage, reasons, content, bytes }: Quarantined) => {
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const text = content !== 'avro' && isUtf8(raw) ? { text: raw.toString('utf8') } : {}
    return { dsf_run, dsf_row, stage, reasons, content, bytes: raw.toString('base64'), ...text }
  },
)

function lines<R>(toJson: (record: R) => object): (records: R[]) => Promise<Buffer> {
  return (records) => encodeLines('', records, (record) => JSON.stringify(toJson(record)) + '\n')
}

import { isUtf8 } from 'node:buffer'
import { shorten } from '@dsf/dataset'
import type { QuarantinedRow } from '../refused/quarantined-row.ts'

/** A row as an operator sees it; the bytes are shown with `bytesOf`. */
export function summaryOf(row: QuarantinedRow) {
  const { lane, offset, dsf_run: runId, dsf_row, stage, reasons, content, key } = row
  return { id: `${lane}-${offset}`, runId, row: dsf_row, stage, key, reasons, content }
}

const listedReasons = 20
const listedText = 300

/** A row in a list: as much of it as tells it from others, however much it has. */
export function shortSummaryOf(row: QuarantinedRow): ReturnType<typeof summaryOf> {
  const reasons = row.reasons.slice(0, listedReasons).map((reason) => ({
    ...reason,
    message: shorten(reason.message, listedText),
  }))
  return { ...summaryOf(row), key: shorten(row.key, listedText), reasons }
}

/** The original bytes, and the text that they are, if they are one. */
export function bytesOf({ bytes, content }: QuarantinedRow) {
  const text = content !== 'avro' && isUtf8(bytes) ? { text: bytes.toString('utf8') } : {}
  return { bytes: bytes.toString('base64'), ...text }
}

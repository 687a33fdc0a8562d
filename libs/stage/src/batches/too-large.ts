import { asJson, quarantined, shorten, type Counters, type Quarantined, type TopicKind } from '@dsf/dataset'
import type { Output } from './define.ts'
import { maxBatchBytes } from '../kafka/kafka.ts'

/** Bytes of key and value together; the rest of a record batch is its head. */
export const largestRecord = maxBatchBytes - 4096

/** Of a row that does not fit, so much is kept to be looked at. */
const keptBytes = 2 ** 20
const keptReasons = 100
const keptMessage = 300

export const sizeOf = (key: Output['key'], value: Buffer | null): number =>
  (value?.length ?? 0) + (key === null ? 0 : Buffer.byteLength(key))

/** Topics whose records are rows: one that does not fit is refused like any other row. */
const codes: Partial<Record<TopicKind, string>> = {
  raw: 'too-large',
  clean: 'too-large',
  enriched: 'outgrown',
}

/** Undefined for a record that is no row: nobody could do without it. */
export function refuseRow(stage: string, kind: TopicKind, output: Output, size: number): Output | undefined {
  const code = codes[kind]
  if (!code) return undefined
  const row = output.value as Quarantined
  const message = `as a record of "${kind}" it has ${size} bytes, and a record has at most ${largestRecord}`
  const value = quarantined(stage, row, [{ field: null, code, message }], asJson(row))
  return { ...output, ...cutToFit({ ...output, value }) }
}

/** A quarantine record with its beginning and its first reasons, and a reason that says what is missing. */
export function cutToFit({ key, value, ...rest }: Output): Output {
  const { reasons, bytes, ...row } = value as Quarantined
  const kept = bytes.subarray(0, keptBytes)
  const missing = [
    ...(reasons.length > keptReasons ? [`${keptReasons} of ${reasons.length} reasons`] : []),
    ...(kept.length < bytes.length ? [`${kept.length} of ${bytes.length} bytes`] : []),
  ]
  const message = `too large for its topic: only ${missing.join(' and ')} are kept`
  const cut = { field: null, code: 'too-large', message }
  const few = reasons
    .slice(0, keptReasons)
    .map((reason) => ({ ...reason, message: shorten(reason.message, keptMessage) }))
  const fits = key === null || Buffer.byteLength(key) <= keptBytes
  return {
    ...rest,
    key: fits ? key : null,
    value: { ...row, reasons: missing.length > 0 ? [...few, cut] : few, bytes: Buffer.from(kept) },
  }
}

/** What the counts of a handler become when the outbox refused rows of a topic that it had counted. */
export function recount(kind: TopicKind, refused: number): Counters {
  if (kind === 'clean') return { clean: -refused, quarantined: refused, 'quarantined:too-large': refused }
  return kind === 'enriched' ? { enriched: -refused, 'quarantined:outgrown': refused } : {}
}

import type { Admin, Batch, KafkaMessage } from 'kafkajs'
import type { Fetched, FetchedRecord, Place } from './define.ts'
import { fetchedOffset, unreadableBatch } from '../kafka/kafka.ts'
import { isReceipt } from './receipts.ts'
import type { Decoder } from '../kafka/avro-records.ts'

/** The patched client reads from a place without a group (docs/adr/0004), which its types do not know. */
type PlacedReader = Admin & {
  fetchRecords: (from: {
    topic: string
    partition: number
    offset: string
    maxBytes: number
  }) => Promise<Batch & { lastStableOffset: string }>
}

/** One fetch: at least the record batch that holds the place, and some `bytes` at most beyond it. */
export async function fetchRecords(
  admin: Admin,
  decoder: Decoder,
  topic: string,
  { lane, offset }: Place,
  bytes: number,
): Promise<Fetched> {
  const from = { topic, partition: lane, offset: String(offset), maxBytes: bytes }
  const batch = await (admin as PlacedReader).fetchRecords(from)
  const unreadable = unreadableBatch(batch)
  if (unreadable) throw unreadable
  const messages = batch.messages.filter(({ headers }) => !isReceipt(headers))
  await decoder.prepare(messages.map(({ value }) => value))
  const recordOf = ({ key, value, offset: at, timestamp }: KafkaMessage): FetchedRecord => ({
    key: String(key),
    place: { lane, offset: Number(at) },
    at: Number(timestamp),
    value: () => decoded(decoder, value),
  })
  const at = (index: number) => {
    const message = messages.at(index)
    return message && recordOf(message)
  }
  const stable = Number(batch.lastStableOffset)
  const behind = Math.max(Number(batch.lastOffset()), offset) + 1
  const next = Math.max(offset, Math.min(behind, stable))
  return { records: { length: messages.length, at }, from: fetchedOffset(batch), next, stable }
}

function decoded(decoder: Decoder, value: Buffer | null): Record<string, unknown> | undefined {
  try {
    return decoder.decode(value)
  } catch {
    return undefined
  }
}

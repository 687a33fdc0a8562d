/** Records as they are fetched, and the batches that they are cut into. */
import { join } from 'node:path'
import { loadDataset, receiptSchema, topicSchemas } from '@dsf/dataset'
import avsc from 'avsc'
import type { KafkaMessage } from 'kafkajs'
import type { Limits, Receipt } from '../src/batches/define.ts'
import { OpenBatch, type ClosedBatch } from '../src/batches/open-batch.ts'
import { receiptHeaders } from '../src/batches/receipts.ts'
import { Decoder, Encoder } from '../src/kafka/avro-records.ts'

export const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
const rowType = avsc.Type.forSchema(topicSchemas.seen(dataset) as avsc.Schema)
const receiptType = avsc.Type.forSchema(receiptSchema as avsc.Schema)
const rows = new Encoder(rowType, 1)
const receipts = new Encoder(receiptType, 2)

export const message = (offset: number, value: Buffer | null, headers?: KafkaMessage['headers']) =>
  ({ offset: String(offset), key: Buffer.from(`k${offset}`), value, headers }) as KafkaMessage
export const row = (offset: number) => message(offset, rows.encode({ mark: offset }))
export const poison = (offset: number) => message(offset, Buffer.from('not avro'))
export const receiptOf = (run: string): Receipt => ({
  run,
  dataset: 'earthquakes',
  lane: 2,
  lanes: 4,
  route: '',
  counters: { read: 3 },
  times: {},
})
export const receipt = (offset: number, run = 'r') =>
  message(offset, receipts.encode(receiptOf(run)), receiptHeaders)

export function openBatch(limits?: Limits, from: 'seen' | 'raw' = 'seen'): OpenBatch {
  const find = async () => rowType
  return new OpenBatch(
    { dataset, lane: 2, from, stage: 'cleaner' },
    { rows: new Decoder(rowType, find), receipts: new Decoder(receiptType, async () => receiptType) },
    limits,
  )
}

/** A closed batch as one can read it in an expectation. */
export const brief = ({ batch, receipt: last, poison: refused, next }: ClosedBatch) => ({
  first: batch.firstRecord,
  rows: batch.records.map(({ mark }) => mark),
  ...(refused.length > 0
    ? { poison: refused.map(({ value }) => (value as { dsf_row: number }).dsf_row) }
    : {}),
  ...(last ? { receipt: last.run } : {}),
  next,
})

export async function batches(limits: Limits | undefined, ...fetches: KafkaMessage[][]) {
  const open = openBatch(limits)
  const closed: ClosedBatch[] = []
  for (const fetch of fetches) closed.push(...(await open.add(fetch)))
  return closed.map(brief)
}

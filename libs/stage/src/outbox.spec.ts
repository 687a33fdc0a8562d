import { join } from 'node:path'
import { loadDataset, receiptSchema, topicSchemas, type TopicKind } from '@dsf/dataset'
import avsc from 'avsc'
import { describe, expect, it } from 'vitest'
import type { Output, Receipt } from './define.ts'
import { maxBatchBytes } from './kafka.ts'
import { encodersOf, Outbox } from './outbox.ts'
import { receiptHeaders } from './receipts.ts'
import { Encoder, type Serde } from './serde.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema)
const seenType = typeOf(topicSchemas.seen(dataset))
const receiptType = typeOf(receiptSchema)
const serde = {
  encoder: (_: unknown, kind: TopicKind) =>
    new Encoder(kind === 'seen' ? seenType : typeOf(topicSchemas.quarantine(dataset)), 1),
}
const openOutbox = () =>
  new Outbox(
    dataset,
    encodersOf(serde as unknown as Serde, dataset, ['seen', 'quarantine']),
    new Encoder(receiptType, 2),
  )
const mark = (mark: number, lane?: number): Output => ({ key: `k${mark}`, value: { mark }, lane })
const refused = (bytes: number, key: string | null = null): Output => ({
  key,
  value: { dsf_run: 'r', dsf_row: 1, stage: 's', reasons: [], content: 'csv', bytes: Buffer.alloc(bytes) },
})
const receipt: Receipt = {
  run: 'r',
  dataset: 'earthquakes',
  lane: 3,
  lanes: 4,
  route: '',
  counters: { read: 1 },
  times: {},
}
const marksOf = (outbox: Outbox) =>
  outbox
    .sends()
    .flat()
    .filter(({ topic }) => topic === 'earthquakes.seen')
    .flatMap(({ messages }) =>
      messages.map(({ value }) => seenType.fromBuffer((value as Buffer).subarray(5)).mark),
    )

describe('Outbox', () => {
  it('sends records encoded to the lane of their batch, or to their own, and receipts behind them', () => {
    const outbox = openOutbox()
    outbox.add('seen', 3, [mark(1), mark(2, 0)])
    outbox.addReceipt('seen', receipt)
    const framed = (id: number, type: avsc.Type, value: unknown) =>
      Buffer.concat([Buffer.from([0, 0, 0, 0, id]), type.toBuffer(value)])
    expect(outbox.sends()).toEqual([
      [
        {
          topic: 'earthquakes.seen',
          messages: [
            { key: 'k1', value: framed(1, seenType, { mark: 1 }), partition: 3 },
            { key: 'k2', value: framed(1, seenType, { mark: 2 }), partition: 0 },
            { key: 'r', value: framed(2, receiptType, receipt), partition: 3, headers: receiptHeaders },
          ],
        },
      ],
    ])
  })

  it('sends nothing when nothing was added', () => {
    const outbox = openOutbox()
    outbox.add('seen', 0, [])
    expect([outbox.sends(), [...outbox.written]]).toEqual([[], [['seen', 0]]])
  })

  it('counts records by topic, receipts not among them', () => {
    const outbox = openOutbox()
    outbox.add('seen', 0, [mark(1), mark(2)])
    outbox.add('quarantine', 0, [refused(1)])
    outbox.add('seen', 0, [mark(3)])
    outbox.addReceipt('seen', receipt)
    expect(outbox.written).toEqual(
      new Map([
        ['seen', 3],
        ['quarantine', 1],
      ]),
    )
  })

  it('refuses a topic that the stage does not declare', () => {
    expect(() => openOutbox().add('clean', 0, [mark(1)])).toThrow(
      'the stage writes to "clean" but does not declare it in writes',
    )
  })

  it('cuts sends below what a broker takes for a batch, and keeps the order of each topic over the cuts', () => {
    const outbox = openOutbox()
    for (let i = 0; i < 40; i++) {
      outbox.add('seen', i % 2, [mark(2 * i), mark(2 * i + 1)])
      outbox.add('quarantine', 0, [refused(500_000)])
    }
    const sizes = outbox.sends().map((send) => sizeOf(send))
    expect(sizes.length).toBe(6)
    expect(Math.max(...sizes)).toBeLessThan(maxBatchBytes)
    expect(marksOf(outbox)).toEqual(Array.from({ length: 80 }, (_, i) => i))
  })

  it('counts long keys too, which a batch carries beside the values', () => {
    const outbox = openOutbox()
    for (let i = 0; i < 100; i++) outbox.add('quarantine', 0, [refused(60_000, 'ü'.repeat(30_000))])
    expect(Math.max(...outbox.sends().map((send) => sizeOf(send)))).toBeLessThan(maxBatchBytes)
  })
})

function sizeOf(send: ReturnType<Outbox['sends']>[number]): number {
  const bytes = (part: string | Buffer | null | undefined) =>
    part == null ? 0 : Buffer.from(part as string).length
  return send
    .flatMap(({ messages }) => messages)
    .reduce((sum, { key, value }) => sum + bytes(key) + bytes(value), 0)
}

import { join } from 'node:path'
import { loadDataset, namesOf, receiptSchema, topicSchemas, type TopicKind } from '@dsf/dataset'
import avsc from 'avsc'
import { describe, expect, it } from 'vitest'
import type { Output, Receipt, Result } from './define.ts'
import { maxBatchBytes } from '../kafka/kafka.ts'
import { encodersOf, Outbox } from './outbox.ts'
import { receiptHeaders } from './receipts.ts'
import { Encoder } from '../kafka/avro-records.ts'
import type { Serde } from '../kafka/serde.ts'
import { largestRecord } from './too-large.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema)
const seenType = typeOf(topicSchemas.seen(dataset))
const quarantineType = typeOf(topicSchemas.quarantine(dataset))
const receiptType = typeOf(receiptSchema)
const serde = {
  encoder: (_: unknown, kind: TopicKind) =>
    new Encoder(kind === 'seen' ? seenType : typeOf(topicSchemas[kind](dataset)), 1),
}
const openOutbox = () =>
  new Outbox(
    { stage: { name: 's' }, names: namesOf() },
    { dataset, number: 3 },
    encodersOf(serde as unknown as Serde, dataset, ['seen', 'quarantine', 'enriched']),
    new Encoder(receiptType, 2),
  )
const mark = (mark: number, lane?: number): Output => ({ key: `k${mark}`, value: { mark }, lane })
const refused = (bytes: number, key: string | null = null): Output => ({
  key,
  value: { dsf_run: 'r', dsf_row: 1, stage: 's', reasons: [], content: 'csv', bytes: Buffer.alloc(bytes) },
})
const { fields } = topicSchemas.enriched(dataset)
const empty: Record<string, unknown> = { double: 0, string: '' }
const nothing = Object.fromEntries(fields.map(({ name, type }) => [name, empty[String(type)] ?? null]))
const strings = { dsf_run: 'r', id: 'quake', place: 'Tōkyō 🗼 '.repeat(400_000) }
const enriched = (more: object): Output => ({
  key: 'quake',
  lane: 2,
  value: { ...nothing, dsf_row: 7, dsf_version: 1, time: 0, updated: 0, simulated: false, ...more },
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
    outbox.addNow('seen', [mark(1), mark(2, 0)])
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
    outbox.addNow('seen', [])
    expect([outbox.sends(), [...outbox.written]]).toEqual([[], [['seen', 0]]])
  })

  it('has what was gathered before what a result gives', async () => {
    const outbox = openOutbox()
    await outbox.add('seen', [mark(1), mark(2)])
    expect(await outbox.addResult({ out: { seen: [mark(3)] }, counts: { read: 3 } })).toEqual({ read: 3 })
    expect([marksOf(outbox), outbox.written.get('seen')]).toEqual([[1, 2, 3], 3])
  })

  it('counts records by topic, receipts not among them', () => {
    const outbox = openOutbox()
    outbox.addNow('seen', [mark(1), mark(2)])
    outbox.addNow('quarantine', [refused(1)])
    outbox.addNow('seen', [mark(3)])
    outbox.addReceipt('seen', receipt)
    expect(outbox.written).toEqual(
      new Map([
        ['seen', 3],
        ['quarantine', 1],
      ]),
    )
  })

  it('refuses a topic that the stage does not declare', () => {
    expect(() => openOutbox().addNow('clean', [mark(1)])).toThrow(
      'the stage writes to "clean" but does not declare it in writes',
    )
  })

  it('cuts sends below what a broker takes for a batch, and keeps the order of each topic over the cuts', () => {
    const outbox = openOutbox()
    for (let i = 0; i < 40; i++) {
      outbox.addNow('seen', [mark(2 * i, i % 2), mark(2 * i + 1, i % 2)])
      outbox.addNow('enriched', [enriched({ ...strings, place: 'x'.repeat(500_000) })])
    }
    const sizes = outbox.sends().map((send) => sizeOf(send))
    expect(sizes.length).toBe(7)
    expect(Math.max(...sizes)).toBeLessThan(maxBatchBytes)
    expect(marksOf(outbox)).toEqual(Array.from({ length: 80 }, (_, i) => i))
  })

  it('cuts what is refused into batches of 256 kB, of which a question reads few, and nothing else with it', () => {
    const outbox = openOutbox()
    for (let i = 0; i < 100; i++) {
      outbox.addNow('quarantine', [refused(10_000)])
      outbox.addNow('seen', [mark(i)])
    }
    outbox.addNow('quarantine', [refused(300_000)])
    const sizes = outbox.sends().map((send) => sizeOf(send))
    expect(sizes.length).toBe(5)
    expect(Math.max(...sizes.slice(0, -1))).toBeLessThan(2 ** 18)
    expect(marksOf(outbox)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(
      outbox.sends().filter((send) => send.some(({ topic }) => topic === 'earthquakes.seen')),
    ).toHaveLength(1)
  })

  it('counts long keys too, which a batch carries beside the values', () => {
    const outbox = openOutbox()
    for (let i = 0; i < 100; i++) outbox.addNow('quarantine', [refused(60_000, 'ü'.repeat(30_000))])
    expect(Math.max(...outbox.sends().map((send) => sizeOf(send)))).toBeLessThan(maxBatchBytes)
  })
})

describe('a record that is too large for its topic', () => {
  const quarantined = (outbox: Outbox) =>
    outbox
      .sends()
      .flat()
      .filter(({ topic }) => topic === 'earthquakes.quarantine')
      .flatMap(({ messages }) => messages)
      .map(({ key, value, partition }) => ({
        ...{ key, partition, size: (value as Buffer).length },
        record: quarantineType.fromBuffer((value as Buffer).subarray(5)),
      }))

  it('goes to quarantine when it is a row, with the reason and its beginning, and is counted', () => {
    const outbox = openOutbox()
    const fits = enriched({ dsf_run: 'r', id: 'a', place: 'Tokyo' })
    outbox.addNow('enriched', [fits, enriched(strings), fits])
    expect(Object.fromEntries(outbox.written)).toEqual({ enriched: 2, quarantine: 1 })
    const [{ key, partition, size, record }] = quarantined(outbox) as [any]
    expect([key, partition, size < 2 ** 20 + 1000]).toEqual(['quake', 2, true])
    expect(record).toMatchObject({ dsf_run: 'r', dsf_row: 7, stage: 's', content: 'json' })
    expect(record.bytes.subarray(0, 20)).toEqual(
      Buffer.from(JSON.stringify(enriched(strings).value)).subarray(0, 20),
    )
    expect(record.reasons).toMatchObject([
      { code: 'outgrown', message: expect.stringMatching(/^as a record of "enriched" it has \d{7} bytes/) },
      {
        code: 'too-large',
        message: expect.stringMatching(/^too large for its topic: only 1048576 of \d+ bytes/),
      },
    ])
  })

  it('is a refused one of the transaction, gathered or of the result', async () => {
    const outbox = openOutbox()
    await outbox.add('enriched', [enriched(strings)])
    const result: Result = { out: { enriched: [enriched(strings)] }, counts: { enriched: 2 } }
    expect(await outbox.addResult(result)).toEqual({ enriched: 0, 'quarantined:outgrown': 2 })
  })

  it('is cut when it lies in quarantine: its beginning, its first reasons, and what is missing', () => {
    const outbox = openOutbox()
    const reasons = Array.from({ length: 1100 }, (_, i) => ({
      field: `f${i}`,
      code: 'type',
      message: `"${'x'.repeat(4000)}" is no integer`,
    }))
    const value = { ...(refused(2 ** 20).value as object), reasons }
    outbox.addNow('quarantine', [{ key: 'k', value }])
    expect(Object.fromEntries(outbox.written)).toEqual({ quarantine: 1 })
    const [{ key, size, record }] = quarantined(outbox) as [any]
    expect([key, size < maxBatchBytes / 2, record.bytes.length]).toEqual(['k', true, 2 ** 20])
    expect(record.reasons.length).toBe(101)
    expect(record.reasons[99]).toEqual({ field: 'f99', code: 'type', message: `"${'x'.repeat(299)}…` })
    expect(record.reasons[100].message).toBe('too large for its topic: only 100 of 1100 reasons are kept')
  })

  it('is a send by itself when it only just fits', () => {
    const outbox = openOutbox()
    for (const bytes of [100, largestRecord - 200, 100]) outbox.addNow('quarantine', [refused(bytes)])
    const sends = outbox.sends()
    expect(sends.map((send) => sizeOf(send) > maxBatchBytes / 2)).toEqual([false, true, false])
    expect(Math.max(...sends.map((send) => sizeOf(send)))).toBeLessThan(maxBatchBytes - 1000)
  })

  it('is refused aloud when no stage could do without it', () => {
    const key = 'k'.repeat(maxBatchBytes)
    expect(() => openOutbox().addNow('seen', [{ key, value: { mark: 1 } }])).toThrow(
      /^a record for earthquakes\.seen has \d+ bytes, and a record has at most \d+$/,
    )
  })
})

function sizeOf(send: ReturnType<Outbox['sends']>[number]): number {
  const bytes = (part: string | Buffer | null | undefined) =>
    part == null ? 0 : Buffer.from(part as string).length
  return send
    .flatMap(({ messages }) => messages)
    .reduce((sum, { key, value }) => sum + bytes(key) + bytes(value), 0)
}

import { join } from 'node:path'
import { loadDataset, receiptSchema, topicSchemas } from '@dsf/dataset'
import avsc from 'avsc'
import fc from 'fast-check'
import type { KafkaMessage } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import type { Receipt } from './define.ts'
import type { Limits } from './define.ts'
import { OpenBatch, type ClosedBatch } from './open-batch.ts'
import { receiptHeaders } from './receipts.ts'
import { Decoder, Encoder } from '../kafka/serde.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const rowType = avsc.Type.forSchema(topicSchemas.seen(dataset) as avsc.Schema)
const receiptType = avsc.Type.forSchema(receiptSchema as avsc.Schema)
const rows = new Encoder(rowType, 1)
const receipts = new Encoder(receiptType, 2)

const message = (offset: number, value: Buffer | null, headers?: KafkaMessage['headers']) =>
  ({ offset: String(offset), key: Buffer.from(`k${offset}`), value, headers }) as KafkaMessage
const row = (offset: number) => message(offset, rows.encode({ mark: offset }))
const poison = (offset: number) => message(offset, Buffer.from('not avro'))
const receiptOf = (run: string): Receipt => ({
  run,
  dataset: 'earthquakes',
  lane: 2,
  lanes: 4,
  route: '',
  counters: { read: 3 },
  times: {},
})
const receipt = (offset: number, run = 'r') =>
  message(offset, receipts.encode(receiptOf(run)), receiptHeaders)

function openBatch(limits?: Limits, from: 'seen' | 'raw' = 'seen'): OpenBatch {
  const find = async () => rowType
  return new OpenBatch(
    { dataset, lane: 2, from, stage: 'cleaner' },
    { rows: new Decoder(rowType, find), receipts: new Decoder(receiptType, async () => receiptType) },
    limits,
  )
}

/** A closed batch as one can read it in an expectation. */
const brief = ({ batch, receipt: last, poison: refused, next }: ClosedBatch) => ({
  first: batch.firstRecord,
  rows: batch.records.map(({ mark }) => mark),
  ...(refused.length > 0
    ? { poison: refused.map(({ value }) => (value as { dsf_row: number }).dsf_row) }
    : {}),
  ...(last ? { receipt: last.run } : {}),
  next,
})

async function batches(limits: Limits | undefined, ...fetches: KafkaMessage[][]) {
  const open = openBatch(limits)
  const closed: ClosedBatch[] = []
  for (const fetch of fetches) closed.push(...(await open.add(fetch)))
  return closed.map(brief)
}

describe('without limits, a batch', () => {
  it('ends with the fetch', async () => {
    expect(await batches(undefined, [row(5), row(6)], [row(7)])).toEqual([
      { first: 0, rows: [5, 6], next: 7 },
      { first: 2, rows: [7], next: 8 },
    ])
  })

  it('ends at a receipt, so that it belongs to one run', async () => {
    expect(await batches(undefined, [row(0), receipt(1, 'one'), receipt(2, 'two'), row(3)])).toEqual([
      { first: 0, rows: [0], receipt: 'one', next: 2 },
      { first: 1, rows: [], receipt: 'two', next: 3 },
      { first: 1, rows: [3], next: 4 },
    ])
  })

  it('is none for a fetch that ends with a receipt, or has no records', async () => {
    expect(await batches(undefined, [row(0), receipt(1)], [])).toEqual([
      { first: 0, rows: [0], receipt: 'r', next: 2 },
    ])
  })

  it('carries keys, framed values and offsets beside the records', async () => {
    const messages = [row(4), poison(5), row(9), receipt(10)]
    const [closed] = await openBatch().add(messages)
    expect(closed!.batch).toEqual({
      dataset,
      lane: 2,
      from: 'seen',
      records: [
        { mark: 4, finer: 0, ahead: 0 },
        { mark: 9, finer: 0, ahead: 0 },
      ],
      keys: [Buffer.from('k4'), Buffer.from('k9')],
      values: [messages[0]!.value, messages[2]!.value],
      offsets: [4, 9],
      firstRecord: 0,
    })
    expect(closed!.receipt).toEqual(receiptOf('r'))
  })
})

describe('with limits, a batch', () => {
  const bytes = row(1).value!.length

  it('ends with the record that reaches the number of records, and stays open over fetches', async () => {
    const limits = { records: 3, bytes: Infinity }
    expect(await batches(limits, [row(0)], [row(1)], [row(2), row(3)], [receipt(4)])).toEqual([
      { first: 0, rows: [0, 1, 2], next: 3 },
      { first: 3, rows: [3], receipt: 'r', next: 5 },
    ])
  })

  it('ends with the record that reaches the number of bytes', async () => {
    const four = [row(0), row(1), row(2), row(3)]
    const rowsOf = async (limit: number) =>
      (await batches({ records: 100, bytes: limit }, four)).map((each) => each.rows)
    expect(await rowsOf(2 * bytes)).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(await rowsOf(2 * bytes + 1)).toEqual([[0, 1, 2]])
    expect(await rowsOf(1)).toEqual([[0], [1], [2], [3]])
  })

  it('begins to count anew behind each', async () => {
    const limits = { records: 2, bytes: Infinity }
    expect(await batches(limits, [row(0), receipt(1), row(2), row(3)])).toEqual([
      { first: 0, rows: [0], receipt: 'r', next: 2 },
      { first: 1, rows: [2, 3], next: 4 },
    ])
  })

  it('does not keep the values, which would keep every fetch in memory', async () => {
    const [closed] = await openBatch({ records: 1, bytes: Infinity }).add([row(0)])
    expect([closed!.batch.records.length, closed!.batch.values]).toEqual([1, []])
  })

  it('ends where it would without a record between that cannot be decoded', async () => {
    const limits = { records: 2, bytes: Infinity }
    expect(await batches(limits, [poison(0), row(1), row(2), row(3), poison(4), row(5)])).toEqual([
      { first: 0, rows: [1, 2], poison: [0], next: 3 },
      { first: 2, rows: [3, 5], poison: [4], next: 6 },
    ])
  })

  it('is closed by as many records that cannot be decoded: they take memory like others', async () => {
    const limits = { records: 2, bytes: Infinity }
    expect(await batches(limits, [poison(0), row(1), poison(2), poison(3), row(4)])).toEqual([
      { first: 0, rows: [1], poison: [0, 2], next: 3 },
    ])
  })

  it('is the same for the same records, however they were fetched', async () => {
    const kinds = fc.array(fc.constantFrom(row, row, row, row, poison, receipt), { maxLength: 40 })
    const limits = fc.record({
      records: fc.integer({ min: 1, max: 6 }),
      bytes: fc.integer({ min: 1, max: 40 }),
    })
    await fc.assert(
      fc.asyncProperty(
        kinds,
        limits,
        fc.array(fc.integer({ min: 1, max: 9 })),
        async (kinds, limits, cuts) => {
          const messages = kinds.map((make, offset) => make(offset))
          const rest = [...messages]
          const fetches = cuts.map((length) => rest.splice(0, length))
          const [whole, cut] = [await batches(limits, messages), await batches(limits, ...fetches, rest)]
          expect(cut).toEqual(whole)
          let records = 0
          for (const { first, rows: its } of whole) {
            expect(first).toBe(records)
            records += its.length
          }
        },
      ),
    )
  })
})

describe('with limits and the fetch, a batch', () => {
  const limits = { records: 2, bytes: Infinity, withFetch: true }

  it('ends at the limits, at a receipt, and with the fetch: nothing waits behind the last receipt', async () => {
    expect(await batches(limits, [row(0), row(1), row(2)], [row(3), receipt(4), row(5)])).toEqual([
      { first: 0, rows: [0, 1], next: 2 },
      { first: 2, rows: [2], next: 3 },
      { first: 3, rows: [3], receipt: 'r', next: 5 },
      { first: 4, rows: [5], next: 6 },
    ])
  })

  it('ends at what its records weigh, and takes one that weighs more by itself', async () => {
    const weigh = ({ mark }: Record<string, unknown>) => (mark === 1 ? 9 : 1)
    const weighed = { ...limits, records: 3, weigh }
    expect(await batches(weighed, [row(0), row(1), row(2), row(3), row(4)])).toEqual([
      { first: 0, rows: [0, 1], next: 2 },
      { first: 2, rows: [2, 3, 4], next: 5 },
    ])
  })

  it('leaves nothing open behind the fetch, where one with limits alone does', async () => {
    const isEmptyAfter = async (limits: Limits) => {
      const open = openBatch(limits)
      await open.add([row(0), receipt(1), row(2)])
      return open.isEmpty
    }
    expect([await isEmptyAfter(limits), await isEmptyAfter({ ...limits, withFetch: false })]).toEqual([
      true,
      false,
    ])
  })
})

describe('a record that cannot be decoded', () => {
  it('goes to quarantine with its bytes, its place and the reason', async () => {
    const [closed] = await openBatch().add([message(7, Buffer.from('not avro'))])
    expect(closed!.poison).toEqual([
      {
        key: Buffer.from('k7'),
        value: {
          dsf_run: '',
          dsf_row: 7,
          stage: 'cleaner',
          reasons: [
            {
              field: null,
              code: 'undecodable',
              message: 'record earthquakes.seen/2@7 is not in Confluent Avro framing',
            },
          ],
          content: 'avro',
          bytes: Buffer.from('not avro'),
        },
      },
    ])
  })

  it('has no bytes when it is a tombstone, which in a changelog is the end of a key and is passed over', async () => {
    const [closed] = await openBatch(undefined, 'raw').add([message(0, null)])
    expect(closed!.poison).toMatchObject([{ value: { bytes: Buffer.alloc(0) } }])
    expect(await batches(undefined, [row(0), message(1, null), row(2)])).toEqual([
      { first: 0, rows: [0, 2], next: 3 },
    ])
  })

  it('does not close a run although it says that it is a receipt', async () => {
    const broken = message(1, Buffer.from('not avro'), receiptHeaders)
    expect(await batches({ records: 9, bytes: Infinity }, [row(0), broken, receipt(2)])).toEqual([
      { first: 0, rows: [0], poison: [1], receipt: 'r', next: 3 },
    ])
  })
})

describe('reset', () => {
  it('forgets what was gathered, because it will be read again', async () => {
    const open = openBatch({ records: 3, bytes: Infinity })
    await open.add([row(0), poison(1)])
    open.reset(7)
    expect(open.isEmpty).toBe(true)
    expect((await open.add([row(0), row(1), receipt(2)])).map(brief)).toEqual([
      { first: 7, rows: [0, 1], receipt: 'r', next: 3 },
    ])
  })
})

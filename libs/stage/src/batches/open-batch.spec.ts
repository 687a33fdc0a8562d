import { describe, expect, it } from 'vitest'
import {
  batches,
  brief,
  dataset,
  message,
  openBatch,
  poison,
  receipt,
  receiptOf,
  row,
} from '../../testing/records.ts'
import { receiptHeaders } from './receipts.ts'

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

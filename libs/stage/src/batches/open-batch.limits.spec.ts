import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batches, openBatch, poison, receipt, row } from '../../testing/records.ts'
import type { Limits } from './define.ts'

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

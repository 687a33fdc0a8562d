import { describe, expect, it } from 'vitest'
import type { Receipt } from './define.ts'
import { closeReceipt, isReceipt, receiptHeaders } from './receipts.ts'

const receipt = (route = ''): Receipt => ({
  run: 'r',
  dataset: 'quakes',
  lane: 1,
  lanes: 4,
  route,
  counters: { read: 10, quarantined: 1 },
  times: { requested: 1, ingestor: 2 },
})
const cleaner = { name: 'cleaner' }

describe('closeReceipt', () => {
  it('adds what was counted here and the time, and leaves everything else as it came', () => {
    expect(closeReceipt(receipt(), { clean: 7, quarantined: 2 }, cleaner, 'raw', 3)).toEqual({
      run: 'r',
      dataset: 'quakes',
      lane: 1,
      lanes: 4,
      route: '',
      counters: { read: 10, quarantined: 3, clean: 7 },
      times: { requested: 1, ingestor: 2, cleaner: 3 },
    })
  })

  it('does not change the receipt that it was given, because a failed transaction closes it again', () => {
    const given = receipt()
    closeReceipt(given, { read: 5 }, cleaner, 'raw')
    expect(given).toEqual(receipt())
  })

  it('names the route of the topic that it came by, and keeps a route that it has', () => {
    const stage = { name: 'sink', routes: { clean: 'processed', enriched: 'lake' } }
    const routeFrom = (from: 'clean' | 'enriched' | 'raw') =>
      closeReceipt(receipt('here'), {}, stage, from).route
    expect([routeFrom('clean'), routeFrom('enriched'), routeFrom('raw')]).toEqual([
      'processed',
      'lake',
      'here',
    ])
  })

  it.each([
    ['lake', { read: 10, quarantined: 1, indexed: 6 }],
    ['processed', { read: 10, quarantined: 1 }],
  ])(
    'of a stage that counts into the lake gives a receipt of the route %s the counters %j',
    (route, counters) => {
      expect(
        closeReceipt(receipt(route), { indexed: 6 }, { name: 'indexer', countsInto: 'lake' }, 'objects', 3),
      ).toEqual({
        ...receipt(route),
        counters,
        times: { requested: 1, ingestor: 2, indexer: 3 },
      })
    },
  )
})

describe('isReceipt', () => {
  it.each<[Record<string, unknown> | undefined, boolean]>([
    [receiptHeaders, true],
    [{ 'dsf-kind': Buffer.from('receipt') }, true],
    [{ 'dsf-kind': Buffer.from('row') }, false],
    [{ other: 'receipt' }, false],
    [{}, false],
    [undefined, false],
  ])('tells by the header alone: %j is %s', (headers, expected) => {
    expect(isReceipt(headers)).toBe(expected)
  })
})

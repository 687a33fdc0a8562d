import type { Receipt } from '@dsf/stage'
import type { Counters } from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import { closesRun, summarize } from './receipts.ts'

/** What a lane's receipt has collected at the end of each route: the lake's way is the longer one. */
const upstream: Counters = { read: 10, clean: 7, duplicate: 2, quarantined: 1, 'quarantined:type': 1 }
const lake: Counters = {
  ...upstream,
  simulated: 1,
  enriched: 8,
  stored: 8,
  created: 4,
  replaced: 2,
  superseded: 2,
}
const processed: Counters = { ...upstream, processed: 7 }

const receipt = (lane: number, route: string, counters: Counters): Receipt => ({
  run: 'r',
  dataset: 'quakes',
  lane,
  lanes: 2,
  route,
  counters,
  times: {},
})
const all = [0, 1].flatMap((lane) => [receipt(lane, 'lake', lake), receipt(lane, 'processed', processed)])
const summed = {
  runId: 'r',
  dataset: 'quakes',
  closed: 4,
  expected: 4,
  counters: {
    read: 20,
    clean: 14,
    duplicate: 4,
    quarantined: 2,
    'quarantined:type': 2,
    simulated: 2,
    enriched: 16,
    processed: 14,
    stored: 16,
    created: 8,
    replaced: 4,
    superseded: 4,
    repeated: 0,
    refused: 0,
  },
}

describe('summarize', () => {
  it('adds the lanes up, and what both routes have from upstream only once', () => {
    expect(summarize(all)).toEqual({ ...summed, state: 'succeeded' })
    expect(summarize(all.toReversed())).toEqual({ ...summed, state: 'succeeded' })
  })

  it('takes receipts of before an upgrade, and of a lane that counted on both sides of it', () => {
    const { created: _c, replaced: _r, ...former } = lake
    const before = [
      { ...former, indexed: 6 },
      { ...former, indexed: 2, created: 3, replaced: 1 },
    ]
    const found = all.map((each) =>
      each.route === 'lake' ? { ...each, counters: before[each.lane]! } : each,
    )
    const counters = { ...summed.counters, indexed: 8, created: 3, replaced: 1 }
    expect(summarize(found)).toEqual({ ...summed, counters, state: 'succeeded' })
  })

  it.each([1, 2, 3])(
    'calls a run running while only %i of 4 receipts are there, whatever its sums',
    (count) => {
      for (const some of [all.slice(0, count), all.slice(-count)])
        expect(summarize(some)).toMatchObject({ state: 'running', closed: count, expected: 4 })
      expect('reason' in summarize(all.slice(0, count))).toBe(false)
    },
  )

  it('gives every counter, those that nothing counted too', () => {
    const nothing = all.map(({ lane, route }) => receipt(lane, route, {}))
    const counters = { ...summed.counters, 'quarantined:type': 0 }
    for (const name of Object.keys(counters)) counters[name as 'read'] = 0
    const { 'quarantined:type': _, ...named } = counters
    expect(summarize(nothing)).toEqual({ ...summed, counters: named, state: 'succeeded' })
  })

  it.each<[string, string, Counters, string]>([
    [
      'the cleaner',
      'lake',
      { ...lake, duplicate: 1 },
      'read 20 is not clean 14 + duplicate 3 + quarantined 2',
    ],
    ['the generator', 'lake', { ...lake, simulated: 0 }, 'enriched 16 is not clean 14 + simulated 1'],
    ['the CSV sink', 'processed', { ...processed, processed: 6 }, 'processed 13 is not clean 14'],
    [
      'the indexer',
      'lake',
      { ...lake, created: 3 },
      'stored 16 is not created 7 + replaced 4 + superseded 4',
    ],
    [
      'the sink of the lake',
      'lake',
      { ...lake, stored: 9 },
      'stored 17 is not enriched 16; stored 17 is not created 8 + replaced 4 + superseded 4',
    ],
    [
      'nobody any more: twice',
      'lake',
      { ...lake, clean: 8, read: 11 },
      'enriched 16 is not clean 15 + simulated 2; processed 14 is not clean 15',
    ],
  ])(
    'fails a run with rows that %s lost or doubled, and says which sum does not hold',
    (_, route, counters, sums) => {
      const changed = all.map((each) =>
        each.lane === 1 && each.route === route ? { ...each, counters } : each,
      )
      expect(summarize(changed)).toMatchObject({
        state: 'failed',
        reason: `rows without an answer: ${sums}`,
        closed: 4,
      })
    },
  )
})

it.each([
  ['lake', true],
  ['processed', true],
  ['replay', false],
  ['profile', false],
  ['trends', false],
])('a receipt of the route %s closes a run: %j', (route, closes) => {
  expect(closesRun(receipt(0, route, {}))).toBe(closes)
})

import { describe, expect, test } from 'vitest'
import { addCounters, brokenSums, type Counters } from './index.ts'

test('counters add up, name by name', () => {
  const into: Counters = { read: 2, clean: 1 }
  expect(addCounters(into, { read: 3, 'quarantined.type': 1 })).toBe(into)
  expect(into).toEqual({ read: 5, clean: 1, 'quarantined.type': 1 })
})

describe('the sums of a run', () => {
  const run: Counters = {
    read: 100,
    clean: 90,
    duplicate: 7,
    quarantined: 3,
    'quarantined.type': 2,
    'quarantined.required': 1,
    simulated: 9,
    enriched: 99,
    processed: 90,
    stored: 99,
    indexed: 96,
    superseded: 3,
    refused: 0,
  }

  test('hold for a run in which every row has its answer', () => {
    expect(brokenSums(run)).toEqual([])
    expect(brokenSums({})).toEqual([])
  })

  test.each<[Counters, string[]]>([
    [{ read: 101 }, ['read 101 is not clean 90 + duplicate 7 + quarantined 3']],
    [{ duplicate: 6 }, ['read 100 is not clean 90 + duplicate 6 + quarantined 3']],
    [{ quarantined: 4 }, ['read 100 is not clean 90 + duplicate 7 + quarantined 4']],
    [{ simulated: 8 }, ['enriched 99 is not clean 90 + simulated 8']],
    [{ processed: 89 }, ['processed 89 is not clean 90']],
    [
      { indexed: 95, refused: 1 },
      ['stored 99 is not indexed 95 + superseded 3 (refused and in quarantine: 1)'],
    ],
    [{ indexed: 97 }, ['stored 99 is not indexed 97 + superseded 3']],
    [{ stored: 98 }, ['stored 98 is not enriched 99', 'stored 98 is not indexed 96 + superseded 3']],
    [
      { stored: 97, indexed: 94, 'quarantined:partitions': 2 },
      [
        'stored 97 is not enriched 99 (in quarantine, because a chunk had more partitions than x-dsf.sinks.lake.partitions allows: 2)',
      ],
    ],
    [{ 'quarantined.type': 50 }, []],
    [{ enriched: 98, stored: 98, indexed: 95, 'quarantined:outgrown': 1 }, []],
    [{ 'quarantined:outgrown': 1 }, ['enriched 99 + quarantined:outgrown 1 is not clean 90 + simulated 9']],
  ])('with %j do not: %j', (change, broken) => {
    expect(brokenSums({ ...run, ...change })).toEqual(broken)
  })

  test('take a counter that is not there for nought', () => {
    expect(brokenSums({ read: 1 })).toEqual(['read 1 is not clean 0 + duplicate 0 + quarantined 0'])
  })
})

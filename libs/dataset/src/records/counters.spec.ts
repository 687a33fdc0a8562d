import { describe, expect, test } from 'vitest'
import { addCounters, brokenSums, type Counters } from '../index.ts'

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
    created: 90,
    replaced: 6,
    superseded: 3,
    repeated: 2,
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
      { created: 89, refused: 1 },
      ['stored 99 is not created 89 + replaced 6 + superseded 3 (refused and in quarantine: 1)'],
    ],
    [{ created: 91 }, ['stored 99 is not created 91 + replaced 6 + superseded 3']],
    [
      { stored: 98 },
      ['stored 98 is not enriched 99', 'stored 98 is not created 90 + replaced 6 + superseded 3'],
    ],
    [
      { stored: 97, created: 88, 'quarantined:partitions': 2 },
      [
        'stored 97 is not enriched 99 (in quarantine, because a chunk had more partitions than x-dsf.sinks.lake.partitions allows: 2)',
      ],
    ],
    [{ 'quarantined.type': 50 }, []],
    [{ enriched: 98, stored: 98, created: 89, 'quarantined:outgrown': 1 }, []],
    [{ 'quarantined:outgrown': 1 }, ['enriched 99 + quarantined:outgrown 1 is not clean 90 + simulated 9']],
  ])('with %j do not: %j', (change, broken) => {
    expect(brokenSums({ ...run, ...change })).toEqual(broken)
  })

  test('hold for a run that was over, or open, when documents were counted as indexed', () => {
    const { created: _c, replaced: _r, repeated: _p, ...before } = run
    expect(brokenSums({ ...before, indexed: 96 })).toEqual([])
    expect(brokenSums({ ...run, created: 40, indexed: 50 })).toEqual([])
    expect(brokenSums({ ...run, created: 40, indexed: 49 })).toEqual([
      'stored 99 is not created 40 + replaced 6 + superseded 3 + indexed 49',
    ])
  })

  test('take a counter that is not there for nought', () => {
    expect(brokenSums({ read: 1 })).toEqual(['read 1 is not clean 0 + duplicate 0 + quarantined 0'])
  })
})

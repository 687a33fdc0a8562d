import { describe, expect, it } from 'vitest'
import { problemOf, receiptTable, sourceUrl } from './run-client.ts'

describe('make run', () => {
  it('shows the counters in reading order, and those that it does not know behind', () => {
    const counters = { late: 1, stored: 1712, clean: 1700, read: 1707 }
    expect(
      receiptTable({ runId: 'r1', dataset: 'earthquakes', state: 'failed', reason: 'sums', counters }).split(
        '\n',
      ),
    ).toEqual([
      'run      r1',
      'dataset  earthquakes',
      'state    failed',
      'reason   sums',
      'read     1707',
      'clean    1700',
      'stored   1712',
      'late        1',
    ])
  })

  it('makes a path a file URL and leaves URLs alone', () => {
    expect(sourceUrl('https://example.org/a.csv')).toBe('https://example.org/a.csv')
    expect(sourceUrl('package.json')).toMatch(/^file:\/\/\/.*\/package\.json$/)
    expect(() => sourceUrl('missing.csv')).toThrow(/SOURCE=missing.csv is neither a URL nor a file/)
  })

  it('reads problem+json, or whatever came instead', () => {
    expect(problemOf('{"title":"Unknown dataset","detail":"there is no x"}')).toBe(
      'Unknown dataset: there is no x',
    )
    expect(problemOf('{"title":"T","detail":"d","errors":["/name: a","/x: b"]}')).toBe(
      'T: d\n  /name: a\n  /x: b',
    )
    expect(problemOf('<html>')).toBe('<html>')
  })
})

import { describe, expect, it } from 'vitest'
import { receiptTable, sourceUrl } from './run-client.ts'

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
    expect(() => sourceUrl('missing.csv')).toThrow(/The source missing.csv is neither a URL nor a file/)
  })
})

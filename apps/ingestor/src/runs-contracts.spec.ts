import { describe, expect, it } from 'vitest'
import { findRun } from './runs-contracts.ts'

describe('the seconds that somebody waits for a run', () => {
  it.each([
    ['10', 10],
    ['10.000', 10],
    ['1.5', 1.5],
    ['0.30000000000000004', 0.3],
    ['1e-7', 0],
    ['60', 60],
    [undefined, 0],
  ])('may be parts of one: %s', (wait, seconds) => {
    expect(findRun.query.safeParse({ wait }).data?.wait).toBeCloseTo(seconds, 6)
  })

  it.each(['60.001', '-1', '1e2', '', ' ', '0x1', 'Infinity', 'e', '1.2.3', ['1', '2']])(
    'are refused as %j',
    (wait) => {
      expect(findRun.query.safeParse({ wait }).success).toBe(false)
    },
  )
})

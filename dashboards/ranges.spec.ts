import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rangesOf } from './ranges.ts'

const field = { type: 'number', aggregatable: 'x', title: 'x' } as const

/** Decimal numbers as integers of their last digit, so that no double is asked where an interval ends. */
const decimal = (number: number, digits: number): bigint => BigInt(number.toFixed(digits).replace('.', ''))

describe('the intervals of a number', () => {
  it.each([
    [{ minimum: -2, maximum: 10 }, 0.5, -2, 10.5, 25],
    [{ minimum: -10, maximum: 1000 }, 50, -50, 1050, 22],
    [{ minimum: 0, maximum: 1 }, 0.1, 0, 1.1, 11],
    [{ minimum: 0.25, maximum: 0.75 }, 0.5, 0, 1, 2],
    [{ minimum: 7, maximum: 7 }, 5, 5, 10, 1],
  ])(
    '%o by %f begin at the floor of the least and end behind the greatest',
    (bounds, by, from, to, count) => {
      const ranges = rangesOf({ ...field, ...bounds }, by)
      expect([ranges[0]!.from, ranges.at(-1)!.to, ranges.length]).toEqual([from, to, count])
    },
  )

  it('follow each other, are multiples of their width, and take every value within the bounds exactly once', () => {
    const cases = fc.record({
      digits: fc.integer({ min: 0, max: 3 }),
      width: fc.integer({ min: 1, max: 50 }),
      first: fc.integer({ min: -500, max: 500 }),
      steps: fc.integer({ min: 0, max: 100 }),
    })
    fc.assert(
      fc.property(cases, ({ digits, width, first, steps }) => {
        const unit = 10 ** digits
        const [minimum, maximum] = [first / unit, (first + steps) / unit]
        const ranges = rangesOf({ ...field, minimum, maximum }, width / unit)
        for (const [i, { from, to }] of ranges.entries()) {
          expect(decimal(from, digits) % BigInt(width)).toBe(0n)
          expect(decimal(to, digits) - decimal(from, digits)).toBe(BigInt(width))
          if (i > 0) expect(from).toBe(ranges[i - 1]!.to)
        }
        for (let step = 0; step <= steps; step++) {
          const value = (first + step) / unit
          expect(ranges.filter(({ from, to }) => from <= value && value < to)).toHaveLength(1)
        }
      }),
      { numRuns: 200 },
    )
  })

  it.each([[{}], [{ minimum: 0 }], [{ maximum: 5 }], [{ minimum: 0, maximum: 1e6 }]])(
    'are not told where %o does not bound them',
    (bounds) => expect(rangesOf({ ...field, ...bounds }, 1)).toEqual([]),
  )
})

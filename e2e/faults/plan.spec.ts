import { describe, expect, it } from 'vitest'
import { planRounds } from './plan.ts'

const variants = [
  ...['a', 'b', 'c', 'd', 'e'].map((title) => ({ id: 'F1', title })),
  ...['f', 'g'].map((title) => ({ id: 'F2', title })),
  { id: 'F3', title: 'h' },
]
const titles = (options: { seed: number; rounds: number; only?: string }) =>
  planRounds(variants, options).map(({ variant }) => variant.title)

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(titles({ seed: 7, rounds: 30 })).toEqual(titles({ seed: 7, rounds: 30 }))
    expect(titles({ seed: 7, rounds: 30 })).not.toEqual(titles({ seed: 8, rounds: 30 }))
  })

  it('has every variant equally often', () => {
    const counts = Map.groupBy(titles({ seed: 1, rounds: 24 }), (title) => title)
    expect([...counts.values()].map(({ length }) => length)).toEqual(Array(8).fill(3))
  })

  it('meets every family before it comes back to one', () => {
    const first = planRounds(variants, { seed: 3, rounds: 3 }).map(({ variant }) => variant.id)
    expect(first.toSorted()).toEqual(['F1', 'F2', 'F3'])
  })

  it('has only what was asked for, and says what could have been', () => {
    expect(new Set(titles({ seed: 1, rounds: 9, only: 'F2,F3' }))).toEqual(new Set(['f', 'g', 'h']))
    expect(() => titles({ seed: 1, rounds: 9, only: 'F99' })).toThrow('known are F1, F2, F3')
  })

  it('draws in each round what that round always draws', () => {
    const [one, , three] = planRounds(variants, { seed: 1, rounds: 3 })
    one!.random()
    const again = planRounds(variants, { seed: 1, rounds: 3 })[2]!
    expect(three!.random()).toBe(again.random())
  })
})

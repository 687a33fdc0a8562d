import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inTurns, nextTurn, sliced, sliceRecords } from './turns.ts'

describe('turns', () => {
  it('are given one in each round of the event loop, in the order of asking', async () => {
    const seen: string[] = []
    const work = async (name: string) => {
      for (let slice = 1; slice <= 2; slice++) {
        await nextTurn()
        seen.push(`${name}${slice}`)
      }
    }
    const others = async () => {
      for (let round = 1; round <= 4; round++) {
        await setImmediate()
        seen.push('server')
      }
    }
    await Promise.all([work('a'), work('b'), others()])
    expect(seen.filter((name) => name !== 'server')).toEqual(['a1', 'b1', 'a2', 'b2'])
    expect(seen.join(' ')).not.toMatch(/[ab]\d [ab]\d/)
  })

  it('are asked for when the pieces have come to a slice, and no sooner', () => {
    const turn = sliced()
    expect([1, sliceRecords - 2, 1, 1, sliceRecords].map((records) => turn(records) !== undefined)).toEqual([
      false,
      false,
      true,
      false,
      true,
    ])
  })
})

describe('items in turns', () => {
  it('are all worked at in order, and others have a turn behind each slice', async () => {
    const items = Array.from({ length: 2 * sliceRecords + 1 }, (_, i) => i)
    const seen: number[] = []
    const turns: number[] = []
    const work = inTurns(items, (item) => seen.push(item))
    for (let turn = 0; turn < 2; turn++) {
      turns.push(seen.length)
      await nextTurn()
    }
    await work
    expect(seen).toEqual(items)
    expect(turns).toEqual([sliceRecords, 2 * sliceRecords])
  })
})

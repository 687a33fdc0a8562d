import { describe, expect, it } from 'vitest'
import { Slots } from './slots.ts'

const never = new AbortController().signal

/** Takes places in this order, and tells who has one. */
function takers(slots: Slots, names: (string | undefined)[]) {
  const places = new Map<number, Disposable>()
  const gone = names.map(() => new AbortController())
  const taking = names.map((name, i) =>
    slots.take(gone[i]!.signal, name).then((place) => void places.set(i, place)),
  )
  const has = async () => {
    await new Promise(setImmediate)
    return [...places.keys()].sort()
  }
  const leave = (i: number) => {
    places.get(i)![Symbol.dispose]()
    places.delete(i)
  }
  return { has, leave, taking, giveUp: (i: number) => gone[i]!.abort(new Error('gone')) }
}

describe('places', () => {
  it('are given in the order in which they are asked for, as many as there are', async () => {
    const { has, leave } = takers(new Slots(2), [undefined, undefined, undefined, undefined])
    expect(await has()).toEqual([0, 1])
    leave(1)
    expect(await has()).toEqual([0, 2])
    leave(0)
    leave(2)
    expect(await has()).toEqual([3])
  })

  it('are one for a name, and who has another name does not wait for that', async () => {
    const { has, leave } = takers(new Slots(3), ['a', 'a', 'b', 'a'])
    expect(await has()).toEqual([0, 2])
    leave(0)
    expect(await has()).toEqual([1, 2])
    leave(1)
    expect(await has()).toEqual([2, 3])
  })

  it('are not kept for who does not wait any more', async () => {
    const { has, leave, taking, giveUp } = takers(new Slots(1), ['a', 'a', 'b'])
    taking[1]!.catch(() => undefined)
    giveUp(1)
    await expect(taking[1]).rejects.toThrow('gone')
    expect(await has()).toEqual([0])
    leave(0)
    expect(await has()).toEqual([2])
  })

  it('are refused at once to who is gone already', async () => {
    await expect(new Slots(1).take(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    expect(await new Slots(1).take(never)).toBeDefined()
  })
})

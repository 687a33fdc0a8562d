import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { doneWithin, oneAtATime } from './timed-work.ts'

describe('work of a timer', () => {
  it('is not begun a second time while it is under way, and is the next time after', async () => {
    const begun: (() => void)[] = []
    const look = oneAtATime(() => new Promise<void>((end) => begun.push(end)))
    look()
    look()
    expect(begun).toHaveLength(1)
    begun[0]!()
    await setImmediate()
    look()
    expect(begun).toHaveLength(2)
  })
})

describe('work that is waited for', () => {
  it('is done within the time, or goes on behind us', async () => {
    const { promise: work, resolve: end } = Promise.withResolvers<void>()
    expect(await doneWithin(work, 1)).toBe(false)
    end()
    expect(await doneWithin(work, 60_000)).toBe(true)
  })

  it('fails as it does within the time', async () => {
    await expect(doneWithin(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken')
  })
})

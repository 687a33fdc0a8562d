import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { withProgress, type Progress } from './fetch-progress.ts'

const unstopped = new AbortController().signal
const looks = { first: 1, every: 2 }

describe('the progress of a fetch', () => {
  it('is told with its speed since the last time, and no more once it is over', async () => {
    const told: Progress[] = []
    const end = Promise.withResolvers<string>()
    let count: (bytes: number) => void
    const work = (counting: typeof count) => {
      count = counting
      count(1000)
      return end.promise
    }
    const tell = async (progress: Progress) => {
      if (told.push(progress) === 1) count(5000)
      else end.resolve('landed')
    }
    expect(await withProgress(unstopped, tell, work, looks)).toBe('landed')
    await sleep(10)
    expect(told).toEqual([
      { landing_bytes: 1000, bytes_per_second: 1_000_000 },
      { landing_bytes: 5000, bytes_per_second: 2_000_000 },
    ])
  })

  it('that cannot be told ends the fetch, and waits until it has ended', async () => {
    let hasEnded = false
    const work = async (_: unknown, signal: AbortSignal) => {
      await sleep(60_000, undefined, { signal }).finally(() => (hasEnded = true))
    }
    const tell = () => Promise.reject(new Error('the lane is lost'))
    await expect(withProgress(unstopped, tell, work, looks)).rejects.toThrow('the lane is lost')
    expect(hasEnded).toBe(true)
  })
})

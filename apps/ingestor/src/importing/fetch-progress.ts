import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from './run.ts'

/** How far a fetch has come. */
export type Progress = Pick<Run, 'landing_bytes' | 'bytes_per_second'>

/** Milliseconds until the first look at how far a source has come, which a quick one does not live to see, and between two of them. */
const usualLooks = { first: 500, every: 2000 }

type Tell = (progress: Progress) => Promise<void>

/**
 * Does work that says how many bytes it has brought so far, and tells that meanwhile. Whichever of the two fails ends the other.
 */
export async function withProgress<T>(
  signal: AbortSignal,
  tell: Tell,
  work: (count: (bytes: number) => void, signal: AbortSignal) => Promise<T>,
  looks = usualLooks,
): Promise<T> {
  let bytes = 0
  const over = new AbortController()
  const working = work((total) => void (bytes = total), AbortSignal.any([signal, over.signal]))
  const telling = tellNowAndThen(over.signal, () => bytes, tell, looks)
  return Promise.race([working, telling]).finally(() => {
    over.abort()
    return Promise.allSettled([working, telling])
  })
}

async function tellNowAndThen(
  over: AbortSignal,
  bytes: () => number,
  tell: Tell,
  { first, every }: typeof usualLooks,
): Promise<never> {
  for (let before = 0, ms = first; ; ms = every) {
    await sleep(ms, undefined, { signal: over })
    const landing_bytes = bytes()
    const bytes_per_second = Math.max(0, Math.round(((landing_bytes - before) * 1000) / ms))
    await tell({ landing_bytes, bytes_per_second })
    before = landing_bytes
  }
}

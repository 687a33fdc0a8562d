import type { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { SourceError } from '../source-error.ts'

/** What a source may take of our time. */
export interface Pace {
  /** in which we wait for it, until it is whole */
  maxSeconds: number
  /** over any half minute in which we waited for it; 0 for no such limit */
  minBytesPerSecond: number
  /** what of it earlier connections of the same fetch took; a new one is begun when it is left out */
  spent?: Spent
}

/** Of one fetch, over all its connections. */
export interface Spent {
  seconds: number
  /** we leave the source alone for a while, so nothing is expected of it */
  isResting: boolean
  /** bytes that have come and are held back until what they belong to is whole */
  heldBack?: number
}

const windowSeconds = 30

/**
 * Ends `stream` with a SourceError when its source is too slow. Time in which we take nothing, because the store is slow, is not the
 * source's, nor is any once all of it has come.
 * @param secondMs what a second takes; tests have shorter ones
 */
export function watchPace(stream: Transform, name: string, pace: Pace, secondMs = 1000) {
  let [waited, bytes] = [0, 0]
  const spent = pace.spent ?? { seconds: 0, isResting: false }
  const look = () => {
    if (stream.writableEnded || stream.writableNeedDrain) return
    if (++spent.seconds >= pace.maxSeconds)
      return fail(`was not whole after ${pace.maxSeconds} s; source.maxSeconds of the definition allows more`)
    if (spent.isResting || ++waited < windowSeconds) return
    const least = windowSeconds * pace.minBytesPerSecond
    const came = bytes + (spent.heldBack ?? 0)
    if (came < least)
      fail(
        `sent ${came} bytes in ${windowSeconds} s, at least ${least} are expected; source.minBytesPerSecond of the definition allows fewer`,
      )
    waited = bytes = spent.heldBack = 0
  }
  const timer = setInterval(look, secondMs).unref()
  const fail = (what: string) => void stream.destroy(new SourceError(`${name} ${what}`))
  stream.once('close', () => clearInterval(timer))
  return (more: number) => {
    bytes += more
  }
}

/** Seconds between two connections, unless more is asked for. */
const longestRest = 30

/**
 * Leaves a source alone after a failure, as long as it asks for and at least a second, longer each time.
 * @param secondMs what a second takes; tests have shorter ones
 * @returns how many seconds that took
 * @throws SourceError when its budget has no room for that
 */
export async function rest(
  failure: SourceError,
  inVain: number,
  { maxSeconds, spent }: Pace,
  signal?: AbortSignal,
  secondMs = 1000,
): Promise<number> {
  const seconds = Math.max(Math.ceil(failure.retryAfterMs / 1000), Math.min(2 ** (inVain - 1), longestRest))
  if (seconds + (spent?.seconds ?? 0) >= maxSeconds)
    throw new SourceError(
      `${failure.message}; it is to be asked again after ${seconds} s, which is more than is left of source.maxSeconds of the definition (${maxSeconds} s)`,
    )
  if (spent) spent.isResting = true
  await sleep(seconds * secondMs, undefined, { signal })
  if (spent) spent.isResting = false
  return seconds
}

/**
 * Does what comes before the first byte, within what is left of the pace: its time counts, too.
 * @param what stands in the sentence when there is no time left
 */
export async function withinPace<C extends { pace: Pace; signal?: AbortSignal }, T>(
  context: C,
  what: string,
  work: (context: C) => Promise<T>,
): Promise<T> {
  const { pace, signal } = context
  const { spent = { seconds: 0, isResting: false }, maxSeconds } = pace
  const over = new AbortController()
  const begun = performance.now()
  const deadline = AbortSignal.timeout(Math.ceil(Math.max(0, maxSeconds - spent.seconds) * 1000))
  const stop = () => over.abort()
  deadline.addEventListener('abort', stop)
  try {
    return await work({ ...context, signal: AbortSignal.any(signal ? [signal, over.signal] : [over.signal]) })
  } catch (error) {
    if (!over.signal.aborted) throw error
    throw new SourceError(`${what} took ${maxSeconds} s; source.maxSeconds of the definition allows more`, {
      cause: error,
    })
  } finally {
    // what was opened goes on
    deadline.removeEventListener('abort', stop)
    spent.seconds += Math.floor((performance.now() - begun) / 1000)
  }
}

import type { Transform } from 'node:stream'
import { SourceError } from './source-error.ts'

/** What a source may take of our time. */
export interface Pace {
  /** in which we wait for it, until it is whole */
  maxSeconds: number
  /** over any half minute in which we waited for it; 0 for no such limit */
  minBytesPerSecond: number
}

const windowSeconds = 30

/**
 * Ends `stream` with a SourceError when its source is too slow. Time in which we take nothing, because the store is slow, is not the
 * source's, nor is any once all of it has come.
 * @param secondMs what a second takes; tests have shorter ones
 */
export function watchPace(stream: Transform, name: string, pace: Pace, secondMs = 1000) {
  let [seconds, waited, bytes] = [0, 0, 0]
  const look = () => {
    if (stream.writableEnded || stream.writableNeedDrain) return
    if (++seconds >= pace.maxSeconds)
      return fail(`was not whole after ${pace.maxSeconds} s; source.maxSeconds of the definition allows more`)
    if (++waited < windowSeconds) return
    const least = windowSeconds * pace.minBytesPerSecond
    if (bytes < least)
      fail(
        `sent ${bytes} bytes in ${windowSeconds} s, at least ${least} are expected; source.minBytesPerSecond of the definition allows fewer`,
      )
    waited = bytes = 0
  }
  const timer = setInterval(look, secondMs).unref()
  const fail = (what: string) => void stream.destroy(new SourceError(`${name} ${what}`))
  stream.once('close', () => clearInterval(timer))
  return (more: number) => {
    bytes += more
  }
}

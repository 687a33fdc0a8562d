import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Sends a request of so many characters, now or when others are answered.
 * @throws the signal's reason when that ends the waiting
 */
export type Turn = <T>(length: number, send: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/** A request that keeps Elasticsearch busy for longer than a small import takes there. */
const large = 250_000
/** Nobody waits longer for others: a node may hang. */
const longestMs = 5000

/**
 * Elasticsearch works on as many bulk requests as it has cores, in the order of their coming. The lanes of one large import would keep
 * all of them busy, and a small import of another dataset would wait behind. So of the rows of a dataset this process has one large request under
 * way at a time; small ones wait for nothing, nor does another dataset.
 */
export function oneLargeAtATime(waitMs = longestMs): Turn {
  let last: Promise<unknown> = Promise.resolve()
  return (length, send, signal) => {
    if (length < large) return send()
    const sent = until(last, waitMs, signal).then(send)
    last = sent.then(nothing, nothing)
    return sent
  }
}

/** Resolves when the one before is answered, or after some time. */
async function until(before: Promise<unknown>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  const over = new AbortController()
  const ends = AbortSignal.any(signal ? [over.signal, signal] : [over.signal])
  try {
    await Promise.race([before, sleep(ms, undefined, { signal: ends })])
  } finally {
    over.abort()
  }
}

const nothing = () => undefined

/** Sends a request of so many characters, now or when others are answered. */
export type Turn = <T>(length: number, send: () => Promise<T>) => Promise<T>

/** A request that keeps Elasticsearch busy for longer than a small import takes there. */
const large = 250_000

/**
 * Elasticsearch works on as many bulk requests as it has cores, in the order of their coming. The lanes of one large import would keep
 * all of them busy, and a small import of another dataset would wait behind. So of a dataset one large request is under way at a time; small ones
 * wait for nothing, nor does another dataset.
 */
export function oneLargeAtATime(): Turn {
  let last: Promise<unknown> = Promise.resolve()
  return (length, send) => {
    if (length < large) return send()
    const sent = last.then(send)
    last = sent.then(nothing, nothing)
    return sent
  }
}

const nothing = () => undefined

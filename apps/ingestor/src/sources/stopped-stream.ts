import { Readable } from 'node:stream'

/**
 * A stream of what a generator makes. Destroyed, it stops the generator's work by its signal: the generator's own end would come behind the
 * chunk that it waits for.
 * @param outer stops it, too
 */
export function stoppedStream(
  make: (signal: AbortSignal) => AsyncGenerator<Buffer, undefined>,
  outer?: AbortSignal,
): Readable {
  const over = new AbortController()
  const chunks = make(outer ? AbortSignal.any([over.signal, outer]) : over.signal)
  return new Readable({
    highWaterMark: 256 * 1024,
    read() {
      chunks.next().then(
        ({ value }) => this.push(value ?? null),
        (error: unknown) => this.destroy(error as Error),
      )
    },
    destroy(error, done) {
      over.abort()
      // one that waits for nothing has its own ends to come to
      chunks.return(undefined).catch(() => undefined)
      done(error)
    },
  })
}

import { Transform, type Readable } from 'node:stream'
import { watchPace } from './pace.ts'
import { tooLong, type SourceOptions } from './source-client.ts'
import { SourceError, toSourceError } from './source-error.ts'

interface MeterOptions extends SourceOptions {
  name: string
  contentLength: number | undefined
}

/** A body as it comes, counted and within its budget. */
interface Metered {
  stream: Readable
  gzip: boolean
}

/** Passes the body on, counted; settles as soon as the first two bytes, or their absence, tell whether it is gzip. */
export function meter(body: Readable, options: MeterOptions): Promise<Metered> {
  const { name, maxBytes, contentLength, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<Metered>()
  let total = 0
  const magic: number[] = []
  const settle = () => resolve({ stream, gzip: magic[0] === 0x1f && magic[1] === 0x8b })
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, callback) {
      for (let i = 0; magic.length < 2 && i < chunk.length; i++) magic.push(chunk[i]!)
      if (magic.length === 2) settle()
      total += chunk.length
      came(chunk.length)
      if (total > maxBytes) callback(new SourceError(tooLong(name, maxBytes)))
      else callback(null, chunk)
    },
    flush(callback) {
      settle()
      const whole = contentLength === undefined || total === contentLength
      callback(
        whole
          ? null
          : new SourceError(`${name} sent ${total} of ${contentLength} bytes`, { transient: true }),
      )
    },
  })
  const came = watchPace(stream, name, options.pace, options.timeouts?.second)
  const fail = (error: unknown) => stream.destroy(toSourceError(error, name))
  const abort = () => fail(signal?.reason)
  body.once('error', fail)
  body.once('close', () => body.readableEnded || fail({ code: 'UND_ERR_SOCKET' }))
  signal?.addEventListener('abort', abort, { once: true })
  stream.once('error', reject).once('close', () => {
    signal?.removeEventListener('abort', abort)
    body.destroy()
  })
  if (signal?.aborted) abort()
  body.pipe(stream)
  return promise
}

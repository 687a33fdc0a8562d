import { Transform, type Readable } from 'node:stream'
import { compressionOf, type Compression } from '../reading/compression.ts'
import { watchPace } from './pace.ts'
import { tooLong, type SourceOptions } from './source-client.ts'
import { SourceError, toSourceError } from '../source-error.ts'

interface MeterOptions extends SourceOptions {
  name: string
  /** of what has no magic */
  declared: Compression | undefined
  contentLength: number | undefined
}

/** A body as it comes, counted and within its budget. */
interface Metered {
  stream: Readable
  /** by its first bytes, whatever its name and headers say; where they say nothing, as it was declared */
  compression: Compression | undefined
}

/** Passes the body on, counted; settles as soon as the first bytes, or their absence, tell how it is compressed. */
export function meter(body: Readable, options: MeterOptions): Promise<Metered> {
  const { name, maxBytes, contentLength, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<Metered>()
  let total = 0
  let head: Buffer | undefined = Buffer.alloc(0)
  const settle = (isAll: boolean) => {
    const found = head && compressionOf(head, isAll)
    if (!found) return
    head = undefined
    resolve({ stream, compression: found.compression ?? (total > 0 ? options.declared : undefined) })
  }
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, callback) {
      total += chunk.length
      if (head) {
        head = Buffer.concat([head, chunk.subarray(0, 16)])
        settle(false)
      }
      came(chunk.length)
      if (total > maxBytes) callback(new SourceError(tooLong(name, maxBytes)))
      else callback(null, chunk)
    },
    flush(callback) {
      settle(true)
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

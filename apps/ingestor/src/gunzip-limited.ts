import { Transform, type Readable, type TransformCallback } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { SourceError } from './source-error.ts'

export interface GunzipLimits {
  maxBytes: number
  /** Decompressed bytes per compressed byte; real CSV has 3 to 30, a sparse one some hundreds, a bomb 1,000. */
  maxCompressionRatio: number
}

/** For what was measured before: a limit that changed since must not stop in its middle what has begun. */
export const measuredBefore: GunzipLimits = { maxBytes: Infinity, maxCompressionRatio: Infinity }

/** Small data may compress well by nature. */
const ratioFrom = 1024 * 1024

const tooDense = (ratio: number) =>
  `the data decompresses to more than ${ratio} times its size; source.maxCompressionRatio of the definition allows more`

/** Decompresses, counting what comes out: a small file may hold more than memory or disk. */
export function gunzipLimited(source: Readable, limits: GunzipLimits): Readable {
  const { maxBytes, maxCompressionRatio } = limits
  const gunzip = createGunzip({ chunkSize: 128 * 1024 })
  let total = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      total += chunk.length
      if (total > maxBytes)
        callback(new SourceError(`the data is longer than the limit of ${maxBytes} bytes when decompressed`))
      else if (total > ratioFrom && total > maxCompressionRatio * gunzip.bytesWritten)
        callback(new SourceError(tooDense(maxCompressionRatio)))
      else callback(null, chunk)
    },
  })
  const damaged = (cause: NodeJS.ErrnoException) => {
    const cut = cause.code === 'Z_BUF_ERROR'
    counted.destroy(
      new SourceError(`the gzip data is ${cut ? 'cut short' : 'damaged'}`, { transient: cut, cause }),
    )
  }
  source.once('error', (error) => counted.destroy(error))
  source.once('close', () => source.readableEnded || counted.destroy(new SourceError('reading was stopped')))
  gunzip.once('error', damaged)
  counted.once('close', () => {
    gunzip.destroy()
    source.destroy()
  })
  source.pipe(gunzip).pipe(counted)
  return counted
}

/** Decompresses as a fetch does, by bytes that come in pieces. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import {
  decompressLimited,
  measuredBefore,
  type DecompressionLimits,
  type Streamed,
} from '../src/reading/decompress.ts'
import { SourceError } from '../src/source-error.ts'
import { sourceFailure } from './source-failure.ts'

export const limits: DecompressionLimits = { maxBytes: 1e9, maxCompressionRatio: 200 }

/** @param size of each piece */
export function unpack(
  compression: Streamed,
  bytes: Buffer,
  more: DecompressionLimits = limits,
  size = bytes.length || 1,
): Promise<Buffer> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  return buffer(decompressLimited(Readable.from(pieces), compression, more))
}

/** @param packed so long that it is read in parts */
export function itFollowsItsSource(compression: Streamed, packed: Buffer): void {
  it('passes on the error of its source, and lets go of it when nobody reads on', async () => {
    const half = packed.length >> 1
    let closed = 0
    const source = (fails: boolean) =>
      (async function* () {
        try {
          yield packed.subarray(0, half)
          if (fails) throw new SourceError('lost', { transient: true })
          yield packed.subarray(half)
        } finally {
          closed++
        }
      })()
    const lost = buffer(decompressLimited(source(true), compression, measuredBefore))
    expect(await sourceFailure(lost)).toEqual(['lost', true])
    for await (const _ of decompressLimited(source(false), compression, measuredBefore)) break
    expect(closed).toBe(2)
  })
}

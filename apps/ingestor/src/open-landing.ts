import type { Dataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { compressionOfKey } from './compression.ts'
import { decompressLimited, measuredBefore, type DecompressionLimits } from './decompress.ts'
import { unzipLimited } from './open-zip.ts'

type Landed = { landing: string; landing_bytes: number }

/** The decompressed bytes of a landing, which were within their limits when it was written. */
export async function openLanding(
  store: Pick<ObjectStore, 'stream'>,
  landed: Landed,
  { innerpath }: Pick<Dataset, 'innerpath'>,
): Promise<AsyncIterable<Buffer>> {
  const compression = compressionOfKey(landed.landing)
  if (compression === 'zip') return unzipLanding(store, landed, innerpath, measuredBefore)
  const stored = await store.stream(landed.landing)
  return compression ? decompressLimited(stored, compression, measuredBefore) : stored
}

export const unzipLanding = (
  store: Pick<ObjectStore, 'stream'>,
  { landing, landing_bytes: size }: Landed,
  innerpath: string | undefined,
  limits: DecompressionLimits,
): AsyncIterable<Buffer> =>
  unzipLimited({ size, stream: (from, length) => store.stream(landing, from, length) }, innerpath, limits)

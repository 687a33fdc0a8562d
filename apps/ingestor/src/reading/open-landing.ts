import type { Dataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { compressionOfKey } from './compression.ts'
import { decompressLimited, measuredBefore, type DecompressionLimits } from './decompress.ts'
import { unzipLimited } from './open-zip.ts'
import { toUtf8 } from './to-utf8.ts'

type Landed = { landing: string; landing_bytes: number }

/**
 * A landing as UTF-8, decompressed; it was within its limits when it was written.
 * @param found is told its encoding, before its first bytes
 */
export async function openLanding(
  store: Pick<ObjectStore, 'stream'>,
  landed: Landed,
  { innerpath, encoding }: Pick<Dataset, 'innerpath' | 'encoding'>,
  found: (encoding: string) => void,
): Promise<AsyncIterable<Buffer>> {
  return toUtf8(await decompressed(store, landed, innerpath), encoding, found)
}

async function decompressed(
  store: Pick<ObjectStore, 'stream'>,
  landed: Landed,
  innerpath: string | undefined,
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

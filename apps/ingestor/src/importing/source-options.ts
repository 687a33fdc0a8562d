/** How a source is asked: as its definition says, within what is deployed. */
import type { Dataset } from '@dsf/dataset'
import type { Tokens } from '@dsf/stage'
import { toldCompression } from '../reading/compression.ts'
import type { HttpOptions } from '../sources/http-options.ts'
import type { Pace } from '../sources/pace.ts'
import { accessOf } from '../sources/source-access.ts'
import type { SourceOptions } from '../sources/source-client.ts'
import { askedOf } from '../sources/source-secrets.ts'

/** What may be fetched: deployed configuration, never part of a request. */
export type SourceLimits = Pick<SourceOptions, 'allow' | 'proxy' | 'roots'> & { secrets?: string | undefined }

/** The same for one fetch. */
export type FetchLimits = SourceLimits & { pace: Pace; tokens: Tokens | undefined; signal?: AbortSignal }

/** @throws SourceError that names a secret which cannot be had */
export async function optionsOf(
  dataset: Dataset,
  source: string,
  limits: FetchLimits,
): Promise<{ url: string; options: SourceOptions }> {
  const { url, headers, ...own } = await askedOf(dataset, source, limits.secrets)
  const options = {
    ...limits,
    headers,
    http: httpOf(dataset, own, limits),
    access: await accessOf(dataset, source, limits.secrets),
    compression: toldCompression(dataset.compression),
    maxBytes: dataset.source.maxBytes,
    timeouts: timeoutsOf(dataset),
  }
  return { url, options }
}

function httpOf(
  { source: { post, pages }, dialect }: Dataset,
  own: { isOwnServer: boolean; isOwnAddress: boolean },
  { tokens }: FetchLimits,
): HttpOptions {
  return {
    ...(own.isOwnServer ? { tokens } : {}),
    ...(own.isOwnAddress ? { post, pages: pages && { ...pages, dialect } } : {}),
  }
}

function timeoutsOf({ source: { connectSeconds, firstByteSeconds, idleSeconds } }: Dataset) {
  return { connect: 1000 * connectSeconds, headers: 1000 * firstByteSeconds, idle: 1000 * idleSeconds }
}

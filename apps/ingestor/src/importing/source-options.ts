/** How a source is asked: as its definition says, within what is deployed. */
import type { Dataset } from '@dsf/dataset'
import type { Tokens } from '@dsf/stage'
import { toldCompression } from '../reading/compression.ts'
import type { HttpOptions } from '../sources/http-options.ts'
import type { Pace } from '../sources/pace.ts'
import { accessOf } from '../sources/source-access.ts'
import type { SourceOptions } from '../sources/source-client.ts'
import { askedOf } from '../sources/source-secrets.ts'

/** Where sources may lie, and how they are reached: deployed configuration, never part of a request. */
export type SourceReach = Pick<SourceOptions, 'allow' | 'proxy' | 'roots'> & { secrets?: string | undefined }

/** What one fetch has to keep to. */
export type FetchContext = SourceReach & { pace: Pace; tokens: Tokens | undefined; signal?: AbortSignal }

/** @throws SourceError that names a secret which cannot be had */
export async function optionsOf(
  dataset: Dataset,
  source: string,
  context: FetchContext,
): Promise<{ url: string; options: SourceOptions }> {
  const { url, headers, ...own } = await askedOf(dataset, source, context.secrets)
  const options = {
    ...context,
    headers,
    http: httpOf(dataset, own, context),
    access: await accessOf(dataset, source, context.secrets),
    compression: toldCompression(dataset.compression),
    maxBytes: dataset.source.maxBytes,
    timeouts: timeoutsOf(dataset),
  }
  return { url, options }
}

function httpOf(
  { source: { post, pages }, dialect }: Dataset,
  own: { isOwnServer: boolean; isOwnAddress: boolean },
  { tokens }: FetchContext,
): HttpOptions {
  return {
    ...(own.isOwnServer ? { tokens } : {}),
    ...(own.isOwnAddress ? { post, pages: pages && { ...pages, dialect } } : {}),
  }
}

function timeoutsOf({ source: { connectSeconds, firstByteSeconds, idleSeconds } }: Dataset) {
  return { connect: 1000 * connectSeconds, headers: 1000 * firstByteSeconds, idle: 1000 * idleSeconds }
}

/** Opens a source as the bytes that it sends; whatever goes wrong, then or later, is a SourceError. */
import type { Readable } from 'node:stream'
import { toldCompression, type Compression } from '../reading/compression.ts'
import { checkUrl, type Scheme } from './guard-address.ts'
import { goingOn } from './going-on.ts'
import { meter } from './meter-body.ts'
import { openFile } from './open-file.ts'
import { openFtp } from './open-ftp.ts'
import { openHttp } from './open-http.ts'
import { openPages } from './open-pages.ts'
import { openS3 } from './open-s3.ts'
import {
  isSameFile,
  type OpenClient,
  type SameFile,
  type SourceOptions,
  type Version,
} from './source-client.ts'

export interface Source extends Version {
  /** As sent, not decompressed. Ends only when the body is whole; otherwise it fails with a SourceError. */
  stream: Readable
  compression: Compression | undefined
  contentType?: string
  contentLength?: number
}

const clients: Record<Scheme, OpenClient> = {
  'file:': openFile,
  'http:': openHttp,
  'https:': openHttp,
  // what it comes with is large, and few sources need it
  'sftp:': async (url, options) => (await import('./open-sftp.ts')).openSftp(url, options),
  'ftp:': openFtp,
  'ftps:': openFtp,
  's3:': openS3,
}

/** What a source sends, or word that it is the file that is known. */
export function openSource(source: string, options: SourceOptions & { known?: undefined }): Promise<Source>
export function openSource(source: string, options: SourceOptions): Promise<Source | SameFile>
export async function openSource(source: string, options: SourceOptions): Promise<Source | SameFile> {
  const url = checkUrl(source, options.allow)
  const client = options.http?.pages ? openPages : clients[url.protocol as Scheme]
  const opened = await client(url, options)
  if (isSameFile(opened)) return opened
  const { name, length, etag, modified, redirected, contentType, contentEncoding } = opened
  const body = goingOn(opened, options, (from, signal) =>
    client(url, { ...options, known: undefined, from, signal }),
  )
  const metered = await meter(body, {
    ...{ ...options, name, contentLength: length },
    declared: toldCompression(contentEncoding) ?? options.compression,
  })
  return { ...metered, etag, modified, redirected, contentType, contentLength: length }
}

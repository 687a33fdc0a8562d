import type { Readable } from 'node:stream'
import { Client } from 'minio'
import { checkUrl, printable } from './guard-address.ts'
import { text, type Headers } from './http-version.ts'
import { openHttp } from './open-http.ts'
import { pathIn } from './remote-file.ts'
import { endpointOf, usualRegion, type Bucket } from './source-access.ts'
import type { Opened, SameFile, SourceOptions } from './source-client.ts'
import { SourceError } from '../source-error.ts'

/**
 * An object of a bucket of S3. The request is signed here, and is one of http from then on: its tag tells versions apart, and a rest is
 * asked for under it.
 */
export async function openS3(url: URL, options: SourceOptions): Promise<Opened | SameFile> {
  const key = pathIn(url, printable(url)).slice(1)
  const address = await addressIn(url, key, options.access?.s3 ?? {})
  return openHttp(checkUrl(address, options.allow), { ...options, whyRefused })
}

/** Seconds in which a request may begin. */
const signedFor = 900

/**
 * What of a bucket is asked by http.
 * @param key of an object; that of none is the list of them
 */
export async function addressIn(
  url: URL,
  key: string,
  place: Bucket,
  query: Record<string, string> = {},
): Promise<string> {
  const payer: Record<string, string> = place.requesterPays ? { 'x-amz-request-payer': 'requester' } : {}
  try {
    return await signed(url.host, key, place, { ...query, ...payer })
  } catch (error) {
    throw new SourceError(`${printable(url)} names no object: ${(error as Error).message}`)
  }
}

async function signed(
  bucket: string,
  key: string,
  place: Bucket,
  query: Record<string, string>,
): Promise<string> {
  const { accessKey, secretKey, sessionToken, region = usualRegion } = place
  const { protocol, hostname, port } = new URL(endpointOf(place))
  if (accessKey === undefined) {
    const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/')
    const address = new URL(path, endpointOf(place))
    address.search = new URLSearchParams(query).toString()
    return address.href
  }
  const client = new Client({
    endPoint: hostname,
    useSSL: protocol === 'https:',
    ...(port ? { port: Number(port) } : {}),
    ...{ region, accessKey, secretKey, sessionToken, pathStyle: true },
  })
  if (key === '') return client.presignedUrl('GET', bucket, '', signedFor, query)
  return client.presignedGetObject(bucket, key, signedFor, query)
}

/** Of an answer that says why. */
const longestReason = 16 * 1024
const longestWait = 5000

/** A server of S3 names the reason in XML, and the region of a bucket that is asked for in another one. */
export async function whyRefused(headers: Headers, body: Readable): Promise<string> {
  let said = ''
  const late = setTimeout(() => body.destroy(), longestWait)
  try {
    for await (const chunk of body) {
      said += String(chunk)
      if (said.length > longestReason) break
    }
  } catch {
    // what came of it will do
  } finally {
    clearTimeout(late)
  }
  const [, code] = /<Code>(\w{1,80})<\/Code>/.exec(said) ?? []
  const [, region = text(headers['x-amz-bucket-region'])] =
    /<Region>([a-z0-9-]{1,63})<\/Region>/.exec(said) ?? []
  const lies = region && `the bucket lies in ${region}, which source.s3.region of the definition must name`
  return [code, lies].filter(Boolean).join(': ')
}

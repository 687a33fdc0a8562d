/** Is the object store ready? It is when it has our bucket, keeps an object in it, and knows our keys. */
import { createHash, createHmac } from 'node:crypto'

export interface S3Target {
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  readonly bucket: string
}

interface S3Request {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly body: string
  readonly accessKey: string
  readonly secretKey: string
  readonly now: Date
}

/** Creates the bucket when it is missing, so that no stage has to be the first. */
export async function storeIsReady(target: S3Target): Promise<void> {
  await call(target, 'PUT', `/${target.bucket}`, [200, 409])
  await call(target, 'PUT', `/${target.bucket}/.ready`, [200])
  await call(target, 'DELETE', `/${target.bucket}/.ready`, [200, 204])
}

async function call(
  target: S3Target,
  method: S3Request['method'],
  path: string,
  expected: number[],
): Promise<void> {
  const url = new URL(path, target.endpoint)
  const request = { ...target, method, url, body: '', now: new Date() }
  const response = await fetch(url, {
    method,
    headers: signedHeaders(request),
    signal: AbortSignal.timeout(5_000),
  })
  const text = await response.text()
  if (!expected.includes(response.status))
    throw new Error(`${method} ${url.href} answers ${response.status} ${text.slice(0, 200)}`)
}

const region = 'us-east-1'

/** AWS Signature Version 4 in one chunk: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
export function signedHeaders(request: S3Request): Record<string, string> {
  const time = request.now.toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`
  const signed = { host: request.url.host, 'x-amz-content-sha256': sha256(request.body), 'x-amz-date': time }
  const names = Object.keys(signed).join(';')
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`)
  const { method, url } = request
  const canonical = [
    method,
    url.pathname,
    url.searchParams.toString(),
    lines.join(''),
    names,
    sha256(request.body),
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const key = scope
    .split('/')
    .reduce((previous: string | Buffer, part) => hmac(previous, part), `AWS4${request.secretKey}`)
  const credential = `Credential=${request.accessKey}/${scope}`
  const { host: _, ...headers } = signed // fetch sets it itself
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential},SignedHeaders=${names},Signature=${hmac(key, toSign).toString('hex')}`,
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

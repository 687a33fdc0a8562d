import { createHash } from 'node:crypto'
import { finished, type Readable } from 'node:stream'
import type { Client } from 'minio'

export const partBytes = 8 * 2 ** 20
const leastBytes = 256 * 1024

export interface Target {
  bucket: string
  key: string
  /** of the object: how it is to be kept */
  headers: Record<string, string>
}

interface Part {
  part: number
  etag: string
}

/**
 * Uploads a stream of unknown length: one that is shorter than a part in one request, others in parts, one of which is sent while the next
 * one is filled. The client's own way makes each part anew, and V8 lets some 100 MiB of such garbage wait.
 * @throws what the stream or the server fails with, at once, however long the other one takes; the parts that were sent are taken back
 */
export async function upload(client: Client, target: Target, stream: Readable): Promise<void> {
  const { bucket, key, headers } = target
  const broken = failureOf(stream)
  // what failed is told before the stream is destroyed, so that nobody hears of that first
  const parts = inParts(stream.iterator({ destroyOnReturn: false }))
  let id: string | undefined
  const sent: Part[] = []
  let sending: Promise<Part> | undefined
  try {
    for (;;) {
      const next = parts.next()
      next.catch(() => undefined)
      if (sending) sent.push(await Promise.race([sending, broken]))
      const { value: bytes } = await next
      if (!bytes) break
      if (id === undefined && bytes.length < partBytes) return await whole(client, target, bytes)
      id ??= await client.initiateNewMultipartUpload(bucket, key, { ...headers })
      sending = sendPart(client, target, id, sent.length + 1, bytes)
    }
    if (id === undefined) await whole(client, target, Buffer.alloc(0))
    else await client.completeMultipartUpload(bucket, key, id, sent)
  } catch (error) {
    sending?.catch(() => undefined)
    await takeBack(client, target, id).catch(() => undefined)
    throw error
  }
}

/** Whoever destroys the stream later need not listen to it. */
function failureOf(stream: Readable): Promise<never> {
  const failure = new Promise<never>((_, reject) =>
    finished(stream, { writable: false }, (error) => error && reject(error)),
  )
  failure.catch(() => undefined)
  return failure
}

/** The server may have begun an upload whose answer was lost. */
const takeBack = (client: Client, { bucket, key }: Target, id: string | undefined): Promise<void> =>
  id === undefined
    ? client.removeIncompleteUpload(bucket, key)
    : client.abortMultipartUpload(bucket, key, encodeURIComponent(id))

async function whole(client: Client, { bucket, key, headers }: Target, bytes: Buffer): Promise<void> {
  await client.putObject(bucket, key, bytes, bytes.length, headers)
}

async function sendPart(
  client: Client,
  target: Target,
  id: string,
  part: number,
  bytes: Buffer,
): Promise<Part> {
  const headers = { 'content-md5': createHash('md5').update(bytes).digest('base64') }
  const { bucket: bucketName, key: objectName } = target
  const { etag } = await client.uploadPart(
    { bucketName, objectName, uploadID: encodeURIComponent(id), partNumber: part, headers },
    bytes,
  )
  return { part, etag }
}

/** Parts of one size, and a last one that may be shorter. Two buffers take turns: a part holds until the next but one is asked for. */
async function* inParts(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let [filling, other, length]: [Buffer, Buffer, number] = [Buffer.alloc(0), Buffer.alloc(0), 0]
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length;) {
      const more = Math.min(chunk.length - taken, partBytes - length)
      filling = withRoom(filling, length + more)
      chunk.copy(filling, length, taken, taken + more)
      taken += more
      length += more
      if (length < partBytes) continue
      yield filling
      ;[filling, other, length] = [other, filling, 0]
    }
  }
  if (length > 0) yield filling.subarray(0, length)
}

/** Small files are many, so a buffer grows as it is needed, twofold each time. */
function withRoom(buffer: Buffer, bytes: number): Buffer {
  if (bytes <= buffer.length) return buffer
  const larger = Buffer.allocUnsafeSlow(Math.min(partBytes, Math.max(leastBytes, 2 * buffer.length, bytes)))
  buffer.copy(larger)
  return larger
}

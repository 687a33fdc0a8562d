/** One page of an API, whole: what breaks in its middle is asked for again, and nothing of it has gone on. */
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { compressionOf } from '../reading/compression.ts'
import { decompressLimited, measuredBefore, type Streamed } from '../reading/decompress.ts'
import { askHttp } from './follow-http.ts'
import { printable } from './guard-address.ts'
import { encodingOf, type Headers } from './http-version.ts'
import { checkAnswer } from './open-http.ts'
import { rest } from './pace.ts'
import { usualTimeouts, type SourceOptions } from './source-client.ts'
import { SourceError, toSourceError } from '../source-error.ts'

export interface Page {
  /** how it is named in sentences */
  name: string
  /** decoded, in one byte a character */
  bytes: Buffer
  headers: Headers
  /** where it came from, behind redirects */
  url: URL
}

/** Bytes of a page, decoded, because it is held in memory: so many for each source that is fetched at once. */
const largestPage = 8 * 2 ** 20
const tries = 3

/** @throws SourceError that names the page; passing failures were tried three times, as seldom as the server asks */
export async function readPage(
  url: URL,
  n: number,
  agent: Dispatcher,
  options: SourceOptions,
): Promise<Page> {
  const name = `page ${n} of ${printable(url)}`
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(url, name, agent, options)
    } catch (error) {
      const failure = named(toSourceError(error, name), name)
      if (options.signal?.aborted || !failure.transient) throw failure
      if (attempt === tries) throw new SourceError(failure.message, { cause: failure })
      await rest(failure, attempt, options.pace, options.signal, options.timeouts?.second)
    }
  }
}

function named(failure: SourceError, name: string): SourceError {
  const { message, transient, retryAfterMs } = failure
  if (message.startsWith(name)) return failure
  return new SourceError(`${name}: ${message}`, { transient, retryAfterMs, cause: failure })
}

async function readOnce(url: URL, name: string, agent: Dispatcher, options: SourceOptions): Promise<Page> {
  const timeouts = { ...usualTimeouts, ...options.timeouts }
  const { response, url: from } = await askHttp(url, agent, timeouts, options)
  const { headers } = response
  checkAnswer(name, response, Infinity)
  const { spent } = options.pace
  const count = (bytes: number) => {
    if (spent) spent.heldBack = (spent.heldBack ?? 0) + bytes
  }
  const bytes = await gathered(
    decoded(counted(response.body, count), headers),
    name,
    Math.min(largestPage, options.maxBytes),
  )
  const problem = whatElse(bytes)
  if (problem) throw new SourceError(`${name} is ${problem}, and cannot be put together with others`)
  return { name, bytes, headers, url: from }
}

async function* counted(body: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  // one that is left early emits an error
  body.on('error', () => undefined)
  for await (const chunk of body as AsyncIterable<Buffer>) {
    count(chunk.length)
    yield chunk
  }
}

const engines: Record<string, Streamed> = { gzip: 'gzip', zstd: 'zstd', br: 'brotli', deflate: 'deflate' }

/** Each page by what its server says of it, as the pages must be one text in the end. */
function decoded(body: AsyncIterable<Buffer>, headers: Headers): AsyncIterable<Buffer> {
  const engine = engines[encodingOf(headers) ?? '']
  return engine ? decompressLimited(body, engine, measuredBefore) : body
}

async function gathered(chunks: AsyncIterable<Buffer>, name: string, largest: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > largest)
      throw new SourceError(`${name} is longer than ${largest} bytes; ask for fewer rows of a page`)
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

function whatElse(bytes: Buffer): string | undefined {
  const compression = compressionOf(bytes.subarray(0, 16), true)?.compression
  if (compression) return `a file in ${compression}`
  const isUtf16 = ['fffe', 'feff'].includes(bytes.subarray(0, 2).toString('hex'))
  return isUtf16 ? 'in UTF-16' : undefined
}

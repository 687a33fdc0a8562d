/** Opens a source as the bytes that it sends; whatever goes wrong, then or later, is a SourceError. */
import { constants, open } from 'node:fs/promises'
import { STATUS_CODES } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { request, type Dispatcher } from 'undici'
import { checkFile, checkOpened, checkUrl, printable } from './guard-address.ts'
import { watchPace, type Pace } from './pace.ts'
import { sourceAgent } from './source-agent.ts'
import { SourceError, toSourceError } from './source-error.ts'

export interface SourceOptions {
  /** CIDRs that may be connected to although they are not public. */
  allow: readonly string[]
  /** URL of the proxy that all goes through, read for each source; none when it is left out */
  proxy?: (() => string) | undefined
  /** Folders that file: sources may come from. */
  roots: readonly string[]
  /** Of the body as sent. */
  maxBytes: number
  pace: Pace
  /** beside our own, to the host of the source alone */
  headers?: Record<string, string>
  timeouts?: Partial<Timeouts>
  signal?: AbortSignal
}

/** In milliseconds; `idle` is the time without a byte of the body while we are ready for one, `second` what a second of the pace takes. */
export interface Timeouts {
  connect: number
  headers: number
  idle: number
  second: number
}

export interface Source {
  /** As sent, not decompressed. Ends only when the body is whole; otherwise it fails with a SourceError. */
  stream: Readable
  /** By its first bytes, whatever its name and headers say. */
  gzip: boolean
  etag?: string
  lastModified?: string
  contentType?: string
  contentLength?: number
}

const defaultTimeouts: Timeouts = { connect: 10_000, headers: 10_000, idle: 30_000, second: 1000 }
const maxRedirects = 3
const redirects = [301, 302, 303, 307, 308]
const retryLater = [408, 425, 429]

export async function openSource(source: string, options: SourceOptions): Promise<Source> {
  const url = checkUrl(source, options.allow)
  return url.protocol === 'file:' ? openFile(url, options) : openHttp(url, options)
}

async function openFile(url: URL, options: SourceOptions): Promise<Source> {
  const { roots, maxBytes } = options
  const path = await checkFile(url, roots)
  const name = printable(url)
  // O_NONBLOCK: opening a pipe must not wait for its writer. O_NOFOLLOW: the path was resolved, a link now is a swap.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch((error: unknown) => {
    throw toSourceError(error, name)
  })
  const closed = async (error: unknown) => {
    await file.close()
    throw error
  }
  await checkOpened(file.fd, url, roots).catch(closed)
  const stat = await file.stat()
  if (!stat.isFile() || stat.size > maxBytes) {
    await file.close()
    throw new SourceError(stat.isFile() ? tooLong(name, maxBytes) : `${name} is not a file`)
  }
  const body = file.createReadStream({ highWaterMark: 256 * 1024 })
  const lastModified = stat.mtime.toUTCString()
  const etag = `"${stat.size.toString(16)}-${Math.trunc(stat.mtimeMs).toString(16)}"`
  return { ...(await meter(body, { ...options, name, contentLength: stat.size })), etag, lastModified }
}

async function openHttp(first: URL, options: SourceOptions): Promise<Source> {
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const agent = sourceAgent({ ...options, timeout: timeouts.connect })
  try {
    const { response, url } = await follow(first, agent, timeouts, options)
    const { headers, body } = response
    const contentLength = Number(text(headers['content-length']) ?? NaN)
    const known = Number.isSafeInteger(contentLength) ? contentLength : undefined
    if (known !== undefined && known > options.maxBytes) {
      discard(body)
      throw new SourceError(tooLong(printable(url), options.maxBytes))
    }
    const encoding = text(headers['content-encoding']) ?? ''
    if (!isReadable(encoding)) {
      discard(body)
      const said = JSON.stringify(encoding.slice(0, 60))
      throw new SourceError(
        `${printable(url)} was sent with Content-Encoding ${said}; only gzip, or none, can be read`,
      )
    }
    body.once('close', () => void agent.destroy())
    return {
      ...(await meter(body, { ...options, name: printable(url), contentLength: known })),
      etag: text(headers.etag),
      lastModified: text(headers['last-modified']),
      contentType: text(headers['content-type']),
    }
  } catch (error) {
    await agent.destroy()
    throw error
  }
}

const usualHeaders = {
  accept: 'text/csv, */*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': 'data-stream-flow',
}

const sameOrigin = (url: URL, first: URL, own: SourceOptions['headers']) =>
  url.origin === first.origin ? own : undefined

/** The answer to the last of at most three redirects, each checked like the first address. */
async function follow(
  first: URL,
  agent: Dispatcher,
  timeouts: Timeouts,
  { allow, signal, headers: own }: SourceOptions,
) {
  let url = first
  let authorization = credentials(first)
  for (let hops = 0; ; hops++) {
    const response = await request(url, {
      dispatcher: agent,
      headers: { ...usualHeaders, ...sameOrigin(url, first, own), ...authorization },
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.idle,
      signal,
    }).catch((error: unknown) => {
      throw toSourceError(error, printable(url), url)
    })
    const { statusCode: status, headers, body } = response
    if (status === 200) return { response, url }
    discard(body)
    const location = text(headers.location)
    if (!redirects.includes(status) || location === undefined) {
      const sentence = `${printable(url)} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()
      throw new SourceError(sentence, { transient: status >= 500 || retryLater.includes(status) })
    }
    if (hops === maxRedirects)
      throw new SourceError(`${printable(first)} redirects more than ${maxRedirects} times`)
    const next = redirectTarget(url, location, allow)
    authorization = credentials(next) ?? (next.origin === url.origin ? authorization : undefined)
    url = next
  }
}

/** Never to another scheme, except up to https. Exported for its test: https needs a certificate. */
export function redirectTarget(from: URL, location: string, allow: readonly string[]): URL {
  const to = URL.parse(location, from.href)
  if (!to) throw new SourceError(`${printable(from)} redirects to what is not a URL`)
  if (to.protocol !== 'https:' && to.protocol !== from.protocol)
    throw new SourceError(
      `${printable(from)} redirects from ${from.protocol} to ${to.protocol.slice(0, 20)}, which is refused`,
    )
  return checkUrl(to, allow)
}

function credentials({ username, password }: URL): { authorization: string } | undefined {
  if (username === '' && password === '') return undefined
  const pair = [username, password].map(unescaped).join(':')
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** We ask for no encoding; some servers send what lies compressed on their disk. */
const isReadable = (encoding: string): boolean =>
  encoding.split(',').every((each) => ['', 'identity', 'gzip', 'x-gzip'].includes(each.trim().toLowerCase()))

/** An undici body that is destroyed early emits an error, which would end the process if nobody listened. */
function discard(body: Readable): void {
  body.on('error', () => undefined).destroy()
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

const tooLong = (name: string, maxBytes: number) => `${name} is longer than the limit of ${maxBytes} bytes`

interface MeterOptions extends SourceOptions {
  name: string
  contentLength: number | undefined
}

/** Passes the body on, counted; settles as soon as the first two bytes, or their absence, tell whether it is gzip. */
function meter(
  body: Readable,
  options: MeterOptions,
): Promise<Pick<Source, 'stream' | 'gzip' | 'contentLength'>> {
  const { name, maxBytes, contentLength, signal } = options
  const { promise, resolve, reject } =
    Promise.withResolvers<Pick<Source, 'stream' | 'gzip' | 'contentLength'>>()
  let total = 0
  const magic: number[] = []
  const settle = () => resolve({ stream, gzip: magic[0] === 0x1f && magic[1] === 0x8b, contentLength })
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, callback) {
      for (let i = 0; magic.length < 2 && i < chunk.length; i++) magic.push(chunk[i]!)
      if (magic.length === 2) settle()
      total += chunk.length
      came(chunk.length)
      if (total > maxBytes) callback(new SourceError(tooLong(name, maxBytes)))
      else callback(null, chunk)
    },
    flush(callback) {
      settle()
      const whole = contentLength === undefined || total === contentLength
      callback(
        whole
          ? null
          : new SourceError(`${name} sent ${total} of ${contentLength} bytes`, { transient: true }),
      )
    },
  })
  const came = watchPace(stream, name, options.pace, options.timeouts?.second)
  const fail = (error: unknown) => stream.destroy(toSourceError(error, name))
  const abort = () => fail(signal?.reason)
  body.once('error', fail)
  body.once('close', () => body.readableEnded || fail({ code: 'UND_ERR_SOCKET' }))
  signal?.addEventListener('abort', abort, { once: true })
  stream.once('error', reject).once('close', () => {
    signal?.removeEventListener('abort', abort)
    body.destroy()
  })
  if (signal?.aborted) abort()
  body.pipe(stream)
  return promise
}

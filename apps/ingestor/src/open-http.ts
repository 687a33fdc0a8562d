import { STATUS_CODES } from 'node:http'
import type { Readable } from 'node:stream'
import { request, type Dispatcher } from 'undici'
import { checkUrl, printable } from './guard-address.ts'
import {
  conditions,
  encodingOf,
  knownAt,
  marksOf,
  notModified,
  redirectedTo,
  restOf,
  sameBy,
  text,
  validatorOf,
  versionOf,
  type Headers,
} from './http-version.ts'
import { sourceAgent } from './source-agent.ts'
import {
  tooLong,
  usualTimeouts,
  type From,
  type Opened,
  type Same,
  type SourceOptions,
  type Timeouts,
} from './source-client.ts'
import { SourceError, toSourceError } from './source-error.ts'

const maxRedirects = 3
const redirects = [301, 302, 303, 307, 308]
const retryLater = [408, 425, 429]

/** The answer of a server of http or https. Of the file that is known it is asked for news only. */
export async function openHttp(first: URL, options: SourceOptions): Promise<Opened | Same> {
  const timeouts = { ...usualTimeouts, ...options.timeouts }
  const agent = sourceAgent({ ...options, ca: options.access?.ca, timeout: timeouts.connect })
  try {
    const { response, url } = await follow(first, agent, timeouts, options)
    const { headers, body, statusCode } = response
    const redirected = redirectedTo(first, url)
    const known = knownAt(options.known, redirected)
    const version = { ...versionOf(headers), redirected }
    const { length, marks } = sentOf(options.from, response, url)
    const same = statusCode === 304 ? notModified(known!) : sameBy(known, version, length)
    if (same) {
      discard(body)
      await agent.destroy()
      return { same, ...version }
    }
    checkAnswer(printable(url), headers, length, options.maxBytes, () => discard(body))
    body.once('close', () => void agent.destroy())
    const told = {
      ...version,
      contentType: text(headers['content-type']),
      contentEncoding: encodingOf(headers),
    }
    return { name: printable(url), body, length, ...told, marks, validator: validatorOf(headers) }
  } catch (error) {
    await agent.destroy()
    throw error
  }
}

/** How long the body is, and of what version. */
function sentOf(from: From | undefined, { statusCode, headers, body }: Dispatcher.ResponseData, url: URL) {
  const length = lengthOf(headers)
  if (!from) return { length, marks: marksOf(headers, url, length) }
  try {
    return restOf(from, statusCode, headers, url)
  } catch (error) {
    discard(body)
    throw error
  }
}

function lengthOf(headers: Headers): number | undefined {
  const length = Number(text(headers['content-length']) ?? NaN)
  return Number.isSafeInteger(length) ? length : undefined
}

function checkAnswer(
  name: string,
  headers: Headers,
  length: number | undefined,
  maxBytes: number,
  giveUp: () => void,
): void {
  const encoding = encodingOf(headers) ?? ''
  const said = JSON.stringify(encoding.slice(0, 60))
  const problem =
    length !== undefined && length > maxBytes
      ? tooLong(name, maxBytes)
      : !readable.includes(encoding) &&
        `${name} was sent with Content-Encoding ${said}; only one of gzip, zstd, br and deflate, or none, can be read`
  if (!problem) return
  giveUp()
  throw new SourceError(problem)
}

const usualHeaders = {
  accept: 'text/csv, */*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': 'data-stream-flow',
}

const sameOrigin = (url: URL, first: URL, own: SourceOptions['headers']) =>
  url.origin === first.origin ? own : undefined

const rangeOf = (from: From | undefined) =>
  from ? { range: `bytes=${from.byte}-`, 'if-range': from.validator } : {}

/** The answer to the last of at most three redirects, each checked like the first address. */
// eslint-disable-next-line complexity -- each way in which an answer may not be the last one
async function follow(first: URL, agent: Dispatcher, timeouts: Timeouts, options: SourceOptions) {
  const { allow, signal, headers: own, known, from } = options
  const asked = { ...usualHeaders, ...rangeOf(from) }
  let url = first
  let authorization = credentials(first)
  for (let hops = 0; ; hops++) {
    const onlyIf = conditions(knownAt(known, redirectedTo(first, url)))
    const response = await request(url, {
      dispatcher: agent,
      headers: { ...asked, ...onlyIf, ...sameOrigin(url, first, own), ...authorization },
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.idle,
      signal,
    }).catch((error: unknown) => {
      throw toSourceError(error, printable(url), url)
    })
    const { statusCode: status, headers, body } = response
    const isNoNews = status === 304 && Object.keys(onlyIf).length > 0
    if (status === 200 || isNoNews || (from && [206, 416].includes(status))) return { response, url }
    const location = text(headers.location)
    if (!redirects.includes(status) || location === undefined) {
      const why = await options.whyRefused?.(headers, body)
      discard(body)
      const answer = `${printable(url)} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()
      const sentence = why ? `${answer}: ${why}` : answer
      const transient = status >= 500 || retryLater.includes(status)
      const isMissing = status === 404 || status === 410
      throw new SourceError(sentence, { transient, isMissing, retryAfterMs: retryAfter(headers) })
    }
    discard(body)
    if (hops === maxRedirects)
      throw new SourceError(`${printable(first)} redirects more than ${maxRedirects} times`)
    const next = redirectTarget(url, location, allow)
    authorization = credentials(next) ?? (next.origin === url.origin ? authorization : undefined)
    url = next
  }
}

/** Seconds, or a time by the server's clock (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number {
  const said = text(headers['retry-after']) ?? ''
  if (/^\d{1,9}$/.test(said)) return 1000 * Number(said)
  const ms = Date.parse(said) - Date.parse(text(headers.date) ?? '')
  return ms > 0 ? ms : 0
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

/** We ask for no encoding; some servers send what lies compressed on their disk. More than one upon another is nobody's. */
const readable = ['', 'gzip', 'zstd', 'br', 'deflate']

/** An undici body that is destroyed early emits an error, which would end the process if nobody listened. */
function discard(body: Readable): void {
  body.on('error', () => undefined).destroy()
}

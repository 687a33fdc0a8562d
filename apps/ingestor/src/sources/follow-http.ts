/** Asks a server of http(s), and whom it redirects to. */
import { STATUS_CODES } from 'node:http'
import type { Readable } from 'node:stream'
import { request, type Dispatcher } from 'undici'
import { checkUrl, printable } from './guard-address.ts'
import { conditions, knownAt, redirectedTo, text, type Headers } from './http-version.ts'
import type { From, SourceOptions, Timeouts } from './source-client.ts'
import { SourceError, toSourceError } from '../source-error.ts'

export interface Answer {
  response: Dispatcher.ResponseData
  /** where it came from */
  url: URL
}

const maxRedirects = 3
const redirects = [301, 302, 303, 307, 308]
const retryLater = [408, 425, 429]

const usualHeaders = {
  accept: 'text/csv, */*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': 'data-stream-flow',
}

type Headed = Record<string, string>

/**
 * The answer of a server that may want a token. One that it refuses is renewed once: it may have expired early, or been taken back.
 * @throws SourceError
 */
export async function askHttp(
  first: URL,
  agent: Dispatcher,
  timeouts: Timeouts,
  options: SourceOptions,
): Promise<Answer> {
  const tokens = options.http?.tokens
  if (!tokens) return follow(first, agent, timeouts, options)
  const ask = async (token: string) => {
    const headers = { ...options.headers, authorization: `Bearer ${token}` }
    return follow(first, agent, timeouts, { ...options, headers })
  }
  const token = await tokens.get()
  try {
    return await ask(token)
  } catch (error) {
    if (!(error instanceof SourceError) || error.status !== 401) throw error
    tokens.forget(token)
    return ask(await tokens.get())
  }
}

/** The answer to the last of at most three redirects, each checked like the first address. */
async function follow(
  first: URL,
  agent: Dispatcher,
  timeouts: Timeouts,
  options: SourceOptions,
): Promise<Answer> {
  let url = first
  let post = options.http?.post
  let authorization = credentials(first)
  for (let hops = 0; ; hops++) {
    const onlyIf = conditions(knownAt(options.known, redirectedTo(first, url)))
    const own = url.origin === first.origin ? options.headers : undefined
    const headers = { ...usualHeaders, ...rangeOf(options.from), ...onlyIf, ...own, ...authorization }
    const asked = { dispatcher: agent, ...questionOf(post, headers), ...timesOf(timeouts, options) }
    const response = await request(url, asked).catch((error: unknown) => {
      throw toSourceError(error, printable(url), url)
    })
    if (isLast(response.statusCode, onlyIf, options)) return { response, url }
    const why = await options.whyRefused?.(response.headers, response.body)
    discard(response.body)
    const location = locationOf(response, url, post !== undefined, why)
    if (hops === maxRedirects)
      throw new SourceError(`${printable(first)} redirects more than ${maxRedirects} times`)
    const next = redirectTarget(url, location, options.allow)
    authorization = credentials(next) ?? (next.origin === url.origin ? authorization : undefined)
    // what was asked is answered elsewhere (RFC 9110, 15.4.4)
    if (response.statusCode === 303) post = undefined
    url = next
  }
}

const rangeOf = (from: From | undefined): Headed =>
  from ? { range: `bytes=${from.byte}-`, 'if-range': from.validator } : {}

function questionOf(post: { body: string; contentType: string } | undefined, headers: Headed) {
  if (!post) return { headers }
  return {
    method: 'POST',
    body: post.body,
    headers: { ...headers, 'content-type': post.contentType },
  } as const
}

const timesOf = ({ headers, idle }: Timeouts, { signal }: SourceOptions) => ({
  headersTimeout: headers,
  bodyTimeout: idle,
  signal,
})

function isLast(status: number, onlyIf: object, { from, http }: SourceOptions): boolean {
  const isNoNews = status === 304 && Object.keys(onlyIf).length > 0
  const isNoPage = status === 204 && http?.pages !== undefined
  return status === 200 || isNoNews || isNoPage || (from !== undefined && [206, 416].includes(status))
}

/**
 * Where an answer redirects to. A question is not sent to another place than the definition names: only where its answer lies may be said.
 * @throws SourceError when it may not be followed
 */
function locationOf(
  { statusCode: status, headers }: Dispatcher.ResponseData,
  url: URL,
  isPost: boolean,
  why?: string,
): string {
  const location = text(headers.location)
  const answer = `${printable(url)} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()
  const sentence = why ? `${answer}: ${why}` : answer
  if (!redirects.includes(status) || location === undefined) {
    const transient = status >= 500 || retryLater.includes(status)
    const isMissing = status === 404 || status === 410
    throw new SourceError(sentence, { status, transient, isMissing, retryAfterMs: retryAfter(headers) })
  }
  if (isPost && status !== 303)
    throw new SourceError(`${sentence} to a POST; name the address that it leads to in source.url`)
  return location
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

/** An undici body that is destroyed early emits an error, which would end the process if nobody listened. */
export function discard(body: Readable): void {
  body.on('error', () => undefined).destroy()
}

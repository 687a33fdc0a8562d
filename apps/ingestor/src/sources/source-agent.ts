/** Who connects to a source: we ourselves, or the proxy that all that leaves this network goes through. */
import { lookup as systemLookup } from 'node:dns'
import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import { guardedConnector, guardedLookup } from './guard-address.ts'
import { SourceError } from '../source-error.ts'

interface AgentOptions {
  allow: readonly string[]
  /** URL of the proxy, perhaps with user and password; we connect ourselves when it is left out */
  proxy?: (() => string) | undefined
  /** who signed the certificates, in place of those that the world trusts */
  ca?: string | string[] | undefined
  /** milliseconds */
  timeout: number
}

export function sourceAgent({ allow, proxy, ca, timeout }: AgentOptions, lookup = systemLookup): Dispatcher {
  if (!proxy) return new Agent({ connect: guardedConnector(allow, { timeout, ca }) })
  const tls = { timeout, allowH2: false }
  return new ProxyAgent({ uri: proxyUrl(proxy()), proxyTls: tls, requestTls: { ...tls, ca } }).compose(
    judged(allow, lookup),
  )
}

/** @throws SourceError that does not show it: it may hold a password */
function proxyUrl(text: string): string {
  const url = URL.parse(text)
  // without a user, what stands before the @ was cut into host, port and path
  const isCut = text.includes('@') && !url?.username && !url?.password
  if (isCut || (url && ![url.username, url.password].every(isEncoded)))
    throw new SourceError(`SOURCE_PROXY has a user or password with a sign of URLs in it: ${percent}`)
  if (url && ['http:', 'https:'].includes(url.protocol)) return url.href
  throw new SourceError('SOURCE_PROXY is no http: or https: URL')
}

const percent = 'percent-encode them, % as %25, # as %23, @ as %40, / as %2F'

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/**
 * The proxy looks a name up by itself, so that its answer is not ours to judge: it must refuse private addresses, too. What we see is judged
 * all the same, at each request and redirect: an IP literal, and the addresses that a name has for us. A name that we cannot look up is
 * left to the proxy, because behind one there often is no DNS of the world.
 */
function judged(
  allow: readonly string[],
  lookup: typeof systemLookup,
): Dispatcher.DispatcherComposeInterceptor {
  const judge = guardedLookup(allow, lookup)
  return (dispatch) => (options, handler) => {
    const { hostname, host } = new URL(String(options.origin))
    judge(hostname.replace(/^\[(.*)\]$/, '$1'), { all: true }, (error) => {
      if (error instanceof SourceError) handler.onResponseError?.(null as never, error)
      else dispatch(options, telling(handler, host))
    })
    return true
  }
}

/** A refusal of the proxy counts as one of the source; its sentence says who refused. */
function telling(handler: Dispatcher.DispatchHandler, host: string): Dispatcher.DispatchHandler {
  return new Proxy(handler, {
    get: (target, name) =>
      name === 'onResponseError'
        ? (controller: Dispatcher.DispatchController, error: Error) =>
            target.onResponseError?.(controller, refusalOf(error, host))
        : (Reflect.get(target, name, target) as unknown),
  })
}

function refusalOf(error: Error & { code?: string }, host: string): Error {
  const { code, message } = error
  if (/HTTP Tunneling|Proxy Authentication/.test(message)) {
    const [status = '407'] = /\d{3}/.exec(message) ?? []
    return new SourceError(`the proxy refuses to go to ${host}: ${status}`, { cause: error })
  }
  if (code !== 'ECONNREFUSED' && code !== 'UND_ERR_PRX_CONN' && code !== 'ENOTFOUND') return error
  return new SourceError(`the proxy cannot be reached (${code})`, { transient: true, cause: error })
}

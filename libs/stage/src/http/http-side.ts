import createFastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { answerClientError, refuseExpectations, refuseFloods } from './client-errors.ts'
import { problem } from './problem.ts'

/** The largest request is a replay with its selection. */
const largestBody = 64 * 1024
const mostConnections = 256
const defaultLimits = {
  /** A request is small, and whoever sends one has it ready. */
  requestMs: 10_000,
  /** On a connection that has a request, in either direction: longer than any answer is waited for, which is a minute. */
  silentMs: 75_000,
}
const forNextRequestMs = 15_000

/** What is answered is JSON or text for programs: no browser shall take it for a page, keep it, or show it in one. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
}

/** Why a request with this header `Authorization` is not answered, if it is not. */
export type Guard = (authorization: string | undefined) => Promise<string | undefined>

/**
 * The HTTP side of a process, for the API and for health alike: some bytes, some seconds and so many connections for anybody who connects,
 * and an answer only to who means it, and has a token where the guard asks for one.
 */
export function httpSide(
  host: string,
  guard?: Guard,
  limits: Partial<typeof defaultLimits> = {},
): FastifyInstance {
  const { requestMs, silentMs } = { ...defaultLimits, ...limits }
  const fastify = createFastify({
    bodyLimit: largestBody,
    requestTimeout: requestMs,
    connectionTimeout: silentMs,
    keepAliveTimeout: forNextRequestMs,
    return503OnClosing: false,
    http: { headersTimeout: requestMs, connectionsCheckingInterval: requestMs / 4, requireHostHeader: false },
    // the contract of a call limits the parts of its path, and the limit of the headers the whole path
    routerOptions: { maxParamLength: largestBody },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) =>
      void problem(reply.headers(securityHeaders), error.statusCode ?? 400, error.message),
  })
  fastify.server.maxConnections = mostConnections
  refuseExpectations(fastify.server)
  refuseFloods(fastify.server)
  fastify.removeContentTypeParser('text/plain')
  fastify.addHook('onRequest', admit(host, guard))
  return fastify
}

function admit(host: string, guard: Guard | undefined) {
  const refusal = refusalOf(isLoopback(host))
  return async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    reply.headers(securityHeaders)
    if (headers.host === undefined) return problem(reply, 400, 'the header Host is missing')
    const foreign = refusal(headers)
    if (foreign) return problem(reply, 403, foreign)
    const untold = await guard?.(headers.authorization)
    if (untold) return problem(reply.header('www-authenticate', 'Bearer'), 401, untold)
    return undefined
  }
}

type Headers = Partial<Record<'host' | 'origin' | 'sec-fetch-site', string | string[]>>

/**
 * Why a request is not answered, if it is not. A page of another site can make a browser send one: it names the site (`Origin`), or, where
 * its name was made to lead here, a host that we are not.
 */
export const refusalOf =
  (onLoopback: boolean) =>
  ({ host, origin, 'sec-fetch-site': site }: Headers): string | undefined => {
    if (onLoopback && !isLoopback(nameOf(String(host))))
      return `this stage listens on loopback only, and is not ${JSON.stringify(host)}`
    const isForeign = origin !== undefined && URL.parse(String(origin))?.host !== host
    if (isForeign || site === 'cross-site') return 'requests of pages of other sites are not answered'
    return undefined
  }

export const isLoopback = (name: string) => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(name)
/** Of `name:port`. */
const nameOf = (host: string) => host.replace(/:\d+$/, '')

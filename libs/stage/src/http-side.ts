import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problem } from './problem.ts'

/** The largest request is a replay with its selection. */
const largestBody = 64 * 1024
const mostConnections = 256
/** Milliseconds. A request is small, and whoever sends one has it ready. */
const forRequest = 10_000
const forNextRequest = 15_000

/** What the HTTP side of a stage gives to anybody who connects: some bytes, some seconds, and an answer only to who means it. */
export function httpAdapter(host: string, requestMs = forRequest): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: largestBody,
    requestTimeout: requestMs,
    keepAliveTimeout: forNextRequest,
    http: { headersTimeout: requestMs, connectionsCheckingInterval: requestMs / 4 },
  })
  const fastify = adapter.getInstance()
  fastify.server.maxConnections = mostConnections
  const refusal = refusalOf(isLoopback(host))
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const detail = refusal(request.headers)
    if (detail) await problem(reply, 403, detail)
  })
  return adapter
}

type Headers = Partial<Record<'host' | 'origin' | 'sec-fetch-site', string | string[]>>

/**
 * Why a request is not answered, if it is not. A page of another site can make a browser send one: it names the site (`Origin`), or, where
 * its name was made to lead here, a host that we are not.
 */
export const refusalOf =
  (onLoopback: boolean) =>
  ({ host, origin, 'sec-fetch-site': site }: Headers): string | undefined => {
    if (onLoopback && !isLoopback(nameOf(String(host ?? 'localhost'))))
      return `this stage listens on loopback only, and is not ${JSON.stringify(host)}`
    const isForeign = origin !== undefined && URL.parse(String(origin))?.host !== host
    if (isForeign || site === 'cross-site') return 'requests of pages of other sites are not answered'
    return undefined
  }

const isLoopback = (name: string) => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(name)
/** Of `name:port`. */
const nameOf = (host: string) => host.replace(/:\d+$/, '')

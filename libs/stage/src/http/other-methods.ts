import { METHODS } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { problem } from './problem.ts'

/** All that Node reads, but CONNECT, which never becomes a request. */
const known = METHODS.filter((method) => method !== 'CONNECT')

/**
 * Sees the routes that are added from now on. What it returns is called when all are there: from then on a path that is there says of
 * every other method that it has none such (405), and which it has.
 */
export function watchMethods(fastify: FastifyInstance): () => void {
  const methods = new Map<string, string[]>()
  fastify.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), ...[method].flat()])
  })
  return () => {
    for (const method of known) if (!fastify.supportedMethods.includes(method)) fastify.addHttpMethod(method)
    for (const [url, allowed] of [...methods]) refuseOthers(fastify, url, allowed)
  }
}

function refuseOthers(fastify: FastifyInstance, url: string, allowed: string[]): void {
  fastify.route({
    method: known.filter((method) => !allowed.includes(method)),
    url,
    // before the body is looked at, which may be of any kind
    onRequest: async ({ method }, reply) =>
      problem(
        reply.header('allow', allowed.join(', ')),
        405,
        `${method} is not for ${url}; there is ${allowed.join(', ')}`,
      ),
    handler: () => undefined,
  })
}

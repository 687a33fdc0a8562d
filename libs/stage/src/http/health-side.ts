import type { FastifyInstance, FastifyReply } from 'fastify'
import type { CommonConfig } from '../settings/env.ts'
import type { Health } from '../health/health.ts'
import { httpSide } from './http-side.ts'
import type { Logger } from '../health/log.ts'
import { watchMethods } from './other-methods.ts'
import { answerError, problem } from './problem.ts'
import type { Telemetry } from '../health/telemetry.ts'

const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Health and metrics, on a port of their own: whoever probes a process needs no token, and who may probe it may not use its API. It is
 * there before anything else, and ends last, so that it can tell of start and end.
 */
export async function openHealthSide(
  { HEALTH_HOST: host, HEALTH_PORT: port }: CommonConfig,
  health: Pick<Health, 'live' | 'ready'>,
  telemetry: Pick<Telemetry, 'metrics'>,
  log: Logger,
): Promise<FastifyInstance> {
  const fastify = httpSide(host)
  const refuseOtherMethods = watchMethods(fastify)
  const answer = answerError(log)
  fastify.setErrorHandler((error, _request, reply) => answer(error, reply))
  fastify.setNotFoundHandler(({ url }, reply) => problem(reply, 404, `there is no ${url}`))
  fastify.get('/health/live', (_, reply) => say(reply, health.live()))
  fastify.get('/health/ready', (_, reply) => say(reply, health.ready()))
  fastify.get('/metrics', async (_, reply) => reply.type(metricsType).send(await telemetry.metrics()))
  refuseOtherMethods()
  await fastify.listen({ port, host })
  return fastify
}

const say = (reply: FastifyReply, { ok, body }: { ok: boolean; body: unknown }) =>
  reply.status(ok ? 200 : 503).send(body)

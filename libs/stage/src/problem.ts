import { STATUS_CODES } from 'node:http'
import { HttpException, type ExceptionFilter } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type { Logger } from './log.ts'

/**
 * Answers with problem details (RFC 9457): the status says what kind of problem, `detail` is the sentence for people, and
 * `errors` are its parts where there are several.
 */
export function problem(
  reply: FastifyReply,
  status: number,
  detail: string,
  errors?: string[],
): FastifyReply {
  return reply
    .status(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: STATUS_CODES[status], status, detail, errors })
}

/**
 * What nobody answered is a problem too: a body that is too large, of another kind or no JSON, a path that is not there. What is our
 * own fault is logged, and says nothing of itself to who asked.
 */
export const problemFilter = (log: Logger): ExceptionFilter => ({
  catch(error: unknown, host) {
    const status = statusOf(error)
    if (status >= 500) log.error({ err: error }, 'a request could not be answered')
    const detail = status >= 500 ? 'the stage could not answer; its log says why' : (error as Error).message
    problem(host.switchToHttp().getResponse<FastifyReply>(), status, detail)
  },
})

/** Fastify's errors name their status too; everything else is a fault of ours. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus()
  const { statusCode } = error as { statusCode?: number }
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? statusCode : 500
}

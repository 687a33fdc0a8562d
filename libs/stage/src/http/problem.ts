import { STATUS_CODES } from 'node:http'
import { HttpException, type ExceptionFilter } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { classify, TransientError } from '../health/failure.ts'
import type { Logger } from '../health/log.ts'

export const problemType = 'application/problem+json'

/**
 * Problem details (RFC 9457): the status says what kind of problem, `detail` is the sentence for people, and `errors` are its parts where
 * there are several.
 */
export const problemOf = (status: number, detail: string, errors?: string[]) => ({
  type: 'about:blank',
  title: STATUS_CODES[status],
  status,
  detail,
  errors,
})

export const problem = (reply: FastifyReply, status: number, detail: string, errors?: string[]) =>
  reply
    .status(status)
    .type(problemType)
    .send(problemOf(status, detail, errors))

/** A request that is refused: the one who asked can read why, and mend it. */
export class RequestError extends Error {
  readonly status: number
  /** a sentence each, where several things are wrong */
  readonly errors: string[] | undefined

  constructor(status: number, message: string, errors?: string[]) {
    super(message)
    this.status = status
    this.errors = errors
  }
}

/**
 * What nobody answered is a problem too: a body that is too large, of another kind or no JSON, a path that is not there. What is our
 * own fault is logged, and says nothing of itself to who asked.
 */
export const answerError = (log: Logger) => (error: unknown, reply: FastifyReply) => {
  if (error instanceof RequestError) return problem(reply, error.status, error.message, error.errors)
  // a server that is away will be back: ask again
  if (error instanceof TransientError) return problem(reply, 503, error.message)
  if (classify(error) === 'transient') {
    log.warn({ err: error }, 'a request waits for a server that is away')
    return problem(reply, 503, 'a server that the stage needs does not answer; ask again')
  }
  const status = statusOf(error)
  if (status < 500) return problem(reply, status, (error as Error).message)
  log.error({ err: error }, 'a request could not be answered')
  return problem(reply, status, 'the stage could not answer; its log says why')
}

export const problemFilter = (log: Logger): ExceptionFilter => ({
  catch: (error: unknown, host) => answerError(log)(error, host.switchToHttp().getResponse<FastifyReply>()),
})

/** Fastify's errors name their status too; everything else is a fault of ours. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus()
  const { statusCode } = error as { statusCode?: number }
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? statusCode : 500
}

import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'

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

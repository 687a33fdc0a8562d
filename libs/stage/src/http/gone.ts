import type { FastifyReply } from 'fastify'

/** Aborted when nobody is there any more to hear the answer; also once it was given. */
export function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  if (raw.destroyed) gone.abort()
  return gone.signal
}

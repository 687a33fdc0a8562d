import { problem } from '@dsf/stage'
import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import { RequestError } from './request-error.ts'

/** @throws RequestError 400 with a sentence for each thing that is wrong */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const sentences = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new RequestError(400, sentences.join('; '))
}

/** What is refused is a problem; everything else that goes wrong is a fault of ours. */
export async function answered(
  reply: FastifyReply,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RequestError) return problem(reply, error.status, error.message, error.errors)
    throw error
  }
}

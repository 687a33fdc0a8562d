import { Body, Controller, Get, Headers, Inject, Param, Post, Res } from '@nestjs/common'
import { problem } from '@dsf/stage'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { RequestError, RunsView } from './runs-view.ts'

const body = z.strictObject({ dataset: z.string().min(1), source: z.string().min(1).optional() })

@Controller('v1/runs')
export class RunsController {
  readonly #view: RunsView

  constructor(@Inject(RunsView) view: RunsView) {
    this.#view = view
  }

  @Post()
  async start(
    @Body() json: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    const parsed = body.safeParse(json)
    if (!parsed.success)
      return problem(
        reply,
        400,
        parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '),
      )
    try {
      const run = await this.#view.request(parsed.data.dataset, key, parsed.data.source)
      return await reply.status(202).send({ ...run, statusUrl: `/v1/runs/${run.runId}` })
    } catch (error) {
      if (error instanceof RequestError) return problem(reply, error.status, error.message, error.errors)
      throw error
    }
  }

  @Get(':runId')
  find(@Param('runId') runId: string, @Res() reply: FastifyReply) {
    const run = this.#view.find(runId)
    return run ? reply.send(run) : problem(reply, 404, `no run has the id "${runId}"`)
  }
}

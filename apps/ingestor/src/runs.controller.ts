import { Body, Controller, Delete, Get, Headers, Inject, Param, Post, Query, Res } from '@nestjs/common'
import { problem } from '@dsf/stage'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { answered, parsed } from './answered.ts'
import { toAnswer } from './run-answer.ts'
import { runStates } from './run.ts'
import { RunsView, type RunQuery } from './runs-view.ts'

/** A URL that is longer is none that a server takes. */
const longestSource = 8192
const longestWaitSeconds = 60

const wanted = z.strictObject({
  dataset: z.string().min(1),
  source: z.string().min(1).max(longestSource).optional(),
})
const waiting = z.strictObject({ wait: z.coerce.number().min(0).max(longestWaitSeconds).default(0) })
const listing = z.strictObject({
  dataset: z.string().min(1).optional(),
  state: z.enum(runStates).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,16}\.[0-9a-f]{32}$/, 'expected what `next` of another page says')
    .optional(),
})

@Controller('v1/runs')
export class RunsController {
  readonly #view: RunsView

  constructor(@Inject(RunsView) view: RunsView) {
    this.#view = view
  }

  @Post()
  start(
    @Body() json: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    return answered(reply, async () => {
      const { dataset, source } = parsed(wanted, json)
      return reply.status(202).send(toAnswer(await this.#view.import(dataset, key, source)))
    })
  }

  @Get()
  list(@Query() query: unknown, @Res() reply: FastifyReply) {
    return answered(reply, async () => {
      const { cursor, ...rest } = parsed(listing, query)
      const found = this.#view.list({ ...rest, before: placeOf(cursor) })
      const page = found.slice(0, rest.limit)
      const last = found.length > page.length ? page.at(-1)!.run : undefined
      const next = last && { next: `${last.requested_at}.${last.run}` }
      return reply.send({ runs: page.map(toAnswer), ...next })
    })
  }

  /** With `?wait=<seconds>` the answer comes when the run is over, at the latest after so long. */
  @Get(':runId')
  find(@Param('runId') runId: string, @Query() query: unknown, @Res() reply: FastifyReply) {
    return answered(reply, async () => {
      const known = await this.#view.whenOver(runId, 1000 * parsed(waiting, query).wait)
      return known ? reply.send(toAnswer(known)) : problem(reply, 404, `no run has the id "${runId}"`)
    })
  }

  /** 202 when whoever works at it has not answered yet. */
  @Delete(':runId')
  cancel(@Param('runId') runId: string, @Res() reply: FastifyReply) {
    return answered(reply, async () => {
      const known = await this.#view.cancel(runId)
      return reply.status(known.run.ended_at === null ? 202 : 200).send(toAnswer(known))
    })
  }
}

function placeOf(cursor: string | undefined): RunQuery['before'] {
  if (cursor === undefined) return undefined
  const [requestedAt, run] = cursor.split('.') as [string, string]
  return { requestedAt: Number(requestedAt), run }
}

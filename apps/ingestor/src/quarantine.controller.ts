import { Body, Controller, Get, Headers, Inject, Param, Post, Query, Res } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { answered, parsed } from './answered.ts'
import { QuarantineView } from './quarantine-view.ts'

const selection = z.strictObject({
  stage: z.string().min(1).optional(),
  code: z.string().min(1).optional(),
  run: z.string().min(1).optional(),
})
const listing = selection.extend({
  limit: z.coerce.number().int().positive().max(1000).default(100),
  cursor: z.string().optional(),
})
const replay = selection.extend({ dryRun: z.boolean().default(false), force: z.boolean().default(false) })

@Controller('v1/quarantine/:dataset')
export class QuarantineController {
  readonly #view: QuarantineView

  constructor(@Inject(QuarantineView) view: QuarantineView) {
    this.#view = view
  }

  @Get()
  count(@Param('dataset') dataset: string, @Res() reply: FastifyReply) {
    return answered(reply, async () => reply.send(await this.#view.count(dataset)))
  }

  @Get('rows')
  list(@Param('dataset') dataset: string, @Query() query: unknown, @Res() reply: FastifyReply) {
    return answered(reply, async () => {
      const { limit, cursor, ...wanted } = parsed(listing, query)
      return reply.send(await this.#view.list(dataset, wanted, limit, cursor))
    })
  }

  @Get('rows/:id')
  show(@Param('dataset') dataset: string, @Param('id') id: string, @Res() reply: FastifyReply) {
    return answered(reply, async () => reply.send(await this.#view.show(dataset, id)))
  }

  @Post('replays')
  replay(
    @Param('dataset') dataset: string,
    @Body() body: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    return answered(reply, async () => {
      const { dryRun, force, ...wanted } = parsed(replay, body ?? {})
      const answer = await this.#view.replay(dataset, key, wanted, { dryRun, force })
      return reply.status(dryRun ? 200 : 202).send(answer)
    })
  }
}

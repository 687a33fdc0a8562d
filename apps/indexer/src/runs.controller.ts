import { Controller, Get, Inject, Param, Res } from '@nestjs/common'
import { problem, TransientError } from '@dsf/stage'
import type { FastifyReply } from 'fastify'
import { Receipts, summarize } from './receipts.ts'

@Controller('v1/runs')
export class RunsController {
  readonly #receipts: Receipts

  constructor(@Inject(Receipts) receipts: Receipts) {
    this.#receipts = receipts
  }

  @Get(':runId')
  async find(@Param('runId') runId: string, @Res() reply: FastifyReply) {
    const receipts = await this.#receipts.of(runId).catch(unlessAway)
    if (receipts instanceof TransientError) return problem(reply, 503, receipts.message)
    return receipts.length > 0 ? reply.send(summarize(receipts)) : problem(reply, 404, unknownRun(runId))
  }
}

const unknownRun = (runId: string) =>
  `no receipt of run "${runId}" has reached the indexer yet; the ingestor knows the runs that have begun`

function unlessAway(error: unknown): TransientError {
  if (error instanceof TransientError) return error
  throw error
}

import { Controller, Get, Inject, Param, Res } from '@nestjs/common'
import { problem } from '@dsf/stage'
import type { FastifyReply } from 'fastify'
import { Receipts } from './receipts.ts'

@Controller('v1/runs')
export class RunsController {
  readonly #receipts: Receipts

  constructor(@Inject(Receipts) receipts: Receipts) {
    this.#receipts = receipts
  }

  @Get(':runId')
  async find(@Param('runId') runId: string, @Res() reply: FastifyReply) {
    const receipt = await this.#receipts.find(runId)
    if (receipt) return reply.send(receipt)
    return problem(
      reply,
      404,
      `no receipt of run "${runId}" has reached the indexer yet; the ingestor knows the runs that have begun`,
    )
  }
}

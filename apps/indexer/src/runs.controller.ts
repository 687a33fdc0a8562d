import { Controller, Get, Inject, Param, Res } from '@nestjs/common'
import { problem, TransientError } from '@dsf/stage'
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
    const receipt = await this.#receipts.find(runId).catch(unlessAway)
    if (receipt instanceof TransientError) return problem(reply, 503, receipt.message)
    return receipt ? reply.send(receipt) : problem(reply, 404, unknownRun(runId))
  }
}

const unknownRun = (runId: string) =>
  `no receipt of run "${runId}" has reached the indexer yet; the ingestor knows the runs that have begun`

function unlessAway(error: unknown): TransientError {
  if (error instanceof TransientError) return error
  throw error
}

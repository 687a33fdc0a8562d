import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common'
import { Receipts, type RunReceipt } from './receipts.ts'

@Controller('v1/runs')
export class RunsController {
  readonly #receipts: Receipts

  constructor(@Inject(Receipts) receipts: Receipts) {
    this.#receipts = receipts
  }

  @Get(':runId')
  async find(@Param('runId') runId: string): Promise<RunReceipt> {
    const receipt = await this.#receipts.find(runId)
    if (receipt) return receipt
    throw new NotFoundException(`no receipt of run "${runId}" has reached the indexer yet; the ingestor knows the runs that have begun`)
  }
}

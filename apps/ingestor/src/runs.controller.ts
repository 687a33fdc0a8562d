import { Controller, Inject } from '@nestjs/common'
import { Asked, Call, RequestError } from '@dsf/stage'
import { findRun, startRun } from './runs-contracts.ts'
import { RunsView } from './runs-view.ts'

@Controller('v1/runs')
export class RunsController {
  readonly #view: RunsView

  constructor(@Inject(RunsView) view: RunsView) {
    this.#view = view
  }

  @Call('POST', '', startRun)
  async start(@Asked() { headers, body }: Asked<typeof startRun>) {
    const run = await this.#view.request(body.dataset, headers['idempotency-key'], body.source)
    return { ...run, statusUrl: `/v1/runs/${run.runId}` }
  }

  @Call('GET', ':runId', findRun)
  find(@Asked() { path: { runId } }: Asked<typeof findRun>) {
    const run = this.#view.find(runId)
    if (!run) throw new RequestError(404, `no run has the id "${runId}"`)
    return run
  }
}

import { Controller, Inject, Res } from '@nestjs/common'
import { Asked, Call, goneOf, RequestError } from '@dsf/stage'
import type { FastifyReply } from 'fastify'
import { toAnswer } from './run-answer.ts'
import { cancelRun, findRun, listRuns, startRun } from './runs-contracts.ts'
import type { RunQuery } from './run-list.ts'
import { RunsView } from './runs-view.ts'

@Controller('v1/runs')
export class RunsController {
  readonly #view: RunsView

  constructor(@Inject(RunsView) view: RunsView) {
    this.#view = view
  }

  @Call('POST', '', startRun)
  async start(@Asked() { headers, body }: Asked<typeof startRun>) {
    return toAnswer(
      await this.#view.import(body.dataset, headers['idempotency-key'], body.source, body.force),
    )
  }

  @Call('GET', '', listRuns)
  list(@Asked() { query: { cursor, ...rest } }: Asked<typeof listRuns>) {
    const found = this.#view.list({ ...rest, before: placeOf(cursor) })
    const page = found.slice(0, rest.limit)
    const last = found.length > page.length ? page.at(-1)!.run : undefined
    return { runs: page.map(toAnswer), ...(last ? { next: `${last.requested_at}.${last.run}` } : {}) }
  }

  @Call('GET', ':runId', findRun)
  async find(
    @Asked() { path: { runId }, query: { wait } }: Asked<typeof findRun>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const known = await this.#view.whenOver(runId, 1000 * wait, goneOf(reply))
    if (!known) throw new RequestError(404, `no run has the id "${runId}"`)
    return toAnswer(known)
  }

  @Call('DELETE', ':runId', cancelRun)
  async cancel(
    @Asked() { path: { runId } }: Asked<typeof cancelRun>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const known = await this.#view.cancel(runId, goneOf(reply))
    if (known.run.ended_at === null) reply.status(202)
    return toAnswer(known)
  }
}

function placeOf(cursor: string | undefined): RunQuery['before'] {
  if (cursor === undefined) return undefined
  const [requestedAt, run] = cursor.split('.') as [string, string]
  return { requestedAt: Number(requestedAt), run }
}

import { Controller, Inject, Res } from '@nestjs/common'
import { Asked, Call, goneOf } from '@dsf/stage'
import type { FastifyReply } from 'fastify'
import { countRows, listRows, replayRows, showRow } from './quarantine-contracts.ts'
import { QuarantineView } from './quarantine-view.ts'

@Controller('v1/quarantine/:dataset')
export class QuarantineController {
  readonly #view: QuarantineView

  constructor(@Inject(QuarantineView) view: QuarantineView) {
    this.#view = view
  }

  @Call('GET', '', countRows)
  count(@Asked() { path }: Asked<typeof countRows>) {
    return this.#view.count(path.dataset)
  }

  @Call('GET', 'rows', listRows)
  list(
    @Asked() { path, query: { limit, cursor, ...wanted } }: Asked<typeof listRows>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#view.list(path.dataset, wanted, { limit, cursor, gone: goneOf(reply) })
  }

  @Call('GET', 'rows/:id', showRow)
  show(@Asked() { path }: Asked<typeof showRow>, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.#view.show(path.dataset, path.id, goneOf(reply))
  }

  @Call('POST', 'replays', replayRows)
  replay(
    @Asked() { path, headers, body }: Asked<typeof replayRows>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { dryRun, force, ...wanted } = body
    reply.status(dryRun ? 200 : 202)
    return this.#view.replay(path.dataset, headers['idempotency-key'], wanted, {
      ...{ dryRun, force, gone: goneOf(reply) },
    })
  }
}

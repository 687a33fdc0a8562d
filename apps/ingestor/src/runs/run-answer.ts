import type { z } from 'zod'
import { tellDrift } from '../reading/header-drift.ts'
import { printable } from '../sources/guard-address.ts'
import { expectedReceipts } from '../importing/close-run.ts'
import type { Known } from '../importing/run.ts'
import type { Selection } from '../refused/selection.ts'
import type { run } from './runs-contracts.ts'

/** A run as `GET /v1/runs/<id>` answers it. */
export type RunAnswer = z.input<typeof run>

export function toAnswer({ dataset, run }: Known): RunAnswer {
  return {
    ...{ runId: run.run, dataset, type: run.type },
    ...askedOf(run),
    state: run.state,
    ...(run.reason === null ? {} : { reason: run.reason }),
    ...(run.unchanged === null ? {} : { unchanged: run.unchanged }),
    times: timesOf(run),
    fetched: {
      bytes: run.landing_bytes,
      ...(run.state === 'fetching' ? { bytesPerSecond: run.bytes_per_second } : {}),
    },
    ...(run.landing === null
      ? {}
      : { landing: { key: run.landing, bytes: run.landing_bytes, sha256: run.landing_sha256! } }),
    ...(run.encoding === null || run.encoding === 'utf-8' ? {} : { encoding: run.encoding }),
    ...findingsOf(run),
    rows: run.row,
    closed: run.closed.length,
    ...{ expected: run.unchanged === null ? expectedReceipts(run) : 0, counters: run.counters },
    statusUrl: `/v1/runs/${run.run}`,
  }
}

const askedOf = ({ source, address, waiting, next, replay }: Known['run']): Partial<RunAnswer> => ({
  ...(source === null ? {} : { source: shownSource(source) }),
  ...(address === null ? {} : { address: shownSource(address) }),
  ...(waiting === 0 ? {} : { waiting }),
  ...(next === null ? {} : { next }),
  ...(replay === null ? {} : { selection: given(replay.selection) }),
})

function findingsOf({
  drift,
  tolerated,
  waiting,
  next,
}: Known['run']): Pick<RunAnswer, 'drift' | 'tolerated' | 'findings'> {
  const counts = Object.entries(tolerated).map(([what, count]) => `${what}: ${count}`)
  const others = waiting === 1 ? '1 new file waits' : `${waiting} new files wait`
  const behind = next === null ? [] : [`${others} behind this one: run ${next} reads the next`]
  const findings = [...(drift ? [tellDrift(drift)] : []), ...counts, ...behind]
  return {
    ...(drift ? { drift } : {}),
    ...(counts.length > 0 ? { tolerated } : {}),
    ...(findings.length > 0 ? { findings } : {}),
  }
}

function timesOf({
  requested_at,
  fetching_at,
  publishing_at,
  processing_at,
  cancel_at,
  ended_at,
}: Known['run']) {
  const times = {
    ...{ requested: requested_at, fetching: fetching_at, publishing: publishing_at },
    ...{ processing: processing_at, cancel: cancel_at, ended: ended_at },
  }
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, at]) => (at === null ? [] : [[name, new Date(at).toISOString()]])),
  )
}

const given = (selection: Selection): Selection =>
  Object.fromEntries(Object.entries(selection).filter(([, value]) => value !== null))

export function shownSource(source: string): string {
  const url = URL.parse(source)
  if (!url || url.protocol === 'file:') return source
  // a date in a path is shown as it was written
  return printable(url).replaceAll('%7B', '{').replaceAll('%7D', '}')
}

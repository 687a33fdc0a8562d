import { setTimeout } from 'node:timers/promises'
import type { FetchedRecord } from '@dsf/stage'
import type { QuarantineLog } from '../src/refused/quarantine-log.ts'

export interface Refused {
  code: string
  at: number
  bytes: number
  stage?: string
  run?: string
  row?: number
  key?: string
}

/**
 * A quarantine topic as Kafka answers for it, in memory: whole record batches of `batch` rows, a marker behind each row unless all are of one
 * transaction, and at most so many bytes of rows as a fetch asks for, but always a batch.
 */
export function topicOf(
  lanes: Refused[][],
  batch: number,
  ms = 0,
  { marked = true } = {},
): QuarantineLog & { fetches: number; stable: number } {
  const apart = marked ? 2 : 1
  const log = {
    fetches: 0,
    stable: Infinity,
    ranges: async () => lanes.map((rows) => ({ first: 0, end: apart * rows.length })),
    fetch: async ({ lane, offset }: { lane: number; offset: number }, most = 2 ** 20) => {
      log.fetches++
      if (ms > 0) await setTimeout(ms)
      const rows = lanes[lane]!
      const stable = Math.min(log.stable, apart * rows.length)
      if (offset >= stable) return { records: [], from: offset, next: offset, stable }
      const begin = Math.floor(Math.ceil(offset / apart) / batch) * batch
      let [end, bytes] = [begin, 0]
      while (end < rows.length && apart * end < stable && (bytes < most || end < begin + batch))
        bytes += rows[end++]!.bytes
      const records = rows
        .slice(begin, end)
        .map((row, i) => recordOf(row, lane, begin + i, apart * (begin + i)))
      const next = Math.max(offset, Math.min(apart * end, stable))
      return {
        records,
        from: Math.min(apart * begin, offset),
        next: next === offset ? offset + 1 : next,
        stable,
      }
    },
  }
  return log
}

function recordOf(refused: Refused, lane: number, i: number, offset: number): FetchedRecord {
  const { code, at, stage = 'cleaner', run = 'r', row = i, key = 'k' } = refused
  const value = {
    ...{ dsf_run: run, dsf_row: row, stage, reasons: [{ field: null, code, message: '' }] },
    ...{ content: 'json', object: null, bytes: Buffer.alloc(10) },
  }
  return { key, place: { lane, offset }, at, value: () => value }
}

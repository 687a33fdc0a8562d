import { setTimeout as sleep } from 'node:timers/promises'
import { TransientError } from '@dsf/stage'
import { readBulkAnswer, type BulkAnswer, type BulkOutcome } from './bulk-answer.ts'
import type { BulkBody } from './bulk-body.ts'

/** Tries of one bulk request before the lane lets go of it and starts the batch again. */
const tries = 6

/**
 * Sends one body, then again only what the server was at fault for. A wait between two tries ends with the signal.
 * @throws TransientError when it does not take all of it in so many tries
 */
export async function sendBulk(
  request: (items: string) => Promise<BulkAnswer>,
  { body, rows, refused }: BulkBody,
  { signal, waitMs = 500 }: { signal?: AbortSignal | undefined; waitMs?: number } = {},
): Promise<BulkOutcome> {
  if (refused !== undefined) return allRefused(rows.length, refused)
  const total = readBulkAnswer(await request(body), rows.length)
  for (let attempt = 1; total.retry.length > 0; attempt++) {
    if (attempt === tries)
      throw new TransientError(
        `Elasticsearch did not take ${total.retry.length} of ${rows.length} documents in ${tries} tries: ${total.retry[0]!.reason}`,
      )
    await sleep(waitMs * 2 ** (attempt - 1), undefined, { signal })
    const sent = total.retry.map(({ at }) => at)
    addOutcome(total, readBulkAnswer(await request(itemsOf(body, sent)), sent.length), sent)
  }
  return total
}

const allRefused = (rows: number, reason: string): BulkOutcome => ({
  fates: Array.from({ length: rows }, () => undefined),
  refused: Array.from({ length: rows }, (_, at) => ({ at, reason })),
  retry: [],
})

/** What became of the items that were sent again, by their positions in the whole. */
function addOutcome(total: BulkOutcome, { fates, refused, retry }: BulkOutcome, sent: number[]): void {
  for (const [i, fate] of fates.entries()) total.fates[sent[i]!] = fate
  for (const { at, reason } of refused) total.refused.push({ at: sent[at]!, reason })
  total.retry = retry.map(({ at, reason }) => ({ at: sent[at]!, reason }))
}

/** An item of a bulk body is two lines: action and document. */
function itemsOf(body: string, items: number[]): string {
  const lines = body.split('\n')
  return items.map((i) => `${lines[2 * i]}\n${lines[2 * i + 1]}\n`).join('')
}

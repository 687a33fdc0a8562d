/** Questions about the quarantine that are more than one request: pages of a list, counts that are not complete yet. */
import { setTimeout } from 'node:timers/promises'
import { ask, type Api } from '../client/http.ts'

interface Page {
  rows: unknown[]
  next?: string
}

const largestPage = 1000

/** Whatever is called a dataset: its name is the ingestor's to refuse. */
export const quarantineOf = (dataset: string): string => `/v1/quarantine/${encodeURIComponent(dataset)}`

/** So many rows, the last refused first, however many pages that are; `next` is where others go on. */
export async function listRows(
  api: Api,
  dataset: string,
  { limit, cursor, ...selection }: Record<string, string>,
): Promise<Page> {
  const wanted = Number(limit ?? 100)
  const rows: unknown[] = []
  let next = cursor
  do {
    const asked = Math.min(wanted - rows.length, largestPage)
    const query = new URLSearchParams({
      ...selection,
      // what is no number is the ingestor's to refuse
      limit: Number.isNaN(asked) ? limit! : String(asked),
      ...(next === undefined ? {} : { cursor: next }),
    })
    const page = await ask<Page>(api, `${quarantineOf(dataset)}/rows?${query}`)
    rows.push(...page.rows)
    next = page.next
  } while (next !== undefined && rows.length < wanted)
  return { rows, ...(next === undefined ? {} : { next }) }
}

interface Counts {
  counts: unknown[]
  complete: boolean
  read: number
  size: number
}

/** Asks until everything is counted. */
export async function countRows(api: Api, dataset: string): Promise<Counts> {
  for (;;) {
    const answer = await ask<Counts>(api, quarantineOf(dataset))
    if (answer.complete) return answer
    process.stderr.write(`counted ${answer.read} of ${answer.size} places of the topic\n`)
    await setTimeout(500)
  }
}

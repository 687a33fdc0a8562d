import type { Fetched } from '@dsf/stage'
import { fetchBytes, rowOf, type QuarantineLog, type Range } from '../refused/quarantine-log.ts'
import type { QuarantinedRow } from '../refused/quarantined-row.ts'
import { shortSummaryOf } from './row-summary.ts'

export type Summary = ReturnType<typeof shortSummaryOf>

export interface Page {
  rows: Summary[]
  /** where to go on with older rows; left out when there are none */
  next?: string
}

/** Of a GET: it answers with what it has found, a row at least, however much is left, and says where to go on. */
const longestMs = 250
const largestPage = 2 ** 20

/** Of a first fetch: enough for the rows of a page, as long as they are usual ones. */
const fewBytes = 2 ** 18

/** What a lane holds ready, so that lanes together stay small however long their rows are. */
const mostReady = 2 ** 18

/**
 * Rows from the end of the topic backwards, the last refused first. Lanes are read a fetch at a time, and joined by the time
 * of their records. `before` are the offsets, by lane, below which to begin.
 */
export async function pageOf(
  log: QuarantineLog,
  ranges: Range[],
  before: number[],
  wanted: { matches: (row: QuarantinedRow) => boolean; limit: number },
): Promise<Page> {
  const lanes = ranges.map(({ first, end }, lane) => new LaneTail(log, lane, first, before[lane] ?? end))
  const started = performance.now()
  const rows: Summary[] = []
  let bytes = 0
  // who asks for the next page must not get this one again
  const mayEnd = () =>
    performance.now() - started >= longestMs && (rows.length > 0 || lanes.some((lane) => lane.hasPassed))
  while (rows.length < wanted.limit && bytes < largestPage && !mayEnd()) {
    const unread = lanes.find((lane) => lane.isUnread)
    if (unread) {
      await unread.read(wanted)
      continue
    }
    const newest = newestOf(lanes)
    if (!newest) break
    const { summary, size } = newest.take()
    rows.push(summary)
    bytes += size
  }
  const next = lanes.some((lane) => lane.hasMore) ? lanes.map((lane) => lane.position).join('.') : undefined
  return next === undefined ? { rows } : { rows, next }
}

function newestOf(lanes: LaneTail[]): LaneTail | undefined {
  let newest: LaneTail | undefined
  for (const lane of lanes)
    if (lane.newestAt !== undefined && !(newest && newest.newestAt! >= lane.newestAt)) newest = lane
  return newest
}

interface Ready {
  summary: Summary
  size: number
  at: number
  offset: number
}

/** A lane that is read from its end. What it has ready are the newest of its matching rows. */
class LaneTail {
  readonly #log: QuarantineLog
  readonly #lane: number
  readonly #first: number
  /** everything below is unread */
  #before: number
  /** where it began */
  readonly #from: number
  /** offsets that the next fetch goes back, and what it brings */
  #step = 256
  #bytes = fewBytes
  /** the newest one first, taken from the end */
  #ready: Ready[] = []

  constructor(log: QuarantineLog, lane: number, first: number, before: number) {
    this.#log = log
    this.#lane = lane
    this.#first = first
    this.#before = this.#from = before
  }

  get isUnread(): boolean {
    return this.#ready.length === 0 && this.#before > this.#first
  }

  /** whether it has come past rows none of which matches */
  get hasPassed(): boolean {
    return this.#ready.length === 0 && this.#before < this.#from
  }

  get hasMore(): boolean {
    return this.#ready.length > 0 || this.#before > this.#first
  }

  get newestAt(): number | undefined {
    return this.#ready.at(-1)?.at
  }

  get position(): number {
    return this.#ready.length > 0 ? this.#ready.at(-1)!.offset + 1 : this.#before
  }

  take(): Ready {
    return this.#ready.pop()!
  }

  /** Goes back by one fetch. One that does not reach as far as we have read was of too few bytes, or too long a step. */
  async read({ matches, limit }: Parameters<typeof pageOf>[3]): Promise<void> {
    const offset = Math.max(this.#first, this.#before - this.#step)
    const { records, from, next, stable } = await this.#log.fetch({ lane: this.#lane, offset }, this.#bytes)
    if (next < Math.min(this.#before, stable) && this.#step > 1) {
      if (this.#bytes === fetchBytes) this.#step = Math.max(1, Math.floor(this.#step / 4))
      this.#bytes = fetchBytes
      return
    }
    this.#step = Math.min(this.#step * 2, 4096)
    const below = Math.min(from, offset)
    this.#before = this.#keep(records, matches, limit) ?? below
  }

  /** @returns the offset below which nothing was kept, when not all of it was looked at */
  #keep(
    records: Fetched['records'],
    matches: (row: QuarantinedRow) => boolean,
    limit: number,
  ): number | undefined {
    const ready: Ready[] = []
    let size = 0
    for (let i = records.length - 1; i >= 0; i--) {
      const record = records.at(i)!
      const { offset } = record.place
      if (offset >= this.#before) continue
      if (ready.length >= limit || size > mostReady) {
        this.#ready = ready.reverse()
        return offset + 1
      }
      const row = rowOf(record)
      if (!row || !matches(row)) continue
      const summary = shortSummaryOf(row)
      ready.push({ summary, size: sizeOf(summary), at: record.at, offset })
      size += ready.at(-1)!.size
    }
    this.#ready = ready.reverse()
    return undefined
  }
}

const sizeOf = ({ key, reasons }: Summary): number =>
  reasons.reduce((sum, { message }) => sum + message.length + 60, 200 + key.length)

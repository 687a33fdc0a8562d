import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topicOf, type Refused } from '../../testing/quarantine-topic.ts'
import { pageOf } from './quarantine-page.ts'
import type { QuarantinedRow } from '../refused/quarantined-row.ts'

type Wanted = Parameters<typeof pageOf>[3]

/** Every page until the last one. */
async function pagesOf(log: ReturnType<typeof topicOf>, wanted: Wanted) {
  const pages: string[][] = []
  const ranges = await log.ranges()
  let before = ranges.map(({ end }) => end)
  for (;;) {
    const { rows, next } = await pageOf(log, ranges, before, wanted)
    pages.push(rows.map(({ id }) => id))
    if (next === undefined) return pages
    before = next.split('.').map(Number)
  }
}

const all = () => true
const rowsOf = (lanes: Refused[][]) =>
  lanes.flatMap((rows, lane) => rows.map((row, i) => ({ ...row, id: `${lane}-${2 * i}`, lane, i })))

const lane = fc.array(
  fc.record({
    code: fc.constantFrom('type', 'maximum'),
    gap: fc.nat(3),
    bytes: fc.constantFrom(10, 400_000),
  }),
  { maxLength: 60 },
)

describe('pages of the quarantine', () => {
  it('have every row that matches once, the last refused first, however they and the topic are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lane, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        async (lanes, limit, batch) => {
          const timed = lanes.map((rows) => {
            let at = 0
            return rows.map(({ gap, ...row }) => ({ ...row, at: (at += gap) }))
          })
          const matches = (row: QuarantinedRow) => row.reasons[0]!.code === 'type'
          const pages = await pagesOf(topicOf(timed, batch), { matches, limit })
          const wanted = rowsOf(timed).filter(({ code }) => code === 'type')
          const sorted = wanted.toSorted((a, b) => b.at - a.at || a.lane - b.lane || b.i - a.i)
          expect(pages.flat()).toEqual(sorted.map(({ id }) => id))
          for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('come to the end of rows that each fill a fetch, with nothing between them', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => ({ code: 'type', at, bytes: 2 * 2 ** 20 }))
    const topic = topicOf([rows], 1, 0, { marked: false })
    const ranges = await topic.ranges()
    const page = await pageOf(topic, ranges, [20], { matches: all, limit: 100 })
    expect(page.rows).toHaveLength(20)
    expect(page.next).toBeUndefined()
  })

  it.each([
    ['many lanes', 64, 2000, 4],
    ['long rows', 4, 20_000, 15],
    ['rows that each fill a fetch', 1, 2 ** 20, 55],
  ])('of %s come on with each, however slow a fetch is', async (_, lanes, bytes, ms) => {
    const rows = Array.from({ length: 40 }, (_, at) => ({ code: 'type', at, bytes }))
    const topic = topicOf(
      Array.from({ length: lanes }, () => rows),
      20,
      ms,
    )
    const ranges = await topic.ranges()
    const ends = ranges.map(({ end }) => end)
    const page = await pageOf(topic, ranges, ends, { matches: all, limit: 10 })
    expect(page.rows.length).toBeGreaterThan(0)
    expect(page.next).not.toBe(ends.join('.'))
  })

  it('cost what they show: the last rows of a long topic are a fetch or two of each lane', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => ({ code: 'type', at, bytes: 500 }))
    const topic = topicOf([rows, rows, rows], 100)
    const ranges = await topic.ranges()
    await pageOf(
      topic,
      ranges,
      ranges.map(({ end }) => end),
      { matches: all, limit: 100 },
    )
    expect(topic.fetches).toBeLessThanOrEqual(6)
  })

  it('end where their time does, with the place to go on', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => ({
      code: at === 0 ? 'rare' : 'type',
      at,
      bytes: 10,
    }))
    const slow = topicOf([rows], 5, 60)
    const rare = (row: QuarantinedRow) => row.reasons[0]!.code === 'rare'
    const pages = await pagesOf(slow, { matches: rare, limit: 10 })
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flat()).toEqual(['0-0'])
  })

  it('do not wait for a transaction that is open, and do not go past it when it is read later', async () => {
    const rows = Array.from({ length: 40 }, (_, at) => ({ code: 'type', at, bytes: 10 }))
    const topic = topicOf([rows], 10)
    topic.stable = 20
    const pages = await pagesOf(topic, { matches: all, limit: 100 })
    expect(pages.flat()).toHaveLength(10)
  })
})

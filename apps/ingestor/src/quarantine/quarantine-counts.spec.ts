import { describe, expect, it } from 'vitest'
import { topicOf, type Refused } from '../../testing/quarantine-topic.ts'
import { QuarantineCounts } from './quarantine-counts.ts'

const refused = (row: number, code = 'type', change: Partial<Refused> = {}): Refused => ({
  ...{ row, code, at: row, bytes: 100 },
  ...change,
})
const countsOf = (counts: QuarantineCounts) =>
  counts.answer().counts.map(({ stage, code, open, replayed }) => [stage, code, open, replayed])

describe('counts of the quarantine', () => {
  it('are of rows by stage and reason, and tell how much of the topic they are of', async () => {
    const document = { stage: 'indexer', key: 'd' }
    const lanes = [[refused(1), refused(2, 'maximum'), refused(3)], [refused(4, 'refused', document)]]
    const counts = new QuarantineCounts(topicOf(lanes, 2))
    await counts.advance([])
    expect(countsOf(counts)).toEqual([
      ['cleaner', 'type', 2, 0],
      ['cleaner', 'maximum', 1, 0],
      ['indexer', 'refused', 1, 0],
    ])
    expect(counts.answer()).toMatchObject({ read: 8, size: 8, approximate: false })
  })

  it('read only what has come since they were asked for last', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => refused(i))
    const topic = topicOf([rows], 100)
    const counts = new QuarantineCounts(topic)
    await counts.advance([])
    topic.fetches = 0
    rows.push(refused(10_000), refused(10_001, 'enum'))
    await counts.advance([])
    expect(topic.fetches).toBeLessThanOrEqual(2)
    expect(countsOf(counts)).toEqual([
      ['cleaner', 'type', 10_001, 0],
      ['cleaner', 'enum', 1, 0],
    ])
  })

  it('have a row once that a replay took, as replayed, or as open when it was refused again', async () => {
    const rows = [refused(1), refused(2), refused(3)]
    const counts = new QuarantineCounts(topicOf([rows], 2))
    await counts.advance([])
    rows.push(refused(2, 'maximum'))
    await counts.advance([{ selection: {}, until: [6] }])
    expect(countsOf(counts)).toEqual([
      ['cleaner', 'maximum', 1, 0],
      ['cleaner', 'type', 0, 2],
    ])
  })

  it('are counted anew when a replay failed while another one came', async () => {
    const counts = new QuarantineCounts(topicOf([[refused(1), refused(2, 'enum')]], 2))
    await counts.advance([{ selection: { code: 'type' }, until: [4] }])
    await counts.advance([{ selection: { code: 'enum' }, until: [4] }])
    expect(countsOf(counts)).toEqual([
      ['cleaner', 'type', 1, 0],
      ['cleaner', 'enum', 0, 1],
    ])
  })

  it('have a document once, however often its object was sent to the index', async () => {
    const document = refused(1, 'refused', { stage: 'indexer', key: 'a' })
    const counts = new QuarantineCounts(topicOf([[document, document, { ...document, key: 'b' }]], 2))
    await counts.advance([])
    expect(countsOf(counts)).toEqual([['indexer', 'refused', 2, 0]])
  })

  it('end before a transaction that is open, and go on behind it later', async () => {
    const topic = topicOf([Array.from({ length: 30 }, (_, i) => refused(i))], 8)
    topic.stable = 20
    const counts = new QuarantineCounts(topic)
    await counts.advance([])
    expect(counts.answer()).toMatchObject({ counts: [{ open: 10 }], read: 20, size: 60 })
    topic.stable = Infinity
    await counts.advance([])
    expect(counts.answer()).toMatchObject({ counts: [{ open: 30 }], read: 60, size: 60 })
  })
})

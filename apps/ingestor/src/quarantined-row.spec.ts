import { describe, expect, it } from 'vitest'
import { bytesOf, LatestRows, toRow, whyNotReplayable } from './quarantined-row.ts'

const refused = (offset: number, change: object = {}) =>
  toRow(
    'k',
    {
      ...{
        dsf_run: 'r',
        dsf_row: 3,
        stage: 'cleaner',
        content: 'avro',
        object: null,
        bytes: Buffer.from('x'),
      },
      reasons: [{ field: 'mag', code: 'maximum', message: 'too much' }],
      ...change,
    },
    { lane: 0, offset },
  )

describe('the latest rows', () => {
  const offsetsOf = (...rows: ReturnType<typeof refused>[]) => {
    const latest = new LatestRows()
    for (const row of rows) latest.add(row)
    return [...latest.values()].map(({ offset }) => offset)
  }

  it('have a row once, as it was refused last, however often that was', () => {
    expect(offsetsOf(refused(1), refused(2, { dsf_row: 4 }), refused(3))).toEqual([2, 3])
  })

  it('tell rows by stage, run and number', () => {
    const rows = [refused(1), refused(2, { stage: 'indexer' }), refused(3, { dsf_run: 'other' })]
    expect(offsetsOf(...rows)).toEqual([1, 2, 3])
  })
})

describe('refused documents', () => {
  it('of a row and of its simulated twin are two', () => {
    const latest = new LatestRows()
    const twin = { stage: 'indexer', content: 'json' }
    for (const [offset, key] of [
      [1, 'a'],
      [2, 'a~simulated'],
      [3, 'a'],
    ] as const)
      latest.add({ ...refused(offset, twin), key })
    expect([...latest.values()].map(({ key }) => key)).toEqual(['a~simulated', 'a'])
  })
})

describe('a quarantined row', () => {
  it('can be replayed, unless no stage wrote it or it is a document', () => {
    const undecodable = { dsf_run: '', reasons: [{ field: null, code: 'undecodable', message: '' }] }
    expect(whyNotReplayable(refused(1))).toBeUndefined()
    expect(whyNotReplayable(refused(1, undecodable))).toMatch(/no stage wrote/)
    expect(whyNotReplayable(refused(1, { stage: 'indexer' }))).toMatch(/by its object/)
  })

  it('shows text only where the bytes are one: framed Avro may look like it', () => {
    expect(bytesOf(refused(1, { content: 'csv' }))).toEqual({ bytes: 'eA==', text: 'x' })
    expect(bytesOf(refused(1))).toEqual({ bytes: 'eA==' })
    expect(bytesOf(refused(1, { content: 'csv', bytes: Buffer.from([0xff]) }))).toEqual({ bytes: '/w==' })
  })
})

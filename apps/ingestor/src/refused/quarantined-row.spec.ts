import { describe, expect, it } from 'vitest'
import { refusedRow } from '../../testing/refused-row.ts'
import { nameOf, whyNotReplayable } from './quarantined-row.ts'

describe('the name of a row', () => {
  it('is the same however often the row is refused, and another one by stage, run and number', () => {
    const others = [{ dsf_row: 4 }, { stage: 'indexer' }, { dsf_run: 'other' }]
    expect(nameOf(refusedRow(1))).toBe(nameOf(refusedRow(9)))
    for (const change of others) expect(nameOf(refusedRow(1, change))).not.toBe(nameOf(refusedRow(1)))
  })

  it('tells the documents of a row and of its simulated twin, and stays short', () => {
    const document = (key: string) => nameOf({ ...refusedRow(1, { stage: 'indexer', content: 'json' }), key })
    expect(document('a')).not.toBe(document('a~simulated'))
    expect(document('x'.repeat(60_000)).length).toBeLessThan(200)
  })
})

describe('a quarantined row', () => {
  it('can be replayed, unless no stage wrote it or it is a document', () => {
    const undecodable = { dsf_run: '', reasons: [{ field: null, code: 'undecodable', message: '' }] }
    expect(whyNotReplayable(refusedRow(1))).toBeUndefined()
    expect(whyNotReplayable(refusedRow(1, undecodable))).toMatch(/no stage wrote/)
    expect(whyNotReplayable(refusedRow(1, { stage: 'indexer' }))).toMatch(/by its object/)
  })
})

import { describe, expect, it } from 'vitest'
import { nameOf, toRow, whyNotReplayable } from './quarantined-row.ts'

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

describe('the name of a row', () => {
  it('is the same however often the row is refused, and another one by stage, run and number', () => {
    const others = [{ dsf_row: 4 }, { stage: 'indexer' }, { dsf_run: 'other' }]
    expect(nameOf(refused(1))).toBe(nameOf(refused(9)))
    for (const change of others) expect(nameOf(refused(1, change))).not.toBe(nameOf(refused(1)))
  })

  it('tells the documents of a row and of its simulated twin, and stays short', () => {
    const document = (key: string) => nameOf({ ...refused(1, { stage: 'indexer', content: 'json' }), key })
    expect(document('a')).not.toBe(document('a~simulated'))
    expect(document('x'.repeat(60_000)).length).toBeLessThan(200)
  })
})

describe('a quarantined row', () => {
  it('can be replayed, unless no stage wrote it or it is a document', () => {
    const undecodable = { dsf_run: '', reasons: [{ field: null, code: 'undecodable', message: '' }] }
    expect(whyNotReplayable(refused(1))).toBeUndefined()
    expect(whyNotReplayable(refused(1, undecodable))).toMatch(/no stage wrote/)
    expect(whyNotReplayable(refused(1, { stage: 'indexer' }))).toMatch(/by its object/)
  })
})

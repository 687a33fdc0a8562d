import { describe, expect, it } from 'vitest'
import { isSelected, isTaken, parseReplay } from './selection.ts'

const row = {
  stage: 'cleaner',
  dsf_run: 'r1',
  reasons: [{ code: 'maximum' }, { code: 'enum' }],
  lane: 1,
  offset: 7,
}

describe('the source of a replay', () => {
  it('of an earlier version is read back', () => {
    const source = 'quarantine:?stage=cleaner&code=a%26b%3Dc+d&run=r&until=12.0.345'
    expect(parseReplay(source)).toEqual({
      selection: { stage: 'cleaner', code: 'a&b=c d', run: 'r' },
      until: [12, 0, 345],
    })
  })

  it('is told from the source of an import', () => {
    expect(['https://x.org/a.csv', 'file:///quarantine:?x'].map(parseReplay)).toEqual([undefined, undefined])
  })
})

describe('a selection', () => {
  it('takes rows that fit all that it names, and any reason of a row counts', () => {
    const fits = [
      {},
      { stage: 'cleaner' },
      { code: 'enum' },
      { run: 'r1', code: 'maximum', stage: 'cleaner' },
    ]
    const others = [{ stage: 'ingestor' }, { code: 'pattern' }, { run: 'r2', code: 'enum' }]
    expect(fits.map((selection) => isSelected(selection, row))).toEqual([true, true, true, true])
    expect(others.map((selection) => isSelected(selection, row))).toEqual([false, false, false])
  })

  it('of a replay has not taken what came behind its ends', () => {
    const taken = (until: number[]) => isTaken({ selection: { code: 'enum' }, until }, row)
    expect([taken([99, 8]), taken([99, 7]), taken([99])]).toEqual([true, false, false])
  })
})

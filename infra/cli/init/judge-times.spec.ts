import { describe, expect, it } from 'vitest'
import { judgeColumn } from './judge-column.ts'

describe('midnights', () => {
  const of = (months: string[], offset: string) => months.map((month) => `2024-${month}-04 00:00:00${offset}`)

  it('by one offset in all seasons are days, as moments they would be of the day before', () => {
    const { type, format, doubt } = judgeColumn('Date', 0, of(['01', '04', '07', '10'], '+09:00'))
    expect([type, format, doubt]).toEqual(['date', '%Y-%m-%d 00:00:00+09:00', undefined])
  })

  it('by the offset of a winter are moments, because summer may have another one, and that is told', () => {
    const { type, doubt } = judgeColumn('Date', 0, of(['01', '02', '12'], '+01:00'))
    expect([type, doubt]).toEqual(['datetime', expect.stringContaining('midnight by offsets of a place')])
  })

  it('by the offsets of summer and winter are moments, and that is told', () => {
    const { type, doubt } = judgeColumn('Date', 0, ['2024-01-04T00:00:00+01:00', '2024-07-05T00:00:00+02:00'])
    expect([type, doubt]).toEqual(['datetime', expect.stringContaining('midnight by offsets of a place')])
  })

  it.each([
    ['UTC', ['2024-01-04 00:00:00+00:00', '2024-01-05 00:00:00+00:00']],
    ['no zone', ['2024-01-04 00:00:00', '2024-01-05 00:00:00']],
    ['one offset beside another clock', ['2024-01-04 00:00:00+09:00', '2024-01-05 01:00:00+09:00']],
  ])('of %s are moments', (_, cells) => {
    const { type, doubt } = judgeColumn('Date', 0, cells)
    expect([type, doubt]).toEqual(['datetime', undefined])
  })
})

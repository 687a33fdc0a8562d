import { expect, it } from 'vitest'
import { cellsOf, COLUMNS, rowOf, type Quake } from './quake.ts'
import { realEvents } from './real-events.ts'

it('writes the cells in the order of the header', () => {
  const names = Object.fromEntries(COLUMNS.map((column) => [column, column])) as unknown as Quake
  expect(cellsOf({ ...names, time: 0, updated: 1 })).toEqual(
    [...COLUMNS].map(String).with(0, '1970-01-01T00:00:00.000Z').with(12, '1970-01-01T00:00:00.001Z'),
  )
})

it('writes a real event as the feed does', () => {
  expect(rowOf(cellsOf(realEvents()[0]!))).toBe(
    '2018-02-07T01:26:13.840Z,34.4945,-118.6671667,26.49,2,ml,7,174,0.04214,0.35,ci,' +
      'ci37868143,2018-02-07T01:29:56.303Z,"4km W of Castaic, CA",earthquake,,,,,automatic,,',
  )
})

it('quotes a cell that holds a comma, a quote or a line end, and no other', () => {
  expect(rowOf(['a', 'b,c', 'd"e', 'f\ng', ''])).toBe('a,"b,c","d""e","f\ng",')
})

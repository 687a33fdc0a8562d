import { describe, expect, it } from 'vitest'
import { judgeColumn } from './judge-column.ts'
import { refuseFew } from './nearly-typed.ts'

const asName = (name: string, cells: string[]) => {
  const rows = cells.map((cell) => [cell])
  return refuseFew([judgeColumn(name, 0, cells)], rows, () => 1).columns[0]!.type
}
const times = (count: number, cell: (i: number) => string) => Array.from({ length: count }, (_, i) => cell(i))

function found(...columns: string[][]) {
  const rows = columns[0]!.map((_, i) => columns.map((cells) => cells[i]!))
  const judged = columns.map((cells, at) => judgeColumn(`c${at}`, at, cells))
  const sound = refuseFew(judged, rows, (row) => rows.indexOf(row) + 1)
  return {
    columns: sound.columns.map(({ type, filled, doubt }) => [type, filled, ...(doubt ? [doubt] : [])]),
    rows: sound.rows.length,
  }
}
const measures = times(200, (i) => `${i % 7}.${i % 9}`)
const days = times(120, (i) => new Date(i * 86_400_000).toISOString().slice(0, 10))

describe('a column of', () => {
  it('measures with one cell that is none is one of numbers, and its row is refused and told', () => {
    expect(found([...measures, '3.11);'])).toEqual({
      columns: [
        ['number', 200, '1 of 201 cells is no number: "3.11);" (row 201), and its row will be refused'],
      ],
      rows: 200,
    })
  })

  it.each([
    ['whole numbers', [...times(200, String), '*12'], 'integer', 'no integer: "*12" (row 201)'],
    ['days', [...days, '1970-04-31?'], 'date', 'no date: "1970-04-31?" (row 121)'],
    ['measures, one in brackets', ['[2.5]', '', ...measures], 'number', 'no number: "[2.5]" (row 1)'],
    [
      'powers that come again and again',
      [...times(400, (i) => `${i % 40}.5`), '27.29.5'],
      'number',
      '"27.29.5" (row 401)',
    ],
    [
      'measures, two of many',
      ['1.5x', '2.5x', ...measures, ...measures],
      'number',
      'the first is "1.5x" (row 1)',
    ],
  ])('%s', (_, cells, type, doubt) => {
    const { columns } = found(cells)
    expect(columns[0]![0]).toBe(type)
    expect(columns[0]![2]).toContain(doubt)
  })

  it.each([
    [
      'numbers of houses',
      [...times(200, (i) => String(i + 1)), '12a'],
      'it stays a text for "12a" (row 201): the other 200 cells are integers',
    ],
    ['numbers and a range of them', [...times(200, String), '12-14'], '"12-14" (row 201)'],
    ['sections', [...measures, '7.1.2'], '"7.1.2" (row 201)'],
    ['a few measures', [...measures.slice(0, 30), '3.11);'], 'the other 30 cells are numbers'],
  ])('%s stays one of texts, and says so', (_, cells, doubt) => {
    const { columns, rows } = found(cells)
    expect(columns[0]).toEqual(['string', cells.length, expect.stringContaining(doubt)])
    expect(rows).toBe(cells.length)
  })

  it.each([
    ['measures with more than a few others', [...measures, '1x', '2x', '3x']],
    ['codes', times(200, (i) => `A${i}`)],
    ['words', times(200, (i) => (i === 7 ? '7' : 'word'))],
  ])('%s is one of texts, without more', (_, cells) => {
    expect(found(cells)).toEqual({ columns: [['string', cells.length]], rows: cells.length })
  })

  it('versions is one of texts, although a few come again and again', () => {
    const cells = [...times(300, (i) => `${1 + (i % 2)}.${i % 3}`), '2.0.1']
    expect([asName('version', cells), asName('power', cells)]).toEqual(['string', 'number'])
  })

  it('measures in many columns, each with another row to refuse, stays one of texts', () => {
    const { columns, rows } = found(
      ...times(5, String).map((at) => measures.map((text, i) => (i === 20 * Number(at) ? '1);' : text))),
    )
    expect(columns.map(([type]) => type)).toEqual(times(5, () => 'string'))
    expect(rows).toBe(200)
  })
})

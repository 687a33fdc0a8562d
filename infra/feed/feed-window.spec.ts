import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { BREAKAGES, BROKEN_KINDS } from './broken.ts'
import { feedWindow } from './feed-window.ts'
import { AT, cellsOf, COLUMNS, EVENT_TYPES, LIMITS, STATUSES, type Quake } from './quake.ts'
import { realEvents } from './real-events.ts'

const windows = { 1: feedWindow(1), 2: feedWindow(2) }

/** A second opinion: each line through a CSV reader of another author, then the rules of the definition. */
function read(line: Buffer): string[] | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(line)
    const cells = parse(text)[0]!.map((cell) => cell.trim())
    return cells.length === COLUMNS.length ? cells : undefined
  } catch {
    return undefined
  }
}

function isSound(cells: string[]): boolean {
  const within = (column: keyof typeof LIMITS) => {
    const [low, high] = LIMITS[column]
    return Number(cells[AT[column]]) >= low && Number(cells[AT[column]]) <= high
  }
  const numbers = within('latitude') && within('longitude') && within('mag') && within('depth')
  const types: readonly string[] = EVENT_TYPES
  const statuses: readonly string[] = STATUSES
  return (
    numbers && cells[AT.id] !== '' && types.includes(cells[AT.type]!) && statuses.includes(cells[AT.status]!)
  )
}

function linesOf(csv: Buffer): Buffer[] {
  const lines = csv.toString('latin1').trimEnd().split('\n')
  return lines.slice(1).map((line) => Buffer.from(line, 'latin1'))
}

/** The rows in file order against a table of versions, as the cleaner does it. */
function replay(n: 1 | 2, versions: Map<string, string[]>) {
  const counts = { clean: 0, duplicates: 0, broken: [] as { row: number; by: string }[] }
  for (const [i, line] of linesOf(windows[n].csv).entries()) {
    const cells = read(line)
    if (!cells || !isSound(cells)) counts.broken.push({ row: i + 1, by: cells ? 'definition' : 'reader' })
    else if ((versions.get(cells[AT.id]!)?.[AT.updated] ?? '') >= cells[AT.updated]!) counts.duplicates++
    else {
      counts.clean++
      versions.set(cells[AT.id]!, cells)
    }
  }
  return counts
}

describe('the feed in two windows', () => {
  const versions = new Map<string, string[]>()
  const replayed = { 1: replay(1, versions), 2: replay(2, versions) }

  it.each([1, 2] as const)(
    'window %i: another CSV reader comes to the expected counts and broken rows',
    (n) => {
      const { expected } = windows[n]
      const { clean, duplicates, brokenRows } = expected
      expect(replayed[n]).toEqual({
        clean,
        duplicates,
        broken: brokenRows.map(({ row, by }) => ({ row, by })),
      })
      expect(expected.rows).toBe(clean + duplicates + brokenRows.length)
    },
  )

  it('keeps the newest version of every event, cleaned', () => {
    const wanted = [...windows[2].expected.newest.values()].map(cellsOf)
    const got = [...versions.values()].map((cells) =>
      cells.with(AT.magType, cells[AT.magType]!.toLowerCase()),
    )
    expect(got).toEqual(wanted)
  })

  it('is the same on every call', () => {
    expect(feedWindow(2)).toEqual(windows[2])
  })

  it('has known counts, so that a change of the data is seen', () => {
    const { rows, clean, duplicates, shadowed, brokenRows, distinctValidIds, newest } = windows[2].expected
    const counts = {
      rows,
      clean,
      duplicates,
      shadowed,
      broken: brokenRows.length,
      distinctValidIds,
      ids: newest.size,
    }
    expect(counts).toEqual({
      rows: 1483,
      clean: 817,
      duplicates: 644,
      shadowed: 3,
      broken: 22,
      distinctValidIds: 1307,
      ids: 1707,
    })
    expect(windows[1].expected).toMatchObject({ rows: 1200, clean: 1200, duplicates: 0, brokenRows: [] })
  })

  it('breaks rows in every way, and says where and who must refuse them', () => {
    const { brokenRows } = windows[2].expected
    expect(new Set(brokenRows.map((row) => row.kind))).toEqual(new Set(BROKEN_KINDS))
    const lines = linesOf(windows[2].csv)
    for (const { row, bytes, kind, by } of brokenRows) {
      expect(lines[row - 1]).toEqual(bytes)
      expect(by).toBe(BREAKAGES[kind].by)
    }
  })

  it('gives one broken row of each kind the id of a real event, so that it could claim its version', () => {
    const { brokenRows, newest } = windows[2].expected
    const claiming = brokenRows.filter((row) => newest.has(row.id)).map((row) => row.kind)
    const others = ['empty-id', 'unclosed-quote']
    expect(claiming.toSorted()).toEqual(BROKEN_KINDS.filter((kind) => !others.includes(kind)).toSorted())
  })

  it('puts a copy of a row that both windows have behind every stray quote, and ends with an unclosed one', () => {
    const lines = linesOf(windows[2].csv)
    const inFirst = new Set(linesOf(windows[1].csv).map(String))
    const { brokenRows } = windows[2].expected
    const stray = brokenRows.filter((row) => row.kind === 'stray-quote')
    expect(stray.every(({ row }) => inFirst.has(String(lines[row])))).toBe(true)
    expect(brokenRows.filter((row) => row.kind === 'unclosed-quote').map(({ row }) => row)).toEqual([
      lines.length,
    ])
  })

  it('lists the newest events first', () => {
    const times = linesOf(windows[2].csv).map((line) => line.toString('latin1').split(',')[0]!)
    expect(times).toEqual(times.toSorted().reverse())
  })

  it('holds the dirt that is valid: negative numbers, empty cells, other case, white space, quoted commas', () => {
    const text = windows[2].csv.toString('latin1')
    for (const sign of [/,M[dlb],/, /, ml ?,| md ?,/, /,-0\.\d+,m/, /,,,,/, /"\d+km/])
      expect(text).toMatch(sign)
    const newest = [...windows[2].expected.newest.values()]
    const some = (test: (quake: Quake) => boolean) => newest.some(test)
    expect([some((q) => q.mag! < 0), some((q) => q.depth! < 0), some((q) => q.mag === null)]).toEqual([
      true,
      true,
      true,
    ])
  })

  it('knows every type that the real events have', () => {
    const known: readonly string[] = EVENT_TYPES
    expect(realEvents().filter((event) => !known.includes(event.type))).toEqual([])
  })
})

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, describe, expect, it } from 'vitest'
import { AT, COLUMNS, HEADER } from '../infra/feed/quake.ts'
import { generateQuakes, writeQuakes, type QuakeFileOptions } from './generate-quakes.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakes-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(options: QuakeFileOptions) {
  const { chunks, summary } = generateQuakes(options)
  return { csv: Buffer.concat([...chunks]), summary }
}

const SOUND = { broken: 0, duplicates: 0, revisions: 0, stale: 0 }

describe('a generated file of quakes', () => {
  it('is the same for the same seed and another for another', () => {
    const of = (seed: number) => fileOf({ rows: 500, seed }).csv
    expect(of(7)).toEqual(of(7))
    expect(of(7)).not.toEqual(of(8))
  })

  it('has the rows it says it has', () => {
    const { csv, summary } = fileOf({ rows: 5000, broken: 0.02, stale: 0.02 })
    const { rows, distinctIds, duplicates, revisions, stale, broken } = summary
    const brokenRows = Object.values(broken).reduce((sum, n) => sum + n, 0)
    expect(csv.toString('latin1').trimEnd().split('\n')).toHaveLength(rows + 1)
    expect(rows).toBe(5000)
    expect(distinctIds + duplicates + revisions + stale + brokenRows).toBe(rows)
    expect(Object.keys(broken)).toHaveLength(7)
  })

  it('counts versions as a cleaner does that reads it in order', () => {
    const { csv, summary } = fileOf({ rows: 5000, broken: 0, stale: 0.02 })
    const versions = new Map<string, string>()
    const counts = { distinctIds: 0, revisions: 0, older: 0 }
    for (const cells of parse(csv, { from: 2 })) {
      const [id, updated] = [cells[AT.id]!, cells[AT.updated]!]
      const seen = versions.get(id)
      if (seen === undefined) counts.distinctIds++
      else if (updated > seen) counts.revisions++
      else counts.older++
      if (seen === undefined || updated > seen) versions.set(id, updated)
    }
    const { distinctIds, revisions, duplicates, stale } = summary
    expect(counts).toEqual({ distinctIds, revisions, older: duplicates + stale })
  })

  it('has the profile of the real feed', () => {
    const rows = parse(fileOf({ rows: 20_000, ...SOUND }).csv, { from: 2 })
    const share = (test: (cells: string[]) => boolean) => rows.filter(test).length / rows.length
    const median = (column: number) =>
      rows.map((cells) => Number(cells[column])).sort((a, b) => a - b)[10_000]
    expect(share((cells) => cells[AT.nst] === '')).toBeCloseTo(0.347, 1)
    expect(share((cells) => cells[AT.dmin] === '')).toBeCloseTo(0.311, 1)
    expect(share((cells) => cells[AT.magType] === 'Md')).toBeCloseTo(0.05, 1)
    expect(share((cells) => cells[AT.place]!.includes(','))).toBeGreaterThan(0.9)
    expect(
      share((cells) => Date.parse(cells[AT.updated]!) - Date.parse(cells[AT.time]!) > 86_400_000),
    ).toBeCloseTo(0.504, 1)
    expect(median(AT.mag)).toBeCloseTo(1.39, 0)
    expect(median(AT.depth)! / 8.8).toBeCloseTo(1, 0)
  })

  it('has unique ids, and times that fall over the days asked for', () => {
    const rows = parse(fileOf({ rows: 3000, days: 2, end: Date.UTC(2026, 0, 3), ...SOUND }).csv, { from: 2 })
    const times = rows.map((cells) => cells[AT.time]!)
    expect(new Set(rows.map((cells) => cells[AT.id])).size).toBe(3000)
    expect(times).toEqual(times.toSorted().reverse())
    expect([times.at(-1)!.slice(0, 10), times[0]!.slice(0, 10)]).toEqual(['2026-01-01', '2026-01-02'])
  })

  it('goes to disk as it is made', async () => {
    const file = join(folder, 'quakes.csv')
    const summary = await writeQuakes(file, { rows: 2000, seed: 3 })
    expect(readFileSync(file)).toEqual(fileOf({ rows: 2000, seed: 3 }).csv)
    expect(summary.rows).toBe(2000)
    expect(readFileSync(file, 'utf8').split('\n')[0]).toBe(HEADER)
    expect(COLUMNS).toHaveLength(22)
  })
})

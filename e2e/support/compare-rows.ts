/** Compares rows that were computed twice. */
import { expect } from 'vitest'

export type Rows = Record<string, any>[]
export type Measures = Record<string, number | null>

/** Rows by their identity, so that they can be compared in any order; none may come twice. */
export function byKey(rows: Rows, key: string[], measures: string[]): Map<string, Measures> {
  const found = new Map<string, Measures>()
  for (const row of rows) {
    const name = key.map((column) => String(row[column])).join('|')
    expect(found.has(name), name).toBe(false)
    found.set(name, Object.fromEntries(measures.map((column) => [column, plain(row[column])])))
  }
  return found
}

const plain = (value: unknown) => (value === null || value === undefined ? null : Number(value))

/** Sums of doubles depend on their order, in the last digits. */
export function expectClose(found: Map<string, Measures>, wanted: Map<string, Measures>): void {
  expect([...found.keys()].toSorted()).toEqual([...wanted.keys()].toSorted())
  const wrong = [...wanted].flatMap(([name, measures]) =>
    Object.entries(measures)
      .filter(([column, value]) => !isClose(found.get(name)![column]!, value))
      .map(([column, value]) => `${name} ${column}: ${found.get(name)![column]}, not ${value}`),
  )
  expect(wrong).toEqual([])
}

const isClose = (a: number | null, b: number | null) =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)))

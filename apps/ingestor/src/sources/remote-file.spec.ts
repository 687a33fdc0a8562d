import { describe, expect, it } from 'vitest'
import { versionAt } from './remote-file.ts'

const maxBytes = 1000
const modifiedMs = Date.parse('2026-11-23T10:00:00Z')
const modified = '2026-11-23T10:00:00.000Z'
const known = { etag: null, redirected: null, bytes: 100, modified }
const marks = { place: 'x', modified, total: 100 }

describe('a version of a file without a tag', () => {
  it('is known by length and time', () => {
    const version = { name: 'x', length: 100, modified, validator: `100 ${modified}`, marks }
    expect(versionAt('x', { size: 100, modifiedMs }, { maxBytes })).toEqual(version)
    expect(versionAt('x', { size: 100, modifiedMs }, { maxBytes, known })).toEqual({
      same: 'size and time',
      modified,
    })
    for (const other of [
      { size: 101, modifiedMs },
      { size: 100, modifiedMs: modifiedMs + 1000 },
    ])
      expect(versionAt('x', other, { maxBytes, known })).not.toHaveProperty('same')
  })

  it('is continued when it is still that one, and else begun anew', () => {
    const from = { byte: 40, validator: `100 ${modified}`, marks }
    expect(versionAt('x', { size: 100, modifiedMs }, { maxBytes, from })).toMatchObject({ length: 60 })
    for (const other of [
      { size: 101, modifiedMs },
      { size: 100, modifiedMs: 0 },
      { size: 100 },
      { modifiedMs },
      {},
    ])
      expect(() => versionAt('x', other, { maxBytes, from })).toThrow('x changed while it was fetched')
  })

  it.each<[string, object]>([
    ['its second is hardly over', { size: 100, modifiedMs: Date.now() - 50_000 }],
    ['its time is still to come', { size: 100, modifiedMs: Date.now() + 3_600_000 }],
    ['its server tells no time', { size: 100 }],
    ['its server tells no length', { modifiedMs }],
  ])('is not told from another while %s', (_, file) => {
    const version = versionAt('x', file, { maxBytes, known: { ...known, modified: null } })
    expect(version).not.toHaveProperty('same')
    expect(version).toMatchObject({ validator: undefined })
  })
})

import { describe, expect, it } from 'vitest'
import { SeenVersions } from './seen-versions.ts'

const seenRecord = (mark: number, finer = 0, ahead = 0) => ({ mark, finer, ahead })
const marks = (seen: SeenVersions, ...keys: string[]) => keys.map((key) => seen.get(key))

describe('SeenVersions', () => {
  it('knows the last mark of each key of its changelog', () => {
    const seen = new SeenVersions()
    seen.restore('a', seenRecord(1))
    seen.restore('b', seenRecord(5))
    seen.restore('a', seenRecord(3))
    expect(marks(seen, 'a', 'b', 'c')).toEqual([3, 5, undefined])
  })

  it('remembers what milliseconds do not tell, and that only', () => {
    const seen = new SeenVersions()
    seen.restore('a', seenRecord(5, 900_000, 0))
    seen.restore('b', seenRecord(5, 0, 1))
    seen.restore('c', seenRecord(5))
    expect(marks(seen, 'a', 'b', 'c')).toEqual([
      { mark: 5, finer: 900_000, ahead: 0 },
      { mark: 5, finer: 0, ahead: 1 },
      5,
    ])
  })

  it('sees its own changes before their transaction is committed, a mark of nought too', () => {
    const seen = new SeenVersions()
    seen.restore('a', seenRecord(1))
    seen.set('a', 0, seen.get('a'))
    seen.set('b', 7, seen.get('b'))
    expect(marks(seen, 'a', 'b')).toEqual([0, 7])
  })

  it('forgets the changes of a transaction that failed, and only those', () => {
    const seen = new SeenVersions()
    seen.restore('a', seenRecord(1))
    seen.set('a', 2, seen.get('a'))
    seen.commit()
    seen.set('a', 3, seen.get('a'))
    seen.set('b', 9, seen.get('b'))
    seen.rollback()
    expect(marks(seen, 'a', 'b')).toEqual([2, undefined])
    seen.commit()
    expect(marks(seen, 'a', 'b')).toEqual([2, undefined])
  })
})

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Mark } from './mark.ts'
import { SeenVersions } from './seen-versions.ts'

const seenRecord = (mark: number, finer = 0, ahead = 0) => ({ mark, finer, ahead })
const placeOf = (seen: SeenVersions, key: string) => seen.placeOf(Buffer.from(key))
const markOf = (seen: SeenVersions, key: string) => seen.get(placeOf(seen, key))
const marks = (seen: SeenVersions, ...keys: string[]) => keys.map((key) => markOf(seen, key))
function see(seen: SeenVersions, key: string, mark: Mark): void {
  const place = placeOf(seen, key)
  seen.set(place, mark, seen.get(place))
}

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
    see(seen, 'a', 0)
    see(seen, 'b', 7)
    expect(marks(seen, 'a', 'b')).toEqual([0, 7])
  })

  it('forgets the changes of a transaction that failed, and only those', () => {
    const seen = new SeenVersions()
    seen.restore('a', seenRecord(1))
    see(seen, 'a', 2)
    seen.commit()
    see(seen, 'a', 3)
    see(seen, 'b', 9)
    seen.rollback()
    expect(marks(seen, 'a', 'b')).toEqual([2, undefined])
    seen.commit()
    expect(marks(seen, 'a', 'b')).toEqual([2, undefined])
  })
})

describe('the table of SeenVersions', () => {
  const mark = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 48 }),
    fc.record({ mark: fc.nat(), finer: fc.nat(999_999), ahead: fc.integer({ min: 1, max: 9 }) }),
  )

  it('is a map with an undo, whatever is set, committed and rolled back', () => {
    const step = fc.tuple(fc.constantFrom('set', 'set', 'set', 'commit', 'rollback'), fc.nat(3000), mark)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const seen = new SeenVersions()
        let [committed, open] = [new Map<string, Mark>(), new Map<string, Mark>()]
        for (const [what, key, next] of steps) {
          if (what === 'set') {
            see(seen, String(key), next)
            open.set(String(key), next)
          } else if (what === 'commit') {
            seen.commit()
            committed = new Map(open)
          } else {
            seen.rollback()
            open = new Map(committed)
          }
        }
        for (const [, key] of steps) expect(markOf(seen, String(key))).toEqual(open.get(String(key)))
      }),
    )
  })

  it('finds every key again after it has grown, and none that it was never given', () => {
    const seen = new SeenVersions()
    for (let key = 0; key < 20_000; key++) see(seen, `key ${key}`, key)
    for (let key = 0; key < 20_000; key++) expect(markOf(seen, `key ${key}`)).toBe(key)
    expect(markOf(seen, 'key 20000')).toBeUndefined()
  })

  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const held = () => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }

  it.each([
    ['20 bytes', 200_000, ''],
    ['60 kB', 5000, 'x'.repeat(60_000)],
  ])('costs less than 120 bytes for a key of %s', async (_, keys, fill) => {
    const before = held()
    const seen = new SeenVersions()
    for (let key = 0; key < keys; key++) {
      see(seen, `${fill}us${String(key).padStart(18, '0')}`, key)
      if (key % 1000 === 0) seen.commit()
    }
    seen.commit()
    const cost = () => (held() - before) / keys
    // what is garbage may take a few collections; what is kept never goes
    for (let times = 0; times < 50 && cost() >= 120; times++) await new Promise(setImmediate)
    expect(cost()).toBeLessThan(120)
    expect(placeOf(seen, 'another')).toBe(keys)
  })
})

import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { readAhead, type ReadAt } from './read-ahead.ts'

const file = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251))
const readAll = (read: ReadAt, from = 0) => buffer(readAhead(read, from, file.length, (next) => next))

describe('reading ahead', () => {
  it('yields the file in order, whatever the order of the answers and however short they are', async () => {
    let asked = 0
    const read: ReadAt = async (at, length) => {
      for (let turns = (asked++ * 7) % 5; turns > 0; turns--) await Promise.resolve()
      return file.subarray(at, at + Math.min(length, 5000 + (at % 999)))
    }
    expect((await readAll(read)).equals(file)).toBe(true)
    expect((await readAll(read, 12_345)).equals(file.subarray(12_345))).toBe(true)
  })

  it('ends where the file does, if that is before its size', async () => {
    const read: ReadAt = async (at, length) => file.subarray(0, 70_000).subarray(at, at + length)
    expect(await readAll(read)).toHaveLength(70_000)
  })

  it('reads no further than a megabyte ahead of whoever takes it', async () => {
    let furthest = 0
    const read: ReadAt = async (at, length) => {
      furthest = Math.max(furthest, at + length)
      return Buffer.alloc(length)
    }
    const chunks = readAhead(read, 0, 1e9, (next) => next)
    await chunks.next()
    expect(furthest).toBeLessThanOrEqual(2 ** 20)
    await chunks.return(undefined)
  })

  it('fails with the first read that does', async () => {
    const read: ReadAt = async (at, length) => {
      if (at > 100_000) throw new Error('gone')
      return file.subarray(at, at + length)
    }
    await expect(readAll(read)).rejects.toThrow('gone')
  })
})

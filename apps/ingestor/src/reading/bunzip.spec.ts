import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { sourceFailure } from '../../testing/source-failure.ts'
import { itFollowsItsSource, limits, unpack as unpackAs } from '../../testing/unpack.ts'
import { compressionOf } from './compression.ts'
import { measuredBefore, type DecompressionLimits } from './decompress.ts'

/** By libbz2, in blocks of so many times 100 kB. */
const pack = (bytes: Buffer | string, level = 9): Buffer => {
  const script = `import bz2, sys; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read(), ${level}))`
  return execFileSync('python3', ['-c', script], { input: bytes, maxBuffer: 2 ** 28 })
}
const csv = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `${i},${i * 7919}\n`).join(''))
const packed = pack(csv, 1)
const unpack = (bytes: Buffer, more?: DecompressionLimits, size?: number) =>
  unpackAs('bzip2', bytes, more, size)

describe('bzip2', () => {
  it.each([100, 4096, 1e7])('gives the bytes, however it is cut: %i', async (size) => {
    expect((await unpack(packed, limits, size)).equals(csv)).toBe(true)
  })

  it('is one file of several streams, as pbzip2 writes them', async () => {
    const halves = Buffer.concat([pack('id,name\n'), pack('1,a\n'), pack(''), pack('2,b\n')])
    expect(String(await unpack(halves))).toBe('id,name\n1,a\n2,b\n')
    expect(String(await unpack(pack('')))).toBe('')
  })

  it('is known by how it begins, which no header of CSV does', () => {
    for (const bytes of [packed, pack(''), pack('a', 3)])
      expect(compressionOf(bytes.subarray(0, 16), false)?.compression).toBe('bzip2')
    expect(compressionOf(Buffer.from('BZh9,name\n1,a\n'), true)?.compression).toBeUndefined()
  })

  it('tells cut from damaged data', async () => {
    for (const length of [20, 5000, packed.length - 20, packed.length - 3])
      expect(await sourceFailure(unpack(packed.subarray(0, length)))).toEqual([
        'the bzip2 data is cut short',
        true,
      ])
    expect((await sourceFailure(unpack(Buffer.alloc(0))))[1]).toBe(true)
    const damaged = Buffer.from(packed)
    damaged[5000]! ^= 1
    expect(await sourceFailure(unpack(damaged))).toEqual(['the bzip2 data is damaged', false])
    expect(await sourceFailure(unpack(Buffer.concat([packed, Buffer.from('something else')])))).toEqual([
      'the bzip2 data is damaged',
      false,
    ])
  })

  it.each([1, 2])(
    'has a sum for each block and each stream, and a bit of either is noticed: %i',
    async (which) => {
      const one = pack('id,name\n1,a\n')
      // behind the magic of the block, or in the last bytes of the stream, which end at no byte's end
      one[which === 1 ? 10 : one.length - 3]! ^= 0x10
      expect(await sourceFailure(unpack(one))).toEqual(['the bzip2 data is damaged', false])
    },
  )

  it('is stopped as a bomb by its size, and by its ratio', async () => {
    const dense = pack(`${'0,'.repeat(500_000)}\n`.repeat(2))
    expect(await sourceFailure(unpack(dense, { maxBytes: 1e6, maxCompressionRatio: 1e9 }))).toEqual([
      'the data is longer than the limit of 1000000 bytes when decompressed',
      false,
    ])
    expect((await sourceFailure(unpack(dense)))[0]).toContain('decompresses to more than 200 times its size')
    expect((await unpack(dense, measuredBefore)).length).toBe(2_000_002)
    // one block, which may become 46 MB
    const zeros = pack(Buffer.alloc(20e6))
    expect((await sourceFailure(unpack(zeros)))[0]).toContain('decompresses to more than 200 times its size')
    expect((await unpack(zeros, measuredBefore)).length).toBe(20e6)
  })

  it('of many blocks for their bytes would take our time', async () => {
    const many = Buffer.concat(Array<Buffer>(1500).fill(pack('a')))
    expect((await sourceFailure(unpack(many)))[0]).toMatch(
      /^the bzip2 data has more than 1\d\d\d blocks in its first \d+ bytes; 1000, and one more for each 256 bytes/,
    )
  })

  it('holds nothing else up while it is read', async () => {
    let worst = 0
    let before = performance.now()
    const timer = setInterval(() => {
      worst = Math.max(worst, performance.now() - before)
      before = performance.now()
    }, 5)
    // one block, of which the sort alone takes a tenth of a second
    const block = pack(Buffer.from(Array.from({ length: 90_000 }, () => Math.random()).join('\n')))
    before = performance.now()
    worst = 0
    const begun = performance.now()
    await unpack(block)
    const took = performance.now() - begun
    clearInterval(timer)
    expect(worst).toBeLessThan(Math.max(100, took / 2))
  })

  itFollowsItsSource('bzip2', packed)
})

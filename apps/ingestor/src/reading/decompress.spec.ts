import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { sourceFailure } from '../../testing/source-failure.ts'
import { itFollowsItsSource, limits, unpack } from '../../testing/unpack.ts'
import { compressionOf, compressionOfKey, compressions, extensionOf } from './compression.ts'
import { measuredBefore, type Streamed } from './decompress.ts'

const csv = Buffer.from(Array.from({ length: 4000 }, (_, i) => `${i},${i * 7919}\n`).join(''))
const kinds: [what: string, compression: Streamed, pack: (bytes: Buffer) => Buffer][] = [
  ['gzip', 'gzip', gzipSync],
  ['zstd', 'zstd', (bytes) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })],
  ['brotli', 'brotli', brotliCompressSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without a header', 'deflate', deflateRawSync],
]

describe.each(kinds)('%s', (kind, compression, pack) => {
  const packed = pack(csv)

  it.each([1, 1000, 1e7])('gives the bytes, however it is cut: %i', async (size) => {
    expect((await unpack(compression, packed, limits, size)).equals(csv)).toBe(true)
  })

  it('stops a bomb by its size and by its ratio', async () => {
    const bomb = pack(Buffer.alloc(50_000_000))
    expect(
      await sourceFailure(unpack(compression, bomb, { maxBytes: 1e6, maxCompressionRatio: 1e6 })),
    ).toEqual(['the data is longer than the limit of 1000000 bytes when decompressed', false])
    expect(await sourceFailure(unpack(compression, bomb))).toEqual([
      'the data decompresses to more than 200 times its size; source.maxCompressionRatio of the definition allows more',
      false,
    ])
    expect((await unpack(compression, bomb, measuredBefore)).length).toBe(50_000_000)
  })

  it('tells cut from damaged data', async () => {
    expect(await sourceFailure(unpack(compression, packed.subarray(0, -20)))).toEqual([
      `the ${compression} data is cut short`,
      true,
    ])
    // of those that have a sum, by which alone it can be told
    if (kind === 'deflate without a header' || kind === 'brotli') return
    const damaged = Buffer.from(packed)
    damaged.fill(0xff, 1000, 1100)
    expect((await sourceFailure(unpack(compression, damaged, limits, 999)))[0]).toMatch(
      / data (is damaged|has something else)/,
    )
  })

  it('is one file of several members where that is usual, and else nothing lies behind its end', async () => {
    const rest = pack(Buffer.from('more\n'))
    for (const size of [7, 1e7, packed.length]) {
      const both = unpack(compression, Buffer.concat([packed, rest, rest]), limits, size)
      if (compression === 'gzip' || compression === 'zstd')
        expect(String((await both).subarray(-11))).toBe('\nmore\nmore\n')
      else expect((await sourceFailure(both))[0]).toMatch(/^the .* data has something else behind its end$/)
    }
    expect(
      (await sourceFailure(unpack(compression, Buffer.concat([packed, Buffer.from('junk')]))))[0],
    ).toMatch(/ data (is|has)/)
  })

  itFollowsItsSource(compression, packed)

  it('of nothing is no file', async () => {
    expect((await sourceFailure(unpack(compression, Buffer.alloc(0), limits, 1)))[1]).toBe(true)
  })
})

describe('members', () => {
  const hello = Buffer.from('hello\n')

  it('of gzip may have zeros behind them, and nothing else', async () => {
    const padded = Buffer.concat([gzipSync(hello), Buffer.alloc(1000), gzipSync(hello), Buffer.alloc(1000)])
    for (const size of [1, 7, 500, 1e7])
      expect(String(await unpack('gzip', padded, limits, size))).toBe('hello\nhello\n')
    expect((await sourceFailure(unpack('gzip', Buffer.concat([padded, hello]))))[0]).toBe(
      'the gzip data is damaged',
    )
  })

  it.each<[what: string, compression: Streamed, member: Buffer]>([
    ['zstd', 'zstd', zstdCompressSync(Buffer.alloc(0))],
    ['gzip with zeros between', 'gzip', Buffer.concat([gzipSync(Buffer.alloc(0)), Buffer.alloc(1)])],
  ])('that are many for their bytes would take our time: %s', async (_, compression, member) => {
    const many = (count: number) => Buffer.concat(Array<Buffer>(count).fill(member))
    expect((await unpack(compression, many(1000))).length).toBe(0)
    const [sentence, isTransient] = await sourceFailure(unpack(compression, many(100_000)))
    expect(sentence).toMatch(
      /data has more than 10\d\d members in its first \d+ bytes; 1000, and one more for each 1024/,
    )
    expect(isTransient).toBe(false)
  })

  it('of 64 KiB of text may be as many as they like', async () => {
    const member = zstdCompressSync(Buffer.from(Array.from({ length: 700 }, () => Math.random()).join('\n')))
    expect(member.length).toBeGreaterThan(1024)
    expect((await unpack('zstd', Buffer.concat(Array<Buffer>(1500).fill(member)))).length).toBeGreaterThan(
      1e7,
    )
  })
})

describe('how a file is compressed', () => {
  it.each([
    ['gzip', gzipSync(csv)],
    ['zstd', zstdCompressSync(csv)],
    ['zip', Buffer.from('PK\x03\x04rest')],
    [undefined, csv],
    [undefined, Buffer.from('PK')],
    [undefined, Buffer.from('(µ')],
    [undefined, Buffer.alloc(0)],
  ])('is told by as few bytes as say it: %s', (compression, bytes) => {
    const told = Array.from({ length: 6 }, (_, i) => compressionOf(bytes.subarray(0, i), i >= bytes.length))
    const first = told.find((one) => one !== undefined) ?? compressionOf(bytes, true)!
    expect(first.compression).toBe(compression)
  })

  it('is kept in the name of the landing', () => {
    for (const compression of [undefined, ...compressions])
      expect(compressionOfKey(`landing/dataset=a/b.csv${extensionOf(compression)}`)).toBe(compression)
  })

  it('needs no more memory than 8 MiB of zstd', async () => {
    const params = { [constants.ZSTD_c_windowLog]: 27 }
    const far = zstdCompressSync(Buffer.alloc(20_000_000, csv), { params })
    expect((await sourceFailure(unpack('zstd', far, measuredBefore)))[0]).toMatch(
      /needs more than 8 MiB of memory/,
    )
  })
})

import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { zipOf } from '../../testing/zip.ts'
import { measuredBefore } from './decompress.ts'
import { isMember } from './member-name.ts'
import { unzipLimited } from './open-zip.ts'

const csv = Buffer.from(Array.from({ length: 50_000 }, (_, i) => `${i},${i * 7919}\n`).join(''))
const limits = { maxBytes: 1e8, maxCompressionRatio: 200 }

/** How often it was read, beside its bytes. */
function archive(bytes: Buffer) {
  const asked: number[] = []
  const stream = async (from: number, length: number) => {
    asked.push(length)
    return Readable.from([bytes.subarray(from, from + length)])
  }
  return { size: bytes.length, stream, asked }
}
const unzip = (bytes: Buffer, innerpath?: string, more = limits) =>
  buffer(unzipLimited(archive(bytes), innerpath, more))
const reason = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => String(error),
  )

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
/** Bytes that are not garbage; of buffers, the last collection but one tells. */
async function held() {
  for (let times = 0; times < 3; times++) {
    collect()
    await new Promise(setImmediate)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('a zip archive', () => {
  const a = { name: 'data/a.csv', bytes: csv }
  const b = { name: 'data/b.csv', bytes: Buffer.from('b\n') }
  const litter = ['data/', '__MACOSX/data/._a.csv', '.DS_Store'].map((name) => ({
    name,
    bytes: Buffer.alloc(0),
  }))

  it('is its only file, whatever lies beside that', async () => {
    expect((await unzip(zipOf([...litter, a]))).equals(csv)).toBe(true)
  })

  it('is the file that innerpath names', async () => {
    for (const innerpath of ['data/b.csv', 'data/b*', '*/b.*', 'd*a/*b*v'])
      expect(String(await unzip(zipOf([a, b]), innerpath))).toBe('b\n')
  })

  it.each([
    ['has none', litter, undefined, 'the zip archive has no file'],
    ['has none of that name', [a, b], 'a.csv', 'the zip archive has no file that matches "a.csv"'],
    [
      'has several',
      [a, b],
      undefined,
      'more than one file, "data/a.csv", "data/b.csv": name one with innerpath',
    ],
    ['has several of that name', [a, b], '*/*', 'more than one file that matches "*/*"'],
    ['is encrypted', [{ ...b, flags: 1 }], undefined, '"data/b.csv" in the zip archive is encrypted'],
    ['is packed by something else', [{ ...b, method: 12 }], undefined, 'by another method than deflate'],
    [
      'has another sum',
      [{ ...b, crc: 7 }],
      undefined,
      '"data/b.csv" in the zip archive is damaged: its CRC differs',
    ],
    [
      'is shorter than it says',
      [{ ...b, size: 9 }],
      undefined,
      'the zip archive cannot be read: not enough bytes',
    ],
    [
      'is longer than it says',
      [{ ...b, size: 1 }],
      undefined,
      'the zip archive cannot be read: too many bytes',
    ],
    ['lies elsewhere', [{ ...b, at: 1e9 }], undefined, 'the zip archive cannot be read: '],
  ])('that %s is told so', async (_, members, innerpath, sentence) => {
    expect(await reason(unzip(zipOf(members), innerpath))).toContain(sentence)
  })

  it('that is cut, or no archive but for its beginning, is told so', async () => {
    for (const bytes of [zipOf([a]).subarray(0, -30), Buffer.from('PK\x03\x04')])
      expect(await reason(unzip(bytes))).toMatch(/^SourceError: the zip archive cannot be read: /)
  })

  it('is held to the limits of size and ratio', async () => {
    const bomb = zipOf([{ name: 'a', bytes: Buffer.alloc(20_000_000) }])
    expect(await reason(unzip(bomb))).toMatch(/more than 200 times its size/)
    expect(await reason(unzip(bomb, undefined, { maxBytes: 1e6, maxCompressionRatio: 1e6 }))).toMatch(
      /longer than the limit of 1000000 bytes/,
    )
    expect((await unzip(bomb, undefined, measuredBefore)).length).toBe(20_000_000)
  })

  it('of too many members is none, and one of many is read in few pieces', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ name: `${i}`, bytes: Buffer.alloc(0) }))
    expect(await reason(unzip(zipOf(many(10_001)), '7'))).toMatch(/has 10001 members, more than 10000/)
    const { asked, ...place } = archive(zipOf([...many(5000), { name: 'a.csv', bytes: randomBytes(1000) }]))
    expect((await buffer(unzipLimited(place, '*.csv', limits))).length).toBe(1000)
    expect(asked.length).toBeLessThan(10)
  })

  it('is told apart by slashes, where a system wrote backslashes', async () => {
    const windows = zipOf([{ ...b, name: 'data\\b.csv' }])
    expect(String(await unzip(windows, 'data/*.csv'))).toBe('b\n')
    expect(await reason(unzip(zipOf([{ ...b, name: '..\\b.csv' }])))).toMatch(
      /has "..\/b.csv", which is a path/,
    )
  })

  // what is collected meanwhile, and what is not, differs from time to time
  const long = (count: number) =>
    zipOf(
      Array.from({ length: count }, (_, i) => ({ name: `${i}`, bytes: Buffer.alloc(0), comment: 65_000 })),
    )

  it('keeps of its table no more than names', async () => {
    const bytes = long(250)
    const before = await held()
    let most = 0
    const { size, stream } = archive(bytes)
    const watched = async (from: number, length: number) => {
      most = Math.max(most, (await held()) - before)
      return stream(from, length)
    }
    const told = await reason(buffer(unzipLimited({ size, stream: watched }, undefined, limits)))
    // comments as text would be as large as the table, which is 16 MiB
    expect(most).toBeLessThan(bytes.length / 4)
    expect(told).toMatch(/more than one file, "0", "1", "2", "3", "4", …: name one/)
  })

  it('reads no more of its table than 16 MiB', async () => {
    expect(await reason(unzip(long(300)))).toMatch(/table of contents of more than 16777216 bytes/)
  })

  it('that its store cannot give is the store’s failure', async () => {
    const away = new Error('away')
    const gone = { size: 1000, stream: () => Promise.reject(away) }
    await expect(buffer(unzipLimited(gone, undefined, limits))).rejects.toBe(away)
  })
})

describe('a pattern of members', () => {
  it.each([
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*', 'a/b', false],
    ['a.csv', 'aXcsv', false],
    ['*ab*ab', 'abab', true],
    ['*ab*ab', 'aab', false],
    ['a**b', 'ab', true],
  ])('%s of %s: %s', (pattern, path, is) => {
    expect(isMember(path, pattern)).toBe(is)
  })

  it('is tried in linear time', () => {
    const started = performance.now()
    isMember('a'.repeat(60_000), '*a'.repeat(400) + 'b*')
    expect(performance.now() - started).toBeLessThan(500)
  })
})

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Dataset } from '@dsf/dataset'
import { TransientError } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { describe, expect, it, vi } from 'vitest'
import { landSource, type Landed } from './land-source.ts'
import type { Before } from './which-file.ts'
import { csv, file, folder, land, loaded, openStore, requested_at, sha256 } from '../../testing/land.ts'
import { zipOf } from '../../testing/zip.ts'
import { SourceError } from '../source-error.ts'

const limited = (maxBytes: number): Dataset => ({ ...loaded, source: { ...loaded.source, maxBytes } })
const gzip = gzipSync(csv)

describe('a source that is whole', () => {
  it.each([
    ['text', csv, /^landing\/dataset=earthquakes\/r\.[0-9a-f]{8}\.csv$/],
    ['gzip', gzip, /^landing\/dataset=earthquakes\/r\.[0-9a-f]{8}\.csv\.gz$/],
    ['nothing at all', Buffer.alloc(0), /^landing\/dataset=earthquakes\/r\.[0-9a-f]{8}\.csv$/],
  ])('lands exactly as it was sent: %s', async (_, bytes, key) => {
    writeFileSync(file, bytes)
    const { store, objects, uploads } = openStore()
    const heard = vi.fn()
    const { landing, ...found } = (await land(store, loaded, heard)) as Landed
    expect(landing).toMatch(key)
    expect(found).toMatchObject({ landing_bytes: bytes.length, landing_sha256: sha256(bytes) })
    expect([objects, uploads()]).toEqual([new Map([[landing, bytes]]), 1])
    expect(heard.mock.calls.length > 0).toBe(bytes.length > 0)
  })

  it('does not replace what another instance has landed of the same run', async () => {
    const { store, objects } = openStore()
    writeFileSync(file, csv)
    const { landing } = (await land(store)) as Landed
    writeFileSync(file, csv.with(20, 66))
    await land(store)
    expect([objects.size, objects.get(landing)]).toEqual([2, csv])
  })
})

describe('a source that is the one of a run before', () => {
  const before = (bytes: Buffer): Before => ({
    ...{ etag: null, modified: null, redirected: null, bytes: bytes.length },
    sha256: sha256(bytes),
  })

  it.each([
    ['text', csv],
    ['gzip', gzip],
    ['nothing at all', Buffer.alloc(0)],
  ])('leaves nothing in the store, known by its content: %s', async (_, bytes) => {
    writeFileSync(file, bytes)
    const { store, objects } = openStore()
    expect(await land(store, loaded, undefined, before(bytes))).toMatchObject({
      same: 'content',
      landing_bytes: bytes.length,
    })
    expect(objects.size).toBe(0)
  })

  it('lands when a byte of it is another one', async () => {
    writeFileSync(file, csv.with(20, 66))
    const { store, objects } = openStore()
    expect(await land(store, loaded, undefined, before(csv))).toMatchObject({ landing_bytes: csv.length })
    expect(objects.size).toBe(1)
  })

  it('is not read at all when size and time say so', async () => {
    writeFileSync(file, csv)
    vi.setSystemTime(Date.now() + 3000)
    const { store } = openStore()
    const first = (await land(store)) as { modified: string }
    expect(first.modified).toMatch(/^\d+\.\d+\.\d+$/)
    // another hash: what was not read was not compared
    const known = { ...before(csv), sha256: '', modified: first.modified }
    const again = {
      same: 'size and time',
      etag: null,
      modified: first.modified,
      redirected: null,
      landing_bytes: 0,
    }
    expect(await land(store, loaded, undefined, known)).toEqual(again)
    writeFileSync(file, csv)
    expect(await land(store, loaded, undefined, known)).toMatchObject({ landing_bytes: csv.length })
  })
})

describe('a source that cannot be had', () => {
  it('is tried three times when that may pass, and its reason is the last one', async () => {
    writeFileSync(file, gzip.subarray(0, -100))
    const { store, uploads, objects } = openStore()
    const error = await land(store)
    expect(error).toBeInstanceOf(SourceError)
    expect((error as Error).message).toBe('the gzip data is cut short')
    expect([uploads(), objects.size]).toEqual([3, 0])
  })

  it('lands when it is whole at the third try', async () => {
    writeFileSync(file, gzip.subarray(0, -100))
    const { store, objects } = openStore(
      (uploads) => uploads === 2 && setImmediate(() => writeFileSync(file, gzip)),
    )
    expect(await land(store)).toMatchObject({ landing_sha256: sha256(gzip) })
    expect([...objects.values()]).toEqual([gzip])
  })

  it.each<[what: string, bytes: Buffer, dataset: Dataset, sentence: string]>([
    [
      'damaged gzip',
      Buffer.concat([gzip.subarray(0, 12), Buffer.alloc(500, 0xff)]),
      loaded,
      'the gzip data is damaged',
    ],
    ['a file beyond the limit', csv, limited(1000), `file ${file} is longer than the limit of 1000 bytes`],
    [
      'a small bomb',
      gzipSync(Buffer.alloc(5e6)),
      loaded,
      expect.stringMatching(/more than \d+ times its size/) as string,
    ],
    [
      'gzip that is too long once decompressed',
      gzip,
      limited(gzip.length + 1),
      `the data is longer than the limit of ${gzip.length + 1} bytes when decompressed`,
    ],
  ])('is tried once when no retry helps: %s', async (_, bytes, dataset, sentence) => {
    writeFileSync(file, bytes)
    const { store, uploads, objects } = openStore()
    const error = await land(store, dataset)
    expect([error instanceof SourceError, (error as Error).message]).toEqual([true, sentence])
    expect(uploads()).toBeLessThanOrEqual(1)
    expect(objects.size).toBe(0)
  })
})

describe('a store that is away', () => {
  it.each([
    ['text', csv],
    ['gzip, which is read by two', gzip],
    [
      'gzip of several buffers',
      gzipSync(Buffer.from(Array.from({ length: 1_000_000 }, () => Math.random() * 256))),
    ],
  ])('is no fault of the source: its error comes at once, for %s', async (_, bytes) => {
    writeFileSync(file, bytes)
    const error = new TransientError('object store away')
    const putStream = vi.fn(() => Promise.reject(error))
    expect(await land({ putStream } as unknown as ObjectStore)).toBe(error)
    expect(putStream.mock.calls.length).toBe(1)
  })
})

describe('an archive, which is read through once it has come', () => {
  const member = { name: 'a.csv', bytes: Buffer.from(randomBytes(2 ** 20).toString('hex')) }
  /** `heard` is told in each chunk: of the copy, and of the reading. */
  function landed(heard: (reads: number) => void, signal: AbortSignal) {
    writeFileSync(file, zipOf([member]))
    const { objects, store } = openStore()
    let reads = 0
    const stream: ObjectStore['stream'] = async (key, from = 0, length = Infinity) => {
      reads++
      return Readable.from([objects.get(key)!.subarray(from, from + length)])
    }
    const run = { run: 'r', source: pathToFileURL(file).href, requested_at }
    vi.useRealTimers()
    return landSource(
      { ...store, stream },
      loaded,
      run,
      { allow: [], roots: [folder], signal },
      () => reads > 0 && heard(reads),
    )
  }

  it('gives a sign of life with each chunk', async () => {
    const heard = vi.fn()
    await landed(heard, new AbortController().signal)
    expect(heard.mock.calls.length).toBeGreaterThan(10)
  })

  it('is not read any further once its run is cancelled', async () => {
    const cancelled = new AbortController()
    const heard = vi.fn(() => cancelled.abort())
    await expect(landed(heard, cancelled.signal)).rejects.toThrow('aborted')
    expect(heard).toHaveBeenCalledTimes(1)
  })
})

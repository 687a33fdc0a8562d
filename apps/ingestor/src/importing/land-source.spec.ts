import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { loadDataset, type Dataset } from '@dsf/dataset'
import { TransientError } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { landSource, type Landed } from './land-source.ts'
import type { Before } from './which-file.ts'
import { SourceError } from '../source-error.ts'
import { zipOf } from '../../testing/zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
const loaded = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const limited = (maxBytes: number): Dataset => ({ ...loaded, source: { ...loaded.source, maxBytes } })

const csv = Buffer.from('id,mag\n' + 'us1,2.5\n'.repeat(50_000))
const gzip = gzipSync(csv)
const file = join(folder, 'source')
const requested_at = Date.parse('2026-11-26T10:00:00Z')
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** An object store in memory: an upload that breaks off leaves nothing. `started` hears of each. */
function openStore(started: (uploads: number) => void = () => undefined) {
  const objects = new Map<string, Buffer>()
  let uploads = 0
  const putStream = async (key: string, stream: Readable) => {
    started(++uploads)
    objects.set(key, await buffer(stream))
  }
  return { objects, uploads: () => uploads, store: { putStream } as ObjectStore }
}

/** Lands what stands in the file; the waits between tries take no time. */
async function land(
  store: ObjectStore,
  dataset = loaded,
  heard: () => void = () => undefined,
  before?: Before,
  source = pathToFileURL(file).href,
) {
  const run = { run: 'r', source, requested_at }
  const landing = landSource(store, dataset, run, { allow: [], roots: [folder], before }, heard)
  const outcome = landing.catch((error: unknown) => error as Error)
  let settled = false
  void outcome.then(() => (settled = true))
  while (!settled) {
    await vi.advanceTimersByTimeAsync(1000)
    await new Promise(setImmediate)
  }
  return outcome
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'Date'], now: Date.now() }))
afterEach(() => void vi.useRealTimers())

describe('a source that is whole', () => {
  it.each([
    ['text', csv, 'landing/dataset=earthquakes/r.csv'],
    ['gzip', gzip, 'landing/dataset=earthquakes/r.csv.gz'],
    ['nothing at all', Buffer.alloc(0), 'landing/dataset=earthquakes/r.csv'],
  ])('lands exactly as it was sent: %s', async (_, bytes, key) => {
    writeFileSync(file, bytes)
    const { store, objects, uploads } = openStore()
    const heard = vi.fn()
    expect(await land(store, loaded, heard)).toMatchObject({
      landing: key,
      landing_bytes: bytes.length,
      landing_sha256: sha256(bytes),
    })
    expect([objects, uploads()]).toEqual([new Map([[key, bytes]]), 1])
    expect(heard.mock.calls.length > 0).toBe(bytes.length > 0)
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

describe('a source with a date in it', () => {
  const dated = `file://${folder}/{yyyy-MM-dd}.csv`
  const write = (day: string, bytes = csv) => writeFileSync(join(folder, `${day}.csv`), bytes)
  const placeOf = (day: string) => sha256(Buffer.from(`file://${folder}/${day}.csv`))
  const landDated = (before?: Before, dataset = loaded) =>
    land(openStore().store, dataset, undefined, before, dated)

  it('is the newest that is there', async () => {
    write('2026-11-20')
    write('2026-11-24')
    expect(await landDated()).toMatchObject({
      ...{ landing_bytes: csv.length, address: `file://${folder}/2026-11-24.csv` },
      redirected: placeOf('2026-11-24'),
    })
  })

  it('is not read again until a newer one is there, which is another file whatever it is like', async () => {
    vi.setSystemTime(Date.now() + 10_000)
    const { landing_bytes, landing_sha256, ...first } = (await landDated()) as Landed
    const before = { ...first, bytes: landing_bytes, sha256: landing_sha256 }
    expect(await landDated(before)).toMatchObject({ same: 'size and time', redirected: before.redirected })
    const elsewhere = { ...before, redirected: placeOf('2026-11-20'), sha256: 'another' }
    expect(await landDated(elsewhere)).toMatchObject({ landing_bytes })
    write('2026-11-26', Buffer.concat([csv, csv]))
    expect(await landDated(before)).toMatchObject({ address: `file://${folder}/2026-11-26.csv` })
  })

  const landMissing = (lookBack: number) => {
    const dataset = { ...loaded, source: { ...loaded.source, lookBack } }
    return land(openStore().store, dataset, undefined, undefined, `file://${folder}/x-{yyyyMMdd}`)
  }

  it('fails with a sentence when none is there, as far as it is looked for', async () => {
    const nothing = await landMissing(1)
    expect(nothing).toEqual(
      new SourceError(
        `file ${folder}/x-20261126 does not exist, nor is one of the 1 before it; source.lookBack of the definition looks for more`,
      ),
    )
  })

  it('says how to look for those before it, when it looked for none', async () => {
    const nothing = await landMissing(0)
    expect(nothing).toEqual(
      new SourceError(
        `file ${folder}/x-20261126 does not exist; source.lookBack of the definition looks for those before it`,
      ),
    )
  })

  it.each([
    ['answers each time that it has none, but slowly', 400],
    ['is silent', undefined],
  ])('is looked for no longer than source.maxSeconds, by a server that %s', async (_, answersAfter) => {
    const server = createServer((_, response) => {
      if (answersAfter !== undefined) setTimeout(() => response.writeHead(404).end(), answersAfter)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{yyyyMMdd}.csv`
    const limits = { allow: ['127.0.0.1/32'], roots: [] }
    vi.useRealTimers()
    const begun = performance.now()
    const landed = landSource(
      openStore().store,
      { ...loaded, source: { ...loaded.source, maxSeconds: 1, lookBack: 300 } },
      { run: 'r', source, requested_at },
      limits,
      () => undefined,
    )
    await expect(landed).rejects.toThrow(
      'to look for the newest file took 1 s; source.maxSeconds of the definition allows more',
    )
    expect(performance.now() - begun).toBeLessThan(5000)
    server.closeAllConnections()
    server.close()
  })

  it('does not take an older one when the newest cannot be read', async () => {
    mkdirSync(join(folder, 'y-20261126'))
    writeFileSync(join(folder, 'y-20261125'), csv)
    const failed = await land(
      openStore().store,
      loaded,
      undefined,
      undefined,
      `file://${folder}/y-{yyyyMMdd}`,
    )
    expect(failed).toEqual(new SourceError(`file ${folder}/y-20261126 is not a file`))
  })

  it('has the secrets of the definition, at the address that it becomes', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer(({ url, headers }, response) => {
      asked.push(`${url} ${headers['x-key']}`)
      response.writeHead(url!.startsWith('/20261125') ? 200 : 404).end(csv)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{yyyyMMdd}?key=\${secret:word}`
    writeFileSync(join(folder, 'word'), 'a&b')
    const source = { ...loaded.source, url, headers: { 'x-key': '${secret:word}' } }
    const limits = { allow: ['127.0.0.1/32'], roots: [], secrets: folder }
    vi.useRealTimers()
    const landed = landSource(
      openStore().store,
      { ...loaded, source },
      { run: 'r', source: url, requested_at },
      limits,
      () => undefined,
    )
    expect(await landed).toMatchObject({ address: url.replace('{yyyyMMdd}', '20261125') })
    expect(asked).toEqual(['/20261126?key=a%26b a&b', '/20261125?key=a%26b a&b'])
    server.close()
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

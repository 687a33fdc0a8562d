import { createHash } from 'node:crypto'
import { PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { datedAddresses, landingKey, type Dataset } from '@dsf/dataset'
import type { Tokens } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { extensionOf, toldCompression } from '../reading/compression.ts'
import { decompressLimited } from '../reading/decompress.ts'
import type { HttpOptions } from '../sources/http-options.ts'
import { unzipLanding } from '../reading/open-landing.ts'
import { openSource, type Source } from '../sources/open-source.ts'
import { rest, type Pace } from '../sources/pace.ts'
import { accessOf } from '../sources/source-access.ts'
import { isSame, type Same, type SentBefore, type SourceOptions } from '../sources/source-client.ts'
import { SourceError } from '../source-error.ts'
import { askedOf } from '../sources/source-secrets.ts'
import { sourceTokens } from '../sources/source-tokens.ts'

/** What may be fetched: deployed configuration, never part of a request. */
export type SourceLimits = Pick<SourceOptions, 'allow' | 'proxy' | 'roots'> & { secrets?: string | undefined }

/** Whose source it is. */
interface Import {
  run: string
  source: string
  /** by which a date in the source is the same when it is fetched again */
  requested_at: number
}

/** What a source with a date in it became. */
interface Address {
  address?: string
}

export interface Landing {
  landing: string
  landing_bytes: number
  landing_sha256: string
}

/** A file that lies in the store, and what its server said of its version. */
export interface Landed extends Landing, Address {
  etag: string | null
  modified: string | null
  redirected: string | null
}

/** The file of a run before, as far as its rows were read by the same definition. */
export type Before = SentBefore & { sha256: string }

/** A file that was read before: nothing of it lies in the store. */
export interface Unchanged extends Address {
  same: Same['same']
  etag: string | null
  modified: string | null
  redirected: string | null
  /** that came all the same */
  landing_bytes: number
}

const tries = 3

/**
 * Copies the source into the store exactly as it is sent, and reads it through once on the way: a broken gzip or a file
 * beyond its limit is found before the first row is published, so nothing half-written ever counts.
 * @param before a file that need not be read again: it is asked for on that condition, and what comes all the same is compared by content
 * @param came is told how many bytes have come so far
 * @throws SourceError with the reason when the source cannot be had, or the signal was aborted; passing failures were tried three times
 */
export async function landSource(
  store: ObjectStore,
  dataset: Dataset,
  run: Import,
  limits: SourceLimits & { signal?: AbortSignal; before?: Before },
  came: (bytes: number) => void,
): Promise<Landed | Unchanged> {
  const pace = { ...dataset.source, spent: { seconds: 0, isResting: false } }
  const tokens = sourceTokens(dataset, limits)
  for (let attempt = 1; ; attempt++) {
    try {
      return await landOnce(store, dataset, run, { ...limits, pace, tokens }, came)
    } catch (error) {
      if (!(error instanceof SourceError) || !error.transient || attempt === tries) throw error
      pace.spent.seconds += await rest(error, attempt, pace, limits.signal)
    }
  }
}

type Limits = SourceLimits & {
  pace: Pace
  tokens: Tokens | undefined
  signal?: AbortSignal
  before?: Before
}

async function landOnce(
  store: ObjectStore,
  dataset: Dataset,
  run: Import,
  limits: Limits,
  came: (bytes: number) => void,
): Promise<Landed | Unchanged> {
  const source = await open(dataset, run, limits)
  const { etag = null, modified = null, redirected = null, address } = source
  const version = { etag, modified, redirected, ...(address === undefined ? {} : { address }) }
  if (isSame(source)) return { same: source.same, ...version, landing_bytes: 0 }
  const landed = await copy(store, dataset, run, source, limits.before, came)
  if ('same' in landed) return { ...landed, ...version }
  if (source.compression === 'zip')
    await drain(unzipLanding(store, landed, dataset.innerpath, dataset.source), () => {
      limits.signal?.throwIfAborted()
      came(landed.landing_bytes)
    })
  return { ...landed, ...version }
}

/** The source, or, where there is a date in it, the newest that is there. */
async function open(dataset: Dataset, run: Import, limits: Limits): Promise<(Source | Same) & Address> {
  const { lookBack } = dataset.source
  const addresses = datedAddresses(run.source, run.requested_at, lookBack)
  if (!addresses) return openAt(dataset, run.source, limits, limits.before)
  let missing: SourceError | undefined
  const { maxSeconds } = dataset.source
  const begun = performance.now()
  for (const address of addresses) {
    try {
      return await openDated(dataset, run.source, address, limits)
    } catch (error) {
      if (!(error instanceof SourceError) || !error.isMissing) throw error
      missing ??= error
    }
    if (performance.now() - begun > maxSeconds * 1000)
      throw new SourceError(
        `${missing.message}, and to look for one before it took ${maxSeconds} s; source.maxSeconds of the definition allows more`,
      )
  }
  throw new SourceError(
    `${missing!.message}, nor is one of the ${addresses.length - 1} before it; source.lookBack of the definition looks for more`,
  )
}

/** Each address has a file of its own, as if the source had redirected to it. */
async function openDated(
  dataset: Dataset,
  dated: string,
  address: string,
  limits: Limits,
): Promise<(Source | Same) & Address> {
  const { source } = dataset
  const place = createHash('sha256').update(address).digest('hex')
  const before = limits.before?.redirected === place ? { ...limits.before, redirected: null } : undefined
  const own = source.url === dated ? { ...dataset, source: { ...source, url: address } } : dataset
  const opened = await openAt(own, address, limits, before)
  return { ...opened, redirected: opened.redirected ?? place, address }
}

async function openAt(
  dataset: Dataset,
  source: string,
  limits: Limits,
  known: SentBefore | undefined,
): Promise<Source | Same> {
  const { url, headers, ...own } = await askedOf(dataset, source, limits.secrets)
  return openSource(url, {
    ...limits,
    headers,
    http: httpOf(dataset, own, limits),
    access: await accessOf(dataset, source, limits.secrets),
    known,
    compression: toldCompression(dataset.compression),
    maxBytes: dataset.source.maxBytes,
    timeouts: timeoutsOf(dataset),
  })
}

function httpOf(
  { source: { post, pages }, dialect }: Dataset,
  own: { isOwnServer: boolean; isOwnAddress: boolean },
  { tokens }: Limits,
): HttpOptions {
  return {
    ...(own.isOwnServer ? { tokens } : {}),
    ...(own.isOwnAddress ? { post, pages: pages && { ...pages, dialect } } : {}),
  }
}

/**
 * Into the store and through the check at once: the upload ends behind the check, so nothing lies there if either fails. Only an archive,
 * which is read from where it lies, is checked afterwards. One that is refused stays there until the next try or for ever, as no run's: to
 * remove it might remove what an instance that took the run over has just put in its place.
 */
async function copy(
  store: ObjectStore,
  dataset: Dataset,
  run: Import,
  { stream, compression }: Source,
  before: Before | undefined,
  came: (bytes: number) => void,
): Promise<Landing | Pick<Unchanged, 'same' | 'landing_bytes'>> {
  const landing = landingKey(dataset.name, run.run, extensionOf(compression))
  const meter = measure(came)
  const upload = new PassThrough()
  const streamed = compression === 'zip' ? undefined : compression
  const check = streamed && new PassThrough()
  const stored = store.putStream(landing, upload)
  const checked = check && drain(decompressLimited(check, streamed, dataset.source))
  const isKnown = () => meter.result().landing_sha256 === before?.sha256
  const copied = pipeline(stream, meter.stream, fork(upload, check, checked, isKnown))
  try {
    await Promise.all([copied, stored, checked])
  } catch (error) {
    // the cause is the side that failed first; the others only follow, and whoever reads them may be gone already
    // destroyed without an error, a source at its end would keep the pipeline waiting for that end
    for (const side of [stream, upload, check]) side?.on('error', () => undefined).destroy(error as Error)
    await Promise.allSettled([copied, stored, checked])
    if (error !== sameContent) throw error
    return { same: 'content', landing_bytes: meter.result().landing_bytes }
  }
  return { landing, ...meter.result() }
}

function timeoutsOf({ source: { connectSeconds, firstByteSeconds, idleSeconds } }: Dataset) {
  return { connect: 1000 * connectSeconds, headers: 1000 * firstByteSeconds, idle: 1000 * idleSeconds }
}

/** Counts and hashes what passes. */
function measure(came: (bytes: number) => void) {
  const hash = createHash('sha256')
  let [bytes, sum] = [0, '']
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      bytes += chunk.length
      came(bytes)
      done(null, chunk)
    },
  })
  const result = () => ({ landing_bytes: bytes, landing_sha256: (sum ||= hash.digest('hex')) })
  return { stream, result }
}

/** Breaks an upload off before its end, so that no object comes of it. */
const sameContent = new Error('the file is the one that was read before')

/** Writes each chunk to both sides, and waits for both; the upload ends only when the check has passed. */
function fork(
  upload: PassThrough,
  check: PassThrough | undefined,
  checked: Promise<void> | undefined,
  isKnown: () => boolean,
) {
  return async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await Promise.all([write(upload, chunk), check && write(check, chunk)])
    check?.end()
    await checked
    if (isKnown()) throw sameContent
    upload.end()
  }
}

/** A stream that is destroyed forgets the write it was at, so its end is listened for as well. */
function write(stream: PassThrough, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(stream.errored ?? new Error('closed'))
    stream.once('close', gone)
    stream.write(chunk, (error) => {
      stream.off('close', gone)
      if (error) reject(error)
      else resolve()
    })
  })
}

async function drain(chunks: AsyncIterable<Buffer>, passed = () => {}): Promise<void> {
  for await (const _ of chunks) passed()
}

import { createHash, randomBytes } from 'node:crypto'
import { PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { landingKey, type Dataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { extensionOf } from '../reading/compression.ts'
import { decompressLimited } from '../reading/decompress.ts'
import { unzipLanding } from '../reading/open-landing.ts'
import type { Source } from '../sources/open-source.ts'
import { rest } from '../sources/pace.ts'
import { isSameFile, type SameBy } from '../sources/source-client.ts'
import { SourceError } from '../source-error.ts'
import { sourceTokens } from '../sources/source-tokens.ts'
import type { SourceReach } from './source-options.ts'
import { openFileOf, type Found, type Before, type Import, type ImportContext } from './which-file.ts'

export interface Landing {
  landing: string
  landing_bytes: number
  landing_sha256: string
}

/** A file that lies in the store, and what its server said of its version. */
export interface Landed extends Landing, Found {
  etag: string | null
  modified: string | null
  redirected: string | null
}

/** A file that was read before: nothing of it lies in the store. */
export interface Unchanged extends Found {
  same: SameBy
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
  context: SourceReach & Pick<ImportContext, 'signal' | 'before' | 'read'>,
  came: (bytes: number) => void,
): Promise<Landed | Unchanged> {
  const pace = { ...dataset.source, spent: { seconds: 0, isResting: false } }
  const tokens = sourceTokens(dataset, context)
  for (let attempt = 1; ; attempt++) {
    try {
      return await landOnce(store, dataset, run, { ...context, pace, tokens }, came)
    } catch (error) {
      if (!(error instanceof SourceError) || !error.transient || attempt === tries) throw error
      pace.spent.seconds += await rest(error, attempt, pace, context.signal)
    }
  }
}

async function landOnce(
  store: ObjectStore,
  dataset: Dataset,
  run: Import,
  context: ImportContext,
  came: (bytes: number) => void,
): Promise<Landed | Unchanged> {
  const source = await openFileOf(dataset, run, context)
  const { etag = null, modified = null, redirected = null, address, files, waiting } = source
  const found = { ...(address === undefined ? {} : { address }), ...(files ? { files, waiting } : {}) }
  const version = { etag, modified, redirected, ...found }
  if (isSameFile(source)) return { same: source.same, ...version, landing_bytes: 0 }
  const landed = await copy(store, dataset, run, source, context.before, came)
  if ('same' in landed) return { ...landed, ...version }
  if (source.compression === 'zip')
    await drain(unzipLanding(store, landed, dataset.innerpath, dataset.source), () => {
      context.signal?.throwIfAborted()
      came(landed.landing_bytes)
    })
  return { ...landed, ...version }
}

/**
 * Into the store and through the check at once: the upload ends behind the check, so nothing lies there if either fails. Only an archive,
 * which is read from where it lies, is checked afterwards. One that is refused stays there as no run's. So does one of an instance that lost
 * the run while it fetched: each attempt has a name of its own, so that it never replaces what its successor has landed, and reads.
 */
async function copy(
  store: ObjectStore,
  dataset: Dataset,
  run: Import,
  { stream, compression }: Source,
  before: Before | undefined,
  came: (bytes: number) => void,
): Promise<Landing | Pick<Unchanged, 'same' | 'landing_bytes'>> {
  const attempt = randomBytes(4).toString('hex')
  const landing = landingKey(dataset.name, run.run, `${attempt}.csv${extensionOf(compression)}`)
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

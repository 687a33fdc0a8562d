/** The beginning of a file that nobody here has seen: so many bytes of it, within so many seconds, and no more. */
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { compressionOf, type Compression } from '../../../apps/ingestor/src/reading/compression.ts'
import { decompressLimited, type DecompressionLimits } from '../../../apps/ingestor/src/reading/decompress.ts'
import { unzipLimited } from '../../../apps/ingestor/src/reading/open-zip.ts'

export interface Sample {
  /** decompressed; of a file that goes on behind them, cut anywhere */
  bytes: Buffer
  /** whether that is all of the file */
  isWhole: boolean
  compression?: Compression
  contentType: string
}

export interface SampleBounds {
  bytes: number
  seconds: number
}

/** A page that links elsewhere is followed by fetch itself, twenty times at most. */
const isUrl = (source: string) => /^https?:\/\//i.test(source)

/** @throws Error that names the source and what came instead */
export async function takeSample(source: string, bounds: SampleBounds): Promise<Sample> {
  const signal = AbortSignal.timeout(bounds.seconds * 1000)
  try {
    const { body, contentType } = isUrl(source) ? await openUrl(source, signal) : await openFile(source)
    return { ...(await beginningOf(body, bounds.bytes, signal)), contentType }
  } catch (error) {
    throw new Error(`${printable(source)} cannot be read: ${reasonOf(error, signal, bounds)}`, {
      cause: error,
    })
  }
}

/** Without what may be a secret: the user, the query, and all of what is no URL, because there one cannot tell. */
function printable(source: string): string {
  if (!isUrl(source)) return source
  if (!URL.canParse(source)) return source.replace(/\/\/.*/s, '//…')
  return source.replace(/^(\w+:\/\/)[^/?#]*@/, '$1…@').replace(/[?#].*/s, '?…')
}

function reasonOf(error: unknown, signal: AbortSignal, { bytes, seconds }: SampleBounds): string {
  if (signal.aborted) return `its first ${bytes} bytes did not come within ${seconds} s`
  const { message, cause } = error as Error
  const reason = cause instanceof Error ? `${message} (${cause.message})` : message
  return reason.replace(/https?:\/\/.*/gis, printable)
}

async function openUrl(url: string, signal: AbortSignal) {
  const parsed = URL.parse(url)
  if (!parsed) throw new Error('it is no URL: expected one like https://host:port/file.csv')
  if (parsed.username !== '' || parsed.password !== '')
    throw new Error('it has a user or a password, which is not sent: leave them out, or download the file')
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(`its server answers ${response.status} ${response.statusText}`)
  if (!response.body) throw new Error('its server sends nothing')
  return { body: Readable.fromWeb(response.body), contentType: response.headers.get('content-type') ?? '' }
}

async function openFile(path: string) {
  const file = await open(path)
  const body = file.createReadStream({ highWaterMark: 256 * 1024 })
  if ((await file.stat()).isFile()) return { body, contentType: '' }
  body.destroy()
  throw new Error('it is no file')
}

/** What is decompressed is counted, so that a bomb ends where the sample does. */
async function beginningOf(
  body: Readable,
  most: number,
  signal: AbortSignal,
): Promise<Omit<Sample, 'contentType'>> {
  const stop = () => body.destroy(new Error('the time is over'))
  signal.addEventListener('abort', stop)
  try {
    const sent = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    const first = await sent.next()
    const head = first.done ? Buffer.alloc(0) : first.value
    const compression = compressionOf(head, true)?.compression
    const plain = await decompressed(again(head, sent), compression, most)
    return { ...(await taken(plain, most)), ...(compression ? { compression } : {}) }
  } finally {
    signal.removeEventListener('abort', stop)
    body.destroy()
  }
}

/** The sample ends the decompression, whatever the rest would become. */
const limits: DecompressionLimits = { maxBytes: Infinity, maxCompressionRatio: Infinity }

/** @throws Error for an archive that is longer than a sample: what is in it stands at its end */
async function decompressed(
  sent: AsyncIterable<Buffer>,
  compression: Compression | undefined,
  most: number,
): Promise<AsyncIterable<Buffer>> {
  if (compression === undefined) return sent
  if (compression !== 'zip') return decompressLimited(sent, compression, limits)
  const { bytes, isWhole } = await taken(sent, most)
  if (!isWhole) throw new Error(`it is a zip archive of more than ${most} bytes: unpack it`)
  const stream = async (from: number, length: number) => Readable.from([bytes.subarray(from, from + length)])
  return unzipLimited({ size: bytes.length, stream }, undefined, limits)
}

async function* again(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

async function taken(chunks: AsyncIterable<Buffer>, most: number) {
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
    if (length > most) break
  }
  return { bytes: Buffer.concat(parts).subarray(0, most), isWhole: length <= most }
}

import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  type Gunzip,
} from 'node:zlib'
import { bunzip } from './bunzip.ts'
import type { Compression } from './compression.ts'
import { SourceError } from '../source-error.ts'

export interface DecompressionLimits {
  maxBytes: number
  /** Decompressed bytes per compressed byte; real CSV has 3 to 30, a sparse one some hundreds, a bomb 1,000. */
  maxCompressionRatio: number
}

/** For what was measured before: a limit that changed since must not stop in its middle what has begun. */
export const measuredBefore: DecompressionLimits = { maxBytes: Infinity, maxCompressionRatio: Infinity }

/** What a stream holds as one piece, a zip aside, which has a table of contents. */
export type Streamed = Exclude<Compression, 'zip'>

type Engine = Pick<Gunzip, 'bytesWritten'> & ReturnType<typeof createGunzip>

const chunkSize = 128 * 1024
/** As zstd writes up to level 19; more is memory that a source could make us take (RFC 8878, 3.1.1.1.2, asks for 8 MiB). */
const zstdWindow = { [constants.ZSTD_d_windowLogMax]: 23 }

/** Makes what decompresses a member that begins with these bytes. */
const engines: Record<Exclude<Streamed, 'bzip2'>, (head: Buffer) => Engine> = {
  gzip: () => createGunzip({ chunkSize }),
  zstd: () => createZstdDecompress({ chunkSize, params: zstdWindow }),
  brotli: () => createBrotliDecompress({ chunkSize }),
  // the name means the form of zlib (RFC 9110, 8.4.1.2), and some servers leave that out
  deflate: (head) => (hasZlibHeader(head) ? createInflate({ chunkSize }) : createInflateRaw({ chunkSize })),
}

const hasZlibHeader = (head: Buffer): boolean =>
  head.length > 1 && (head[0]! & 0x0f) === 8 && head.readUInt16BE(0) % 31 === 0

/** May be members one behind the other, which are one file. */
const hasMembers = (compression: Streamed): boolean => compression === 'gzip' || compression === 'zstd'

/**
 * To begin one more takes some 0.2 ms, however small it is: a file may have so many, and one more for each KiB of it. Tools that cut a file
 * (bgzip, pzstd) make them of 64 KiB and more of text. Those that zlib reads at one go, some gzip in a chunk, take no time and count as one.
 */
const members = { free: 1000, bytesEach: 1024 }

/** Decompresses as it is read, a chunk at a time, counting what comes out: a small file may hold more than memory or disk. */
export async function* decompressLimited(
  source: AsyncIterable<Buffer>,
  compression: Streamed,
  limits: DecompressionLimits,
): AsyncGenerator<Buffer, undefined> {
  const input = inputOf(source)
  const count = countedBy(limits)
  try {
    yield* compression === 'bzip2' ? blocksOf(input, count) : membersOf(input, compression, count)
  } catch (error) {
    if (input.failure) throw input.failure
    throw error instanceof SourceError ? error : damaged(error, compression)
  } finally {
    await input.close()
  }
}

async function* blocksOf(input: Input, count: Count): AsyncGenerator<Buffer, undefined> {
  const next = async () => {
    const bytes = await input.next()
    input.taken += bytes?.length ?? 0
    return bytes
  }
  for await (const block of bunzip(next)) {
    count(block.length, input.taken)
    yield block
  }
}

async function* membersOf(
  input: Input,
  compression: Exclude<Streamed, 'bzip2'>,
  count: Count,
): AsyncGenerator<Buffer, undefined> {
  let rest = await beginning(input)
  let begun = 0
  do {
    if (++begun > members.free + input.taken / members.bytesEach)
      throw new SourceError(
        `the ${compression} data has more than ${begun - 1} members in its first ${input.taken} bytes; ${members.free}, and one more for each ${members.bytesEach} bytes, can be read`,
      )
    const engine = engines[compression](rest)
    const feeding = feed(engine, rest, input)
    feeding.catch((error: unknown) => engine.destroy(error as Error))
    for await (const chunk of engine as AsyncIterable<Buffer>) {
      count(chunk.length, input.taken + engine.bytesWritten)
      yield chunk
    }
    input.taken += engine.bytesWritten
    rest = await feeding
    if (compression === 'gzip') rest = await withoutPadding(rest, input)
    if (rest.length > 0 && !hasMembers(compression))
      throw new SourceError(`the ${compression} data has something else behind its end`)
  } while (rest.length > 0)
}

/** Small data may compress well by nature. */
const ratioFrom = 1024 * 1024

type Count = (more: number, compressed: number) => void

export function countedBy({ maxBytes, maxCompressionRatio }: DecompressionLimits): Count {
  let total = 0
  return (more: number, compressed: number) => {
    total += more
    if (total > maxBytes)
      throw new SourceError(`the data is longer than the limit of ${maxBytes} bytes when decompressed`)
    if (total > ratioFrom && total > maxCompressionRatio * compressed)
      throw new SourceError(
        `the data decompresses to more than ${maxCompressionRatio} times its size; source.maxCompressionRatio of the definition allows more`,
      )
  }
}

function damaged(error: unknown, compression: Compression): SourceError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ZSTD_error_frameParameter_windowTooLarge')
    return new SourceError(
      'the zstd data needs more than 8 MiB of memory to be read, as --long and --ultra make it',
      { cause: error },
    )
  const isCut = code === 'Z_BUF_ERROR'
  return new SourceError(`the ${compression} data is ${isCut ? 'cut short' : 'damaged'}`, {
    transient: isCut,
    cause: error,
  })
}

/** The compressed side: its failures are the source's, those of an engine are the data's. */
interface Input {
  /** the next chunk that is not empty */
  next: () => Promise<Buffer | undefined>
  close: () => Promise<void>
  /** bytes that the members before this one took */
  taken: number
  failure?: Error
}

function inputOf(source: AsyncIterable<Buffer>): Input {
  const chunks = source[Symbol.asyncIterator]()
  const input: Input = {
    taken: 0,
    next: async () => {
      try {
        for (;;) {
          const next = await chunks.next()
          if (next.done) return undefined
          if (next.value.length > 0) return next.value
        }
      } catch (failure) {
        input.failure = failure as Error
        throw failure
      }
    },
    close: async () => void (await chunks.return?.()),
  }
  return input
}

/** Tapes and blocks of a fixed size fill up with zeros, which gzip passes over. */
async function withoutPadding(rest: Buffer, input: Input): Promise<Buffer> {
  for (let chunk: Buffer | undefined = rest; chunk; chunk = await input.next()) {
    const at = chunk.findIndex((byte) => byte !== 0)
    if (at >= 0) return chunk.subarray(at)
  }
  return Buffer.alloc(0)
}

/** At least two bytes, where there are as many: they tell forms apart. */
async function beginning(input: Input): Promise<Buffer> {
  const first = (await input.next()) ?? Buffer.alloc(0)
  return first.length === 1 ? Buffer.concat([first, (await input.next()) ?? Buffer.alloc(0)]) : first
}

/**
 * Gives an engine its input, a chunk when the one before is done with.
 * @returns what lies behind the end of the member, none at the end of the input
 */
async function feed(engine: Engine, first: Buffer, input: Input): Promise<Buffer> {
  const over = new Promise<void>((resolve) => engine.once('end', resolve).once('close', resolve))
  for (let chunk: Buffer | undefined = first; chunk; chunk = await input.next()) {
    const before = engine.bytesWritten
    await Promise.race([write(engine, chunk), over])
    // an engine that is at its end takes no more, and says nothing but that
    const taken = engine.bytesWritten - before
    if (taken < chunk.length) return chunk.subarray(taken)
  }
  engine.end()
  return Buffer.alloc(0)
}

const write = (engine: Engine, chunk: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    engine.write(chunk, (error) => (error ? reject(error) : resolve()))
  })

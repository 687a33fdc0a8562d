import { PassThrough, type Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import {
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  validateFileName,
  type Entry,
  type ZipFile,
} from 'yauzl'
import { countedBy, type DecompressionLimits } from './decompress.ts'
import { isMember } from './member-name.ts'
import { SourceError } from '../source-error.ts'

/** Where an archive lies: by its table of contents, which is at its end, so not as it comes. */
export interface Archive {
  size: number
  /** its bytes from one place to another */
  stream: (from: number, length: number) => Promise<Readable>
}

/** Members of an archive: more are no archive of a table. */
const mostMembers = 10_000
/** Of its table of contents: each member may have 192 kB there, and we need only its name. */
const mostTableBytes = 16 * 2 ** 20

/**
 * The one file of an archive, or the one that the pattern names, as it is read; memory does not grow with it.
 * @param innerpath a name in the archive, `*` standing for anything but a slash; undefined for the only file
 * @throws SourceError for an archive that is damaged, or has none or several of them; a failure of the place itself as it is
 */
export async function* unzipLimited(
  archive: Archive,
  innerpath: string | undefined,
  limits: DecompressionLimits,
): AsyncGenerator<Buffer, undefined> {
  const reader = new ArchiveReader(archive)
  try {
    const zip = await fromRandomAccessReaderPromise(reader, archive.size, {
      ...{ autoClose: false, decodeStrings: false },
    })
    const member = await memberOf(zip, innerpath)
    const count = countedBy(limits)
    let sum = 0
    for await (const chunk of (await zip.openReadStreamPromise(member)) as AsyncIterable<Buffer>) {
      count(chunk.length, member.compressedSize)
      sum = crc32(chunk, sum)
      yield chunk
    }
    if (sum !== member.crc32)
      throw new SourceError(`${nameOf(member)} in the zip archive is damaged: its CRC differs`)
  } catch (error) {
    if (reader.failure !== undefined) throw reader.failure
    if (error instanceof SourceError) throw error
    throw new SourceError(`the zip archive cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

async function memberOf(zip: ZipFile, innerpath: string | undefined): Promise<Entry> {
  if (zip.entryCount > mostMembers)
    throw new SourceError(`the zip archive has ${zip.entryCount} members, more than ${mostMembers}`)
  const { member, names } = await membersLike(zip, innerpath)
  const wanted = innerpath === undefined ? 'file' : `file that matches ${JSON.stringify(innerpath)}`
  if (!member) throw new SourceError(`the zip archive has no ${wanted}`)
  if (names.length > 1)
    throw new SourceError(
      `the zip archive has more than one ${wanted}, ${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? ', …' : ''}: name one with innerpath of the resource`,
    )
  if (!member.canDecodeFileData())
    throw new SourceError(
      `${nameOf(member)} in the zip archive is ${member.isEncrypted() ? 'encrypted' : 'compressed by another method than deflate'}`,
    )
  return member
}

/** Names that a sentence has. */
const mostNames = 5

/** The first of them, and the names of some. Nothing else is kept of an entry, which holds all that the table says of it. */
async function membersLike(zip: ZipFile, innerpath: string | undefined) {
  let member: Entry | undefined
  const names: string[] = []
  for await (const entry of zip.eachEntry()) {
    const name = checkedName(entry)
    if (!isMember(name, innerpath)) continue
    member ??= entry
    if (names.length <= mostNames) names.push(shown(name))
  }
  return { member, names }
}

/** As text; a backslash is a slash. */
const textOf = ({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string =>
  getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)

const shown = (name: string): string => JSON.stringify(name.slice(0, 100))

const nameOf = (entry: Entry): string => shown(textOf(entry))

function checkedName(entry: Entry): string {
  const name = textOf(entry)
  if (validateFileName(name) !== null)
    throw new SourceError(`the zip archive has ${shown(name)}, which is a path that leads out of it`)
  return name
}

/** A table of contents is read in pieces of some bytes. */
const blockBytes = 256 * 1024

class ArchiveReader extends RandomAccessReader {
  readonly #archive: Archive
  #block: { from: number; bytes: Buffer } = { from: 0, bytes: Buffer.alloc(0) }
  #read = 0
  /** of the place, or ours */
  failure: Error | undefined

  constructor(archive: Archive) {
    super()
    this.#archive = archive
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const bytes = new PassThrough()
    if (start < 0 || end > this.#archive.size)
      return bytes.destroy(new Error('it names bytes outside of itself'))
    const fail = (error: unknown) => {
      this.failure ??= error as Error
      bytes.destroy(error as Error)
    }
    this.#archive.stream(start, end - start).then((stream) => {
      stream.once('error', fail)
      bytes.once('close', () => stream.destroy())
      stream.pipe(bytes)
    }, fail)
    return bytes
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#read += length
    if (this.#read > mostTableBytes) {
      this.failure ??= new SourceError(
        `the zip archive has a table of contents of more than ${mostTableBytes} bytes`,
      )
      return callback(this.failure)
    }
    this.#at(position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset)
        callback(null)
      },
      (error: unknown) => callback(error as Error),
    )
  }

  async #at(position: number, length: number): Promise<Buffer> {
    const { from, bytes } = this.#block
    if (position < from || position + length > from + bytes.length) {
      const most = Math.min(Math.max(length, blockBytes), this.#archive.size - position)
      this.#block = { from: position, bytes: await this.#fetch(position, most) }
    }
    const at = position - this.#block.from
    if (at + length > this.#block.bytes.length)
      throw new Error('the archive ends before its table of contents says')
    return this.#block.bytes.subarray(at, at + length)
  }

  async #fetch(position: number, length: number): Promise<Buffer> {
    if (length <= 0) return Buffer.alloc(0)
    const chunks: Buffer[] = []
    for await (const chunk of this._readStreamForRange(position, position + length) as AsyncIterable<Buffer>)
      chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

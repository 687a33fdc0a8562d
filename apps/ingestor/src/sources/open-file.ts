import type { BigIntStats } from 'node:fs'
import { constants, open, type FileHandle } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { checkFile, checkOpened, printable } from './guard-address.ts'
import { tooLong, type Opened, type SameFile, type SourceOptions } from './source-client.ts'
import { SourceError, toSourceError } from '../source-error.ts'

/** A file of this machine. One that is written to while it is read fails, as one that may pass. */
export async function openFile(url: URL, options: SourceOptions): Promise<Opened | SameFile> {
  const { roots, maxBytes, known } = options
  const path = await checkFile(url, roots)
  const name = printable(url)
  // O_NONBLOCK: opening a pipe must not wait for its writer. O_NOFOLLOW: the path was resolved, a link now is a swap.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch((error: unknown) => {
    throw toSourceError(error, name)
  })
  try {
    await checkOpened(file.fd, url, roots)
    const stat = await file.stat({ bigint: true })
    if (!stat.isFile()) throw new SourceError(`${name} is not a file`)
    const length = Number(stat.size)
    if (length > maxBytes) throw new SourceError(tooLong(name, maxBytes))
    const modified = stampOf(stat)
    if (modified !== undefined && known?.modified === modified && known.bytes === length) {
      await file.close()
      return { same: 'size and time', modified }
    }
    return { name, body: unchangedBody(file, stat, name), length, modified }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** A clock of a file system stands still for some milliseconds: in them a file may be written again, and have the same times. */
const settledMs = 2000

/** When the file got its bytes, its name and its place, to the nanosecond; undefined for one that may still be in the writing. */
function stampOf({ mtimeNs, ctimeNs, ino, mtimeMs, ctimeMs }: BigIntStats): string | undefined {
  const latest = Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs)
  return Date.now() - latest < settledMs ? undefined : `${mtimeNs}.${ctimeNs}.${ino}`
}

/** The file's bytes, of one version: whoever wrote to it meanwhile left us a mixture. */
function unchangedBody(file: FileHandle, before: BigIntStats, name: string): PassThrough {
  const body = new PassThrough({
    highWaterMark: 256 * 1024,
    flush(callback) {
      file
        .stat({ bigint: true })
        .then(({ size, mtimeNs }) => size === before.size && mtimeNs === before.mtimeNs)
        .then((isSameVersion) =>
          callback(
            isSameVersion ? null : new SourceError(`${name} changed while it was read`, { transient: true }),
          ),
        )
        .catch((error: unknown) => callback(error as Error))
    },
  })
  const bytes = file.createReadStream({ highWaterMark: 256 * 1024, autoClose: false })
  bytes.once('error', (error) => body.destroy(error))
  body.once('close', () => {
    bytes.destroy()
    void file.close()
  })
  return bytes.pipe(body)
}

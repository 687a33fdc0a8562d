import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { FTPError, type Client } from 'basic-ftp'
import { failureOf, withSession } from './ftp-session.ts'
import { printable } from './guard-address.ts'
import { checkUnchanged, pathIn, versionAt, type RemoteFile } from './remote-file.ts'
import { isSameFile, type Opened, type SameFile, type SourceOptions } from './source-client.ts'
import { ChangedError, SourceError } from '../source-error.ts'
import { stoppedStream } from './stopped-stream.ts'

/**
 * A file of a server of FTP, by passive connections to the address that was asked. A path begins at the folder in which a login begins, as in
 * RFC 1738.
 */
export function openFtp(url: URL, options: SourceOptions): Promise<Opened | SameFile> {
  const path = pathIn(url, printable(url)).slice(1)
  return withSession(url, options, async ({ name, client, close }) => {
    const file = await look(client, path)
    const version = versionAt(name, file, options)
    if (isSameFile(version)) {
      close()
      return version
    }
    const body = stoppedStream((signal) => {
      signal.addEventListener('abort', close)
      return chunks(client, path, name, file, options.from?.byte ?? 0)
    }, options.signal)
    return { ...version, body }
  })
}

/** A server may know neither, and one without the file says so when it is asked for it. */
async function look(client: Client, path: string): Promise<RemoteFile> {
  const known = <T>(asked: Promise<T>): Promise<T | undefined> =>
    asked.catch((error: unknown) => {
      if (error instanceof FTPError) return undefined
      throw error
    })
  const size = await known(client.size(path))
  const modified = await known(client.lastMod(path))
  // a time that cannot be read is no date
  return { size, modifiedMs: modified?.getTime() || undefined }
}

/** A file is whole when the server says so, behind its last byte, and it is still the one that was begun. */
async function* chunks(
  client: Client,
  path: string,
  name: string,
  file: RemoteFile,
  from: number,
): AsyncGenerator<Buffer, undefined> {
  const bytes = new PassThrough({ highWaterMark: 256 * 1024 })
  const sent = client.downloadTo(bytes, path, from)
  sent.catch((error: unknown) => bytes.destroy(error as Error))
  try {
    yield* bytes as AsyncIterable<Buffer>
    await sent
    checkUnchanged(name, file, await look(client, path))
  } catch (error) {
    if (from > 0 && error instanceof FTPError && error.code >= 500)
      throw new ChangedError(`${name} cannot be continued: its server answers ${error.code}`)
    // it is there: an older one would be taken instead of it
    if (error instanceof FTPError && error.code === 550 && isKnown(file))
      throw new SourceError(`${name} is there, and may not be read`)
    throw failureOf(error, name)
  } finally {
    if (!bytes.closed) await once(bytes.destroy(), 'close')
  }
}

const isKnown = ({ size, modifiedMs }: RemoteFile) => size !== undefined || modifiedMs !== undefined

import type { SFTPWrapper, Stats } from 'ssh2'
import { readAhead } from './read-ahead.ts'
import { checkUnchanged, pathIn, versionAt, type RemoteFile } from './remote-file.ts'
import { asked, failureOf, serverPath, withSession, type Session } from './sftp-session.ts'
import { isSameFile, type Opened, type SameFile, type SourceOptions } from './source-client.ts'
import { SourceError } from '../source-error.ts'
import { stoppedStream } from './stopped-stream.ts'
import { printable } from './guard-address.ts'

/** A file of a server of SSH, read by one handle. */
export function openSftp(url: URL, options: SourceOptions): Promise<Opened | SameFile> {
  const path = serverPath(pathIn(url, printable(url)))
  return withSession(url, options, (session) => begin(session, path, options))
}

async function begin(
  { name, sftp, awaited, close }: Session,
  path: string,
  options: SourceOptions,
): Promise<Opened | SameFile> {
  const handle = await asked<Buffer>((done) => sftp.open(path, 'r', done))
  const stat = () => asked<Stats>((done) => sftp.fstat(handle, done))
  const first = await stat()
  if (!first.isFile()) throw new SourceError(`${name} is not a file`)
  if (!Number.isSafeInteger(first.size)) throw new SourceError(`${name} has no length that its server tells`)
  const version = versionAt(name, fileOf(first), options)
  if (isSameFile(version)) {
    close()
    return version
  }
  const read = (at: number, length: number) => readAt(sftp, handle, at, length)
  const bytes = readAhead(read, options.from?.byte ?? 0, first.size, awaited)
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    try {
      yield* bytes
      checkUnchanged(name, fileOf(first), fileOf(await awaited(stat())))
    } catch (error) {
      throw failureOf(error, name)
    }
  }
  const body = stoppedStream((signal) => {
    signal.addEventListener('abort', close)
    return chunks()
  }, options.signal)
  return { ...version, body }
}

export const fileOf = ({ size, mtime }: Partial<Stats>): RemoteFile => ({
  size,
  modifiedMs: mtime === undefined ? undefined : mtime * 1000,
})

const readAt = (sftp: SFTPWrapper, handle: Buffer, at: number, length: number): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    sftp.read(handle, Buffer.allocUnsafe(length), 0, length, at, (error, count, bytes) =>
      error ? reject(error) : resolve(bytes.subarray(0, count)),
    ),
  )

import { once } from 'node:events'
import { isIP } from 'node:net'
import { PassThrough } from 'node:stream'
import { Client, FTPError } from 'basic-ftp'
import { connectTo, inTime } from './connect-to.ts'
import { printable } from './guard-address.ts'
import { checkUnchanged, pathIn, versionAt, type RemoteFile } from './remote-file.ts'
import { isSame, usualTimeouts, type Opened, type Same, type SourceOptions } from './source-client.ts'
import { ChangedError, SourceError, toSourceError } from '../source-error.ts'
import { stoppedStream } from './stopped-stream.ts'

/**
 * A file of a server of FTP, by passive connections to the address that was asked; by `ftps:` they and the login are under TLS, for which
 * the server is asked in the usual port (RFC 4217). A path begins at the folder in which a login begins, as in RFC 1738.
 */
export async function openFtp(url: URL, options: SourceOptions): Promise<Opened | Same> {
  const name = printable(url)
  const path = pathIn(url, name).slice(1)
  const { headers, idle } = { ...usualTimeouts, ...options.timeouts }
  const client = new Client(idle)
  const close = () => client.close()
  try {
    client.ftp.socket = await connectTo(url, 21, options)
    options.signal?.addEventListener('abort', close)
    const begun = greet(client)
      .then(() => login(client, url, options))
      .then(() => look(client, path))
    const file = await inTime(begun, headers, `${name} did not answer in time`)
    const version = versionAt(name, file, options)
    if (isSame(version)) {
      close()
      return version
    }
    const body = stoppedStream((signal) => {
      signal.addEventListener('abort', close)
      return chunks(client, path, name, file, options.from?.byte ?? 0)
    }, options.signal)
    return { ...version, body }
  } catch (error) {
    close()
    throw failureOf(error, name, url)
  } finally {
    options.signal?.removeEventListener('abort', close)
  }
}

/** The first thing that is said is the server's. */
const greet = ({ ftp }: Client): Promise<unknown> =>
  ftp.handle(undefined, (answer, task) => {
    if (answer instanceof Error) task.reject(answer)
    else if (answer.code >= 200 && answer.code < 300) task.resolve(answer)
  })

async function login(
  client: Client,
  { protocol, hostname }: URL,
  { access = {} }: SourceOptions,
): Promise<void> {
  const { user, password, ca } = access
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const servername = isIP(host) ? undefined : host
  const { socket } = client.ftp
  if (protocol === 'ftps:') {
    await client.useTLS({ host, servername, ca })
    // basic-ftp takes all listeners off the socket below
    socket.on('error', () => undefined)
  }
  await client.login(user, password)
  await client.useDefaultSettings()
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

const sentences: Record<number, string> = {
  530: 'refuses source.login of the definition',
  534: 'does not do TLS as ftps: asks for it; it may have ftp:',
  550: 'does not exist, or may not be read',
}

/** Answers of four hundred may pass (RFC 959, 4.2.1). What the server says beside its number is not ours to show. */
function failureOf(error: unknown, name: string, url?: URL): SourceError {
  if (error instanceof FTPError) {
    const { code } = error
    const sentence = `${name} ${sentences[code] ?? `answered ${code}`}`
    return new SourceError(sentence, { transient: code < 500, isMissing: code === 550 })
  }
  const { message, code } = error as NodeJS.ErrnoException
  if (error instanceof SourceError || (typeof code === 'string' && code !== '0'))
    return toSourceError(error, name, url)
  const isSilent = message.startsWith('Timeout')
  return new SourceError(isSilent ? `${name} stopped sending` : `the connection to ${name} was lost`, {
    transient: true,
    cause: error,
  })
}

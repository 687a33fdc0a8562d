import { createHash } from 'node:crypto'
import ssh2, { type Client, type ConnectConfig, type SFTPWrapper, type Stats } from 'ssh2'
import { connectTo, inTime } from './connect-to.ts'
import { printable } from './guard-address.ts'
import { readAhead } from './read-ahead.ts'
import { checkUnchanged, pathIn, versionAt, type RemoteFile } from './remote-file.ts'
import type { Access } from './source-access.ts'
import { isSame, usualTimeouts, type Opened, type Same, type SourceOptions } from './source-client.ts'
import { SourceError, toSourceError } from '../source-error.ts'
import { stoppedStream } from './stopped-stream.ts'

/** A file of a server of SSH, read by one handle. `~/` before its path is the folder in which a login begins. */
export async function openSftp(url: URL, options: SourceOptions): Promise<Opened | Same> {
  const name = printable(url)
  const path = pathIn(url, name).replace(/^\/~\//, '')
  const { headers } = { ...usualTimeouts, ...options.timeouts }
  const identity = identityOf(name, options.access ?? {})
  const session = new ssh2.Client()
  const close = () => void session.end().destroy()
  try {
    const sock = await connectTo(url, 22, options)
    options.signal?.addEventListener('abort', close)
    return await inTime(
      begin(session, { ...identity, sock }, name, path, options),
      headers,
      `${name} did not answer in time`,
    )
  } catch (error) {
    close()
    throw failureOf(error, name, url)
  } finally {
    options.signal?.removeEventListener('abort', close)
  }
}

async function begin(
  session: Client,
  config: ConnectConfig,
  name: string,
  path: string,
  options: SourceOptions,
): Promise<Opened | Same> {
  const close = () => void session.end().destroy()
  const sftp = await login(session, config, name, options.access?.hostKeys ?? [])
  const handle = await asked<Buffer>((done) => sftp.open(path, 'r', done))
  const stat = () => asked<Stats>((done) => sftp.fstat(handle, done))
  const first = await stat()
  if (!first.isFile()) throw new SourceError(`${name} is not a file`)
  if (!Number.isSafeInteger(first.size)) throw new SourceError(`${name} has no length that its server tells`)
  const version = versionAt(name, fileOf(first), options)
  if (isSame(version)) {
    close()
    return version
  }
  const { idle } = { ...usualTimeouts, ...options.timeouts }
  const awaited = <T>(next: Promise<T>) => inTime(next, idle, `${name} stopped sending`)
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

const fileOf = ({ size, mtime }: Partial<Stats>): RemoteFile => ({
  size,
  modifiedMs: mtime === undefined ? undefined : mtime * 1000,
})

/** A call of ssh2 as a promise. */
const asked = <T>(call: (done: (error: Error | undefined, found: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, found) => (error ? reject(error) : resolve(found))))

const readAt = (sftp: SFTPWrapper, handle: Buffer, at: number, length: number): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    sftp.read(handle, Buffer.allocUnsafe(length), 0, length, at, (error, count, bytes) =>
      error ? reject(error) : resolve(bytes.subarray(0, count)),
    ),
  )

/** Who we are: a definition must say, and what it says must be of use. */
function identityOf(name: string, { user, password, privateKey }: Access): ConnectConfig {
  if (user === undefined || (password === undefined && privateKey === undefined))
    throw new SourceError(
      `${name} needs source.login of its definition, with user and password or privateKey`,
    )
  if (privateKey === undefined) return { username: user, password }
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error)
    throw new SourceError(`source.login.privateKey of the definition cannot be used: ${key.message}`)
  return { username: user, password, privateKey }
}

/** A prime of the server's own choice would be looked at before its key is, for seconds, and nothing else would be done meanwhile. */
const algorithms: ConnectConfig['algorithms'] = {
  kex: { remove: ['diffie-hellman-group-exchange-sha256'], append: [], prepend: [] },
}

/** The key is looked at before anything of us is shown. */
function login(
  session: Client,
  config: ConnectConfig,
  name: string,
  hostKeys: readonly string[],
): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    const hostVerifier = (key: Buffer): boolean => {
      const seen = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
      if (hostKeys.includes(seen)) return true
      reject(new SourceError(unknownKey(name, seen, hostKeys)))
      return false
    }
    session
      .on('error', reject)
      .once('close', () => reject(lost(name)))
      .once('ready', () => session.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))))
      .connect({ ...config, hostVerifier, readyTimeout: 0, algorithms })
  })
}

const unknownKey = (name: string, seen: string, hostKeys: readonly string[]) =>
  `${name} is refused: its server shows the key ${seen}, which is ${hostKeys.length > 0 ? 'none' : 'not one'} of source.hostKeys of the definition; ask its owner whether it is theirs, and add it`

const lost = (name: string) => new SourceError(`the connection to ${name} was lost`, { transient: true })

/** What ssh2 says: `level` is where it failed, and `code` of SFTP is a number. */
interface Failure extends Error {
  level?: string
  code?: number | string
}

/** By the status that SFTP gives. */
const sentences: Record<number, string> = { 2: 'does not exist', 3: 'may not be read' }

function failureOf(error: unknown, name: string, url?: URL): SourceError {
  const { level, code, message } = error as Failure
  if (level === 'client-authentication')
    return new SourceError(`${name} refuses source.login of the definition`, { cause: error })
  if (level === 'handshake' || level === 'protocol' || level === 'client-ssh')
    return new SourceError(`${name} does not speak SSH as we do: ${message.slice(0, 200)}`, { cause: error })
  if (typeof code === 'number') {
    const sentence = sentences[code] ?? `could not be read (SFTP status ${code})`
    return new SourceError(`${name} ${sentence}`, { isMissing: code === 2, cause: error })
  }
  if (error instanceof SourceError || typeof code === 'string') return toSourceError(error, name, url)
  return lost(name)
}

/** A login at a server of SSH, by which its files are listed and read. */
import { createHash } from 'node:crypto'
import ssh2, { type Client, type ConnectConfig, type SFTPWrapper } from 'ssh2'
import { beginSession, type Login } from './begin-session.ts'
import { inTime } from './connect-to.ts'
import { printable } from './guard-address.ts'
import type { Access } from './source-access.ts'
import { usualTimeouts, type SourceOptions } from './source-client.ts'
import { UnlockedKey } from './unlock-key.ts'
import { SourceError, toSourceError } from '../source-error.ts'

export interface Session extends Login {
  sftp: SFTPWrapper
  /** what comes, within `idle` */
  awaited: <T>(next: Promise<T>) => Promise<T>
}

/**
 * Logs in, and does what comes before the first byte, within the time until that. The session stays open when it is done.
 * @throws SourceError
 */
export async function withSession<T>(
  url: URL,
  options: SourceOptions,
  begin: (session: Session) => Promise<T>,
): Promise<T> {
  const name = printable(url)
  const { idle } = { ...usualTimeouts, ...options.timeouts }
  const identity = identityOf(name, options.access ?? {})
  const client = new ssh2.Client()
  const close = () => void client.end().destroy()
  return beginSession(url, 22, options, { close, failureOf }, async (sock) => {
    const sftp = await loginBy(client, { ...identity, sock }, name, options.access ?? {})
    const awaited = <R>(next: Promise<R>) => inTime(next, idle, `${name} stopped sending`)
    return begin({ name, sftp, awaited, close })
  })
}

/** As the server knows it; `/~` at its beginning is the folder in which a login begins. */
export const serverPath = (path: string): string => path.replace(/^\/~(?:\/|$)/, '') || '.'

/** A call of ssh2 as a promise. */
export const asked = <T>(call: (done: (error: Error | undefined, found?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, found) => (error ? reject(error) : resolve(found!))))

/** Who we are: a definition must say, and what it says must be of use. */
function identityOf(name: string, { user, password, privateKey, passphrase }: Access): ConnectConfig {
  if (user === undefined || (password === undefined && privateKey === undefined))
    throw new SourceError(
      `${name} needs source.login of its definition, with user and password or privateKey`,
    )
  if (privateKey === undefined) return { username: user, password }
  if (passphrase !== undefined) return { username: user, password }
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error) throw unusable(key)
  return { username: user, password, privateKey }
}

const unusable = (error: unknown) =>
  new SourceError(`source.login.privateKey of the definition cannot be used: ${(error as Error).message}`)

/** A locked key is open for as long as the login takes. */
async function loginBy(
  client: Client,
  config: ConnectConfig,
  name: string,
  { privateKey, passphrase, hostKeys = [] }: Access,
): Promise<SFTPWrapper> {
  if (privateKey === undefined || passphrase === undefined) return login(client, config, name, hostKeys)
  await using agent = await UnlockedKey.open(privateKey, passphrase).catch((error: unknown) => {
    throw unusable(error)
  })
  return await login(client, { ...config, agent }, name, hostKeys)
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

export function failureOf(error: unknown, name: string, url?: URL): SourceError {
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

/** A login at a server of FTP, by which its files are listed and read. */
import { isIP } from 'node:net'
import { Client, FTPError } from 'basic-ftp'
import { beginSession, type Login } from './begin-session.ts'
import { printable } from './guard-address.ts'
import { usualTimeouts, type SourceOptions } from './source-client.ts'
import { SourceError, toSourceError } from '../source-error.ts'

/** Bytes of what a server says of one folder, which are held in memory. */
const longestListing = 16 * 2 ** 20

export interface Session extends Login {
  client: Client
}

/**
 * Logs in, by `ftps:` under TLS, for which the server is asked in the usual port (RFC 4217), and does what comes before the first byte, within
 * the time until that. The session stays open when it is done.
 * @throws SourceError
 */
export function withSession<T>(
  url: URL,
  options: SourceOptions,
  begin: (session: Session) => Promise<T>,
): Promise<T> {
  const name = printable(url)
  const { idle } = { ...usualTimeouts, ...options.timeouts }
  const client = new Client(idle, { allowSeparateTransferHost: false, maxListingBytes: longestListing })
  const close = () => client.close()
  return beginSession(url, 21, options, { close, failureOf }, async (socket) => {
    client.ftp.socket = socket
    await greet(client)
    await login(client, url, options)
    return begin({ name, client, close })
  })
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

const sentences: Record<number, string> = {
  530: 'refuses source.login of the definition',
  534: 'does not do TLS as ftps: asks for it; it may have ftp:',
  550: 'does not exist, or may not be read',
}

/** Answers of four hundred may pass (RFC 959, 4.2.1). What the server says beside its number is not ours to show. */
export function failureOf(error: unknown, name: string, url?: URL): SourceError {
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

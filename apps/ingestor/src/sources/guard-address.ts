/** Where a source may come from: no private address, by whatever name, and no file outside the given roots. */
import { lookup as systemLookup } from 'node:dns'
import { readlink, realpath } from 'node:fs/promises'
import { isIP, type LookupFunction } from 'node:net'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ipaddr from 'ipaddr.js'
import { buildConnector } from 'undici'
import { SourceError } from '../source-error.ts'

/** Public by their range, yet served by the cloud host to its own machines. */
const hostServices = ['168.63.129.16']
const globalIPv6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** Why an IP address may not be connected to, or undefined. `allow` lists CIDRs that are exempt. */
export function addressProblem(address: string, allow: readonly string[]): string | undefined {
  if (!ipaddr.isValid(address)) return `${address} is not an IP address`
  const ip = ipaddr.process(address)
  if (allow.some((cidr) => contains(cidr, ip))) return undefined
  const range = ip.range()
  if (range !== 'unicast') return `${address} is not a public address (${range})`
  // ipaddr.js calls `::7f00:1` unicast, which is 127.0.0.1 to old stacks.
  if (ip.kind() === 'ipv6' && !ip.match(globalIPv6))
    return `${address} is not a public address (outside 2000::/3)`
  if (hostServices.includes(ip.toString())) return `${address} is not a public address (host service)`
  return undefined
}

function contains(cidr: string, ip: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const range = ipaddr.parseCIDR(cidr)
  return range[0].kind() === ip.kind() && ip.match(range)
}

/** Throws when the configured list holds something that is no CIDR: a typo must not open or close more than meant. */
export function checkAllowList(allow: readonly string[]): void {
  const wrong = allow.find((cidr) => !ipaddr.isValidCIDR(cidr))
  if (wrong !== undefined)
    throw new TypeError(
      `${JSON.stringify(wrong)} in the list of allowed addresses is not a CIDR such as 10.0.0.0/8`,
    )
}

/** The URL as it may be printed: queries carry tokens as often as userinfo does. */
export function printable(url: URL): string {
  if (url.protocol === 'file:') return `file ${url.pathname}`
  return `${url.protocol}//${url.host}${url.pathname}${url.search && '?…'}`
}

/** Of the sources that are read; `open-source.ts` has a client for each. */
export const schemes = ['http:', 'https:', 'sftp:', 'ftp:', 'ftps:', 's3:', 'file:'] as const
export type Scheme = (typeof schemes)[number]
const isRead = (scheme: string): scheme is Scheme => (schemes as readonly string[]).includes(scheme)

/** The source as a URL of a scheme that we read, its host not a refused IP literal. */
export function checkUrl(source: string | URL, allow: readonly string[]): URL {
  const url = URL.parse(source.toString())
  if (!url) throw new SourceError('the source is not a URL')
  if (!isRead(url.protocol))
    throw new SourceError(
      `the source's scheme is ${url.protocol.slice(0, 20)} but only ${schemes.slice(0, -1).join(', ')} and ${schemes.at(-1)} are read`,
    )
  if (url.protocol === 'file:') return url
  if (url.hostname === '') throw new SourceError('the source names no host')
  // the host of a bucket is another one, which is looked at when it is asked
  const problem = url.protocol !== 's3:' && literalProblem(url.hostname, allow)
  if (problem) throw new SourceError(`${printable(url)} is refused: ${problem}`)
  return url
}

/** `lookup` is not called for IP literals, so they are judged here. */
function literalProblem(hostname: string, allow: readonly string[]): string | undefined {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) ? addressProblem(host, allow) : undefined
}

/**
 * A lookup that yields addresses only when every one of them may be connected to. The socket connects to what it
 * yields, so a name cannot pass as a public address here and resolve to a private one a moment later.
 */
export function guardedLookup(
  allow: readonly string[],
  lookup: typeof systemLookup = systemLookup,
): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const problem = addresses.map(({ address }) => addressProblem(address, allow)).find(Boolean)
      if (problem) return callback(new SourceError(`host ${hostname} is refused: ${problem}`), [])
      const [first] = addresses
      if (!first) return callback(new SourceError(`host ${hostname} has no address`), [])
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

/** The connector of an undici Agent whose every connection, redirected or not, passes the guard. */
export function guardedConnector(
  allow: readonly string[],
  tls: { timeout: number; ca?: string | string[] | undefined },
  lookup?: typeof systemLookup,
): buildConnector.connector {
  checkAllowList(allow)
  const connect = buildConnector({
    ...tls,
    allowH2: false,
    lookup: guardedLookup(allow, lookup),
  })
  return (options, callback) => {
    const problem = literalProblem(options.hostname, allow)
    if (problem) callback(new SourceError(`host ${options.hostname} is refused: ${problem}`), null)
    else connect(options, callback)
  }
}

/**
 * The real path of a file: URL, refused when it, links followed, lies under none of `roots`. Outside of them the answer
 * is the same whether the file exists or not.
 */
export const checkFile = async (url: URL, roots: readonly string[]): Promise<string> =>
  checkPlace('file', pathOf(url), roots)

/** The same of a folder, which may be one of `roots` itself. */
export const checkFolder = async (url: URL, roots: readonly string[]): Promise<string> =>
  checkPlace('folder', pathOf(url), roots)

async function checkPlace(kind: 'file' | 'folder', path: string, roots: readonly string[]): Promise<string> {
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => root)))
  const refused = new SourceError(
    `${kind} ${path} is refused: it lies outside the folders that sources may come from`,
  )
  // a folder is looked at for what lies in it
  const inside = kind === 'folder' ? '/.' : ''
  if (!isInside(path + inside, [...roots, ...realRoots])) throw refused
  const real = await realpath(path).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read: ${code}`
    throw new SourceError(`${kind} ${path} ${what}`, { cause, isMissing: code === 'ENOENT' })
  })
  if (!isInside(real + inside, realRoots)) throw refused
  return real
}

/**
 * Whether an open file is the one that was checked: a name may have become another file between the check and the open, of
 * which a folder that became a link is not even seen by O_NOFOLLOW. Linux alone says where an open file lies; elsewhere no
 * file is read.
 */
export async function checkOpened(fd: number, url: URL, roots: readonly string[]): Promise<void> {
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => root)))
  const opened = await readlink(`/proc/self/fd/${fd}`).catch((cause: unknown) => {
    throw new SourceError('a file can be a source on Linux alone, where /proc says what was opened', {
      cause,
    })
  })
  if (isInside(opened, realRoots) || realRoots.includes(opened)) return
  throw new SourceError(`file ${pathOf(url)} is refused: it became another one while it was opened`)
}

function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(resolve(folder) + (resolve(folder) === sep ? '' : sep)))
}

function pathOf(url: URL): string {
  try {
    const path = fileURLToPath(url)
    if (!path.includes('\0')) return path
  } catch {
    // A host, an encoded slash: no path of this machine.
  }
  throw new SourceError('the file: URL names no file of this machine')
}

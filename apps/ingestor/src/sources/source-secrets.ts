import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset } from '@dsf/dataset'
import { addressOfServer } from './server-address.ts'
import { SourceError } from '../source-error.ts'

/** What is sent to a server: it may hold secrets, so it goes nowhere else. */
export interface Asked {
  url: string
  headers: Record<string, string>
  /** it is the server of the definition, which may have a token */
  isOwnServer: boolean
  /** it is the address of the definition, whatever its query, which is asked as the definition says */
  isOwnAddress: boolean
}

const named = /\$\{secret:([a-z0-9][a-z0-9-]{0,62})\}/g
const longest = 4096
/** of a key or of certificates */
const longestText = 65_536

/**
 * A source with the secrets that its definition names, each read from the file of its name. They are for the definition's own URL, and its
 * headers for the server of that: whoever starts a run with another URL must not send them where they like.
 * @throws SourceError that names the secret, and never its value
 */
export async function askedOf(
  { source: { url, headers } }: Dataset,
  source: string,
  folder: string | undefined,
): Promise<Asked> {
  const fill = (text: string, escape = (value: string) => value) => withSecrets(text, folder, escape)
  if (url === undefined || !isOwnServer(url, source))
    return { url: source, headers: {}, isOwnServer: false, isOwnAddress: false }
  // so that it replaces one of ours, and is not sent beside it
  const filled = Object.entries(headers).map(
    async ([name, text]) => [name.toLowerCase(), await fill(text)] as const,
  )
  return {
    url: source === url ? await fill(source, encodeURIComponent) : source,
    headers: Object.fromEntries(await Promise.all(filled)),
    isOwnServer: true,
    isOwnAddress: URL.parse(source)?.pathname === URL.parse(url)?.pathname,
  }
}

/** Whether a source lies on the server of the definition's own URL, and is asked for in the same way. */
export function isOwnServer(own: string | undefined, source: string): boolean {
  const [a, b] = [URL.parse(own ?? ''), URL.parse(source)]
  return a !== null && b !== null && a.protocol === b.protocol && addressOfServer(a) === addressOfServer(b)
}

/** A text with the secrets that it names: lines of what keys and certificates are written in, or one line. */
export const secretsIn = (
  text: string,
  folder: string | undefined,
  options: { isText: boolean },
): Promise<string> => withSecrets(text, folder, (value) => value, options)

/** @throws SourceError that names the secret, and never its value */
export async function withSecrets(
  text: string,
  folder: string | undefined,
  escape: (value: string) => string,
  { isText = false } = {},
): Promise<string> {
  const names = new Set([...text.matchAll(named)].map(([, name]) => name!))
  const secrets = new Map<string, string>()
  for (const name of names) secrets.set(name, escape(await secretOf(name, folder, isText)))
  return text.replace(named, (_, name: string) => secrets.get(name)!)
}

async function secretOf(name: string, folder: string | undefined, isText: boolean): Promise<string> {
  const what = `the secret "${name}", which the definition's source names,`
  if (folder === undefined) throw new SourceError(`${what} has no folder: set SOURCE_SECRETS_DIR`)
  const text = await readFile(join(folder, name), 'utf8').catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    throw new SourceError(`${what} cannot be read from SOURCE_SECRETS_DIR (${code})`)
  })
  const value = text.trim()
  if (isText && value.length <= longestText && /^[\x21-\x7e \r\n]+$/.test(value)) return value
  if (value === '' || value.length > longest || !/^[\x21-\x7e ]+$/.test(value))
    throw new SourceError(`${what} is not one line of 1 to ${longest} printable ASCII characters`)
  return value
}

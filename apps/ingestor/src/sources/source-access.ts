import type { Dataset } from '@dsf/dataset'
import { addressOfServer } from './server-address.ts'
import { SourceError } from '../source-error.ts'
import { isOwnServer, secretsIn } from './source-secrets.ts'

/** How a server is reached and convinced: it may hold secrets, so it goes nowhere else. */
export interface Access {
  user?: string
  password?: string
  privateKey?: string
  /** that opens the key */
  passphrase?: string
  /** fingerprints, as `SHA256:…` */
  hostKeys?: readonly string[]
  /** certificates as PEM */
  ca?: string
  s3?: Bucket
}

export interface Bucket {
  endpoint?: string
  region?: string
  accessKey?: string
  secretKey?: string
  sessionToken?: string
  /** whoever asks pays for it, and not the bucket's owner */
  requesterPays?: boolean
}

/**
 * What a definition says of its server, with the secrets that it names. Of another server, which a run may name, it says nothing.
 * @throws SourceError that names the secret, and never its value
 */
export async function accessOf(
  { source: { url, login, hostKeys, ca, s3 } }: Dataset,
  asked: string,
  folder: string | undefined,
): Promise<Access> {
  if (!isOwnServer(url, asked)) return {}
  if (s3 && (s3.accessKey === undefined) !== (s3.secretKey === undefined))
    throw new SourceError('source.s3 of the definition has accessKey or secretKey without the other')
  const own = await filled<Access>({ ...login, ca }, folder)
  return { ...own, hostKeys, ...(s3 ? { s3: await filled<Bucket>(s3, folder) } : {}) }
}

/** Words of several lines. */
const texts = ['privateKey', 'ca']

async function filled<T extends object>(words: object, folder: string | undefined): Promise<T> {
  const given = Object.entries(words).filter(([, text]) => text !== undefined) as [string, unknown][]
  const read = given.map(async ([word, text]) => [
    word,
    typeof text === 'string' ? await secretsIn(text, folder, { isText: texts.includes(word) }) : text,
  ])
  return Object.fromEntries((await Promise.all(read)) as [string, unknown][]) as T
}

/** Where a bucket lies: one of AWS has an address for each region. */
export const endpointOf = ({ endpoint, region = usualRegion }: Bucket = {}): string =>
  endpoint ?? `https://s3.${region}.amazonaws.com`

export const usualRegion = 'us-east-1'

/** A server of a source, so that we are one client to it; files have none. */
export function serverOf({ source: { s3 } }: Dataset, asked: string | null | undefined): string | undefined {
  const url = URL.parse(asked ?? '')
  const server = url?.protocol === 's3:' ? URL.parse(endpointOf(s3)) : url
  return (server && addressOfServer(server)) || undefined
}

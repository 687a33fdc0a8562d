/** An authority of the stack's own, and a certificate for each server: for a month, and of use nowhere else. */
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { requireProgram, runQuietly } from '../install/tool.ts'
import type { Settings } from '../settings.ts'

/** `admin` is a client: Kafka knows it by its certificate, before there is any password. */
const owners = ['kafka', 'admin', 'registry', 'minio', 'elasticsearch'] as const
export type Owner = (typeof owners)[number]

const days = 30
const renewedBeforeMs = 7 * 24 * 3600_000

export interface Certificate {
  readonly cert: string
  readonly key: string
  /** certificate and key in one file, as Kafka takes them */
  readonly both: string
}

type Place = Pick<Settings, 'runDir'>
const folderOf = ({ runDir }: Place) => join(runDir, 'secure', 'tls')

/** The only authority that the stack's clients trust beside those of the machine. */
export const caFile = (settings: Place) => join(folderOf(settings), 'ca.crt')

export function certificateOf(settings: Place, owner: Owner): Certificate {
  const file = (kind: string) => join(folderOf(settings), `${owner}.${kind}`)
  return { cert: file('crt'), key: file('key'), both: file('pem') }
}

/** From now on this process trusts the stack's authority too, with whatever client it asks. Nothing when there is none. */
export function trustOwnAuthority(settings: Pick<Settings, 'runDir' | 'secure'>): void {
  if (!settings.secure || !existsSync(caFile(settings))) return
  const others = tls.getCACertificates('bundled') // not 'default': that is what was set last
  tls.setDefaultCACertificates([...others, readFileSync(caFile(settings), 'utf8')])
}

/**
 * Makes them when they are missing, or end within a week and `mayRenew`: who runs keeps the certificate that it began with. They are made
 * in a folder beside, which takes its place when all are there and the authority's key is gone.
 */
export async function makeCertificates(
  settings: Settings,
  mayRenew: boolean,
  now = Date.now(),
): Promise<void> {
  const folder = folderOf(settings)
  const isWhole = existsSync(caFile(settings)) && !existsSync(authorityKey(folder))
  if (isWhole && !(mayRenew && endsSoon(caFile(settings), now))) return
  const making = `${folder}.making`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true, mode: 0o700 })
  await makeAll(settings, making)
  rmSync(folder, { recursive: true, force: true })
  renameSync(making, folder)
}

const authorityKey = (folder: string) => join(folder, 'ca.key')

async function makeAll(settings: Settings, folder: string): Promise<void> {
  const at = (file: string) => join(folder, file)
  const make = (name: string, options: readonly string[]) => sign(settings, at(name), name, options)
  await make('ca', ['-subj', '/CN=data-stream-flow of this machine', ...extensions(authority)])
  for (const owner of owners) {
    const issuer = ['-CA', at('ca.crt'), '-CAkey', authorityKey(folder)]
    await make(owner, [...issuer, '-subj', `/CN=${owner}`, ...extensions(serverAs(owner))])
    const both = readFileSync(at(`${owner}.key`), 'utf8') + readFileSync(at(`${owner}.crt`), 'utf8')
    writeFileSync(at(`${owner}.pem`), both, { mode: 0o600 })
  }
  // nothing is ever signed with it again
  rmSync(authorityKey(folder))
}

const endsSoon = (file: string, now: number) =>
  Date.parse(new X509Certificate(readFileSync(file)).validTo) < now + renewedBeforeMs

const authority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign']
/** On loopback, and as the Service of its name in the cluster of this machine. */
const serverAs = (owner: Owner) => [
  'basicConstraints=critical,CA:FALSE',
  `subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:${owner}`,
  'extendedKeyUsage=serverAuth,clientAuth',
]
const extensions = (list: readonly string[]) => list.flatMap((one) => ['-addext', one])

/** openssl makes the key readable for its owner alone. */
function sign(settings: Settings, path: string, name: string, options: readonly string[]): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${path}.key`]
  return runQuietly({
    ...{ name: 'certificates', what: `making that of ${name}` },
    program: requireProgram('openssl', 'it makes the certificates of SECURE=1', 'openssl'),
    args: ['req', '-x509', ...key, '-out', `${path}.crt`, '-days', String(days), ...options],
    log: join(settings.runDir, 'logs', 'certificates.log'),
    wayOut: 'openssl must be 3.0 or newer: openssl version says which it is.',
  })
}

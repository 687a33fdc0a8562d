/** Who everybody is: random keys and certificates, made once for this folder, as a Secret of each stage and server. */
import { hash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bucketPolicy, programs, rightsOf, type Program } from '@dsf/dataset'
import { caFile, certificateOf, makeCertificates, trustOwnAuthority } from '../local/secure/certificates.ts'
import { usersFiles } from '../local/secure/elasticsearch.ts'
import { holders, makeKeys, readKey, type Holder } from '../local/secure/keys.ts'
import { kubectl } from './command.ts'
import type { ClusterSettings } from './settings.ts'

export const namespace = 'dsf'

export const tokensFile = ({ runDir }: ClusterSettings) => join(runDir, 'http-tokens')

/** The namespace is made first, as the base has it. Servers that run keep the certificates that they began with. */
export async function applySecrets(settings: ClusterSettings, isFirst: boolean): Promise<void> {
  await makeCertificates(settings, isFirst)
  makeKeys(settings)
  trustOwnAuthority(settings)
  await kubectl(settings, ['apply', '-f', join(settings.root, 'k8s/base/namespace.yaml')])
  const items = [...programs.map((name) => ofProgram(settings, name)), ...ofServers(settings)]
  await kubectl(settings, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
}

/** What a program says to each server that it comes to, and whom it trusts there. Its name is that of the Secret too. */
function ofProgram(settings: ClusterSettings, name: Program) {
  const key = (kind: Parameters<typeof readKey>[2]) => readKey(settings, name, kind)
  const ca = readFileSync(caFile(settings), 'utf8')
  return secret(name.replaceAll('_', '-'), {
    'ca.crt': ca,
    'kafka-ca.crt': ca,
    'kafka-password': key('kafka-password'),
    'registry-password': key('registry-password'),
    ...(bucketPolicy(name, {})
      ? { 's3-access-key': key('s3-access-key'), 's3-secret-key': key('s3-secret-key') }
      : {}),
    ...(rightsOf(name).role ? { 'elasticsearch-password': key('elasticsearch-password') } : {}),
    ...(name === 'ingestor' ? { 'http-tokens': tokens(settings) } : {}),
  })
}

function ofServers(settings: ClusterSettings) {
  const read = (file: string) => readFileSync(file, 'utf8')
  const ca = { 'ca.crt': read(caFile(settings)) }
  const tls = (owner: 'registry' | 'minio' | 'elasticsearch') => {
    const { cert, key } = certificateOf(settings, owner)
    return { 'tls.crt': read(cert), 'tls.key': read(key) }
  }
  const admin = certificateOf(settings, 'admin')
  const root = {
    'access-key': readKey(settings, 'admin', 's3-access-key'),
    'secret-key': readKey(settings, 'admin', 's3-secret-key'),
  }
  const withRole = programs.filter((name) => rightsOf(name).role)
  return [
    secret('kafka', { ...ca, 'server.pem': read(certificateOf(settings, 'kafka').both) }),
    secret('registry', {
      ...tls('registry'),
      htpasswd: holders.map((name) => passwordLine(settings, name)).join(''),
    }),
    secret('minio', { ...ca, ...tls('minio'), ...root }),
    secret('elasticsearch', { ...tls('elasticsearch'), ...usersFiles(settings, withRole) }),
    secret('rights', {
      ...ca,
      'admin.crt': read(admin.cert),
      'admin.key': read(admin.key),
      ...keysOfAll(settings),
    }),
  ]
}

/** As <name>.<kind>, for who makes the users. */
const keysOfAll = (settings: ClusterSettings): Record<string, string> =>
  Object.fromEntries(
    holders.flatMap((name) =>
      (['kafka-password', 's3-access-key', 's3-secret-key'] as const).map((kind) => [
        `${name}.${kind}`,
        readKey(settings, name, kind),
      ]),
    ),
  )

/** In the words of nginx, which took them from OpenLDAP: salted SHA-1, good for passwords of 160 random bits. */
function passwordLine(settings: ClusterSettings, name: Holder): string {
  const salt = randomBytes(8)
  const password = readKey(settings, name, 'registry-password')
  const sum = hash('sha1', Buffer.concat([Buffer.from(password), salt]), 'buffer')
  return `${name}:{SSHA}${Buffer.concat([sum, salt]).toString('base64')}\n`
}

function tokens(settings: ClusterSettings): string {
  const file = tokensFile(settings)
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

const secret = (name: string, stringData: Record<string, string>) => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData },
})

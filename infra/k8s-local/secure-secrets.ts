/** Who everybody is where servers ask (k8s/overlays/local-secure): keys and certificates, as a Secret of each program and server. */
import { hash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { bucketPolicy, programs, rightsOf, type Program } from '@dsf/dataset'
import { caFile, certificateOf, makeCertificates, trustOwnAuthority } from '../local/secure/certificates.ts'
import { usersFiles } from '../local/secure/elasticsearch.ts'
import { holders, makeKeys, readKey, userOf, type Holder } from '../local/secure/keys.ts'
import type { ClusterSettings } from './settings.ts'

/** The name of a Secret, and its content. */
export type Secrets = Record<string, Record<string, string>>

/** Made once for this folder. Servers that run keep the certificates that they began with; from now on this process trusts those. */
export async function secureSecrets(settings: ClusterSettings, isFirst: boolean): Promise<Secrets> {
  await makeCertificates(settings, isFirst)
  makeKeys(settings)
  trustOwnAuthority(settings)
  return { ...Object.fromEntries(programs.map((name) => ofProgram(settings, name))), ...ofServers(settings) }
}

/** What a program says to each server that it comes to, and whom it trusts there. Its name is that of the Secret too. */
function ofProgram(settings: ClusterSettings, name: Program): [string, Record<string, string>] {
  const key = (kind: Parameters<typeof readKey>[2]) => readKey(settings, name, kind)
  const ca = readFileSync(caFile(settings), 'utf8')
  const content = {
    'kafka-ca.crt': ca,
    'registry-ca.crt': ca,
    'kafka-password': key('kafka-password'),
    'registry-password': key('registry-password'),
    ...(bucketPolicy(name, {})
      ? { 's3-access-key': key('s3-access-key'), 's3-secret-key': key('s3-secret-key'), 's3-ca.crt': ca }
      : {}),
    ...(rightsOf(name).role
      ? { 'elasticsearch-password': key('elasticsearch-password'), 'elasticsearch-ca.crt': ca }
      : {}),
  }
  return [userOf(name), content]
}

function ofServers(settings: ClusterSettings): Secrets {
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
  const htpasswd = holders.map((name) => passwordLine(settings, name)).join('')
  return {
    kafka: { ...ca, 'server.pem': read(certificateOf(settings, 'kafka').both) },
    registry: { ...tls('registry'), htpasswd },
    minio: { ...ca, ...tls('minio'), ...root },
    elasticsearch: { ...tls('elasticsearch'), ...usersFiles(settings, withRole) },
    rights: { ...ca, 'admin.crt': read(admin.cert), 'admin.key': read(admin.key), ...keysOfAll(settings) },
  }
}

/** As <name>.<kind>, for who makes the users. */
const keysOfAll = (settings: ClusterSettings): Record<string, string> =>
  Object.fromEntries(
    holders.flatMap((name) =>
      (['kafka-password', 's3-access-key', 's3-secret-key'] as const).map((kind) => [
        `${userOf(name)}.${kind}`,
        readKey(settings, name, kind),
      ]),
    ),
  )

/** In the words of nginx, which took them from OpenLDAP: salted SHA-1, good for passwords of 160 random bits. */
function passwordLine(settings: ClusterSettings, name: Holder): string {
  const salt = randomBytes(8)
  const password = readKey(settings, name, 'registry-password')
  const sum = hash('sha1', Buffer.concat([Buffer.from(password), salt]), 'buffer')
  return `${userOf(name)}:{SSHA}${Buffer.concat([sum, salt]).toString('base64')}\n`
}

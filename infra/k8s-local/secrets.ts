/** Who the programs are: random keys, made once for this folder, as a Secret of each. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { credentialsFor } from '../local/credentials.ts'
import { apply } from './command.ts'
import { secureSecrets, type Secrets } from './secure-secrets.ts'
import type { ClusterSettings } from './settings.ts'

export const namespace = 'dsf'

export const tokensFile = ({ runDir }: ClusterSettings) => join(runDir, 'http-tokens')

/** The namespace is made first, as the base has it. `isFirst`: no server runs yet. */
export async function applySecrets(settings: ClusterSettings, isFirst: boolean): Promise<void> {
  await apply(settings, ['-f', join(settings.root, 'k8s/base/namespace.yaml')])
  const secrets = settings.secure ? await secureSecrets(settings, isFirst) : openSecrets(settings)
  secrets['ingestor'] = { ...secrets['ingestor'], 'http-tokens': tokens(settings) }
  const items = Object.entries(secrets).map(([name, content]) => secret(name, content))
  await apply(settings, ['-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
}

/** Nobody but the object store asks who comes, and it knows one user. */
function openSecrets(settings: ClusterSettings): Secrets {
  const { accessKey, secretKey } = credentialsFor(settings)
  const store = { 's3-access-key': accessKey, 's3-secret-key': secretKey }
  return {
    minio: { 'access-key': accessKey, 'secret-key': secretKey },
    ...{ ingestor: store, 'sink-minio': store, indexer: store },
  }
}

function tokens(settings: ClusterSettings): string {
  const file = tokensFile(settings)
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

const secret = (name: string, content: Record<string, string>) => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } },
  data: Object.fromEntries(Object.entries(content).map(([key, text]) => [key, encoded(text)])),
})

const encoded = (text: string) => Buffer.from(text).toString('base64')

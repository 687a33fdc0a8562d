/** Who the stages are: random keys, made once for this folder, as a Secret of each stage. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { credentialsFor } from '../local/credentials.ts'
import { kubectl } from './command.ts'
import type { ClusterSettings } from './settings.ts'

export const namespace = 'dsf'

export const tokensFile = ({ runDir }: ClusterSettings) => join(runDir, 'http-tokens')

/** The namespace is made first, as the base has it. */
export async function applySecrets(settings: ClusterSettings): Promise<void> {
  await kubectl(settings, ['apply', '-f', join(settings.root, 'k8s/base/namespace.yaml')])
  const { accessKey, secretKey } = credentialsFor(settings)
  const store = { 's3-access-key': accessKey, 's3-secret-key': secretKey }
  const items = [
    secret('minio', { 'access-key': accessKey, 'secret-key': secretKey }),
    secret('ingestor', { ...store, 'http-tokens': tokens(settings) }),
    ...['sink-minio', 'indexer'].map((stage) => secret(stage, store)),
  ]
  await kubectl(settings, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
}

function tokens(settings: ClusterSettings): string {
  const file = tokensFile(settings)
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

const secret = (name: string, stringData: Record<string, string>) => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData },
})

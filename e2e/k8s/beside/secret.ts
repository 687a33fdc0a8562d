/** Who Airflow and the batch commands are: the Secret that docs/deploy.md has somebody make of the keys of audit and anomalies, and of a token. */
import { apply, kubectl } from '../../../infra/k8s-local/command.ts'
import { namespace } from '../../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../../infra/k8s-local/settings.ts'

const store = ['s3-access-key', 's3-secret-key']

/** The Secrets that have them, and which. */
const holders = ({ secure }: ClusterSettings): Record<string, readonly string[]> => ({
  ingestor: ['http-tokens'],
  ...(secure
    ? { audit: [...store, 's3-ca.crt'], anomalies: ['elasticsearch-password', 'elasticsearch-ca.crt'] }
    : // the store knows one user, and the index asks nobody
      { indexer: store }),
})

export async function applyAirflowSecret(settings: ClusterSettings): Promise<void> {
  const data: Record<string, string> = {}
  for (const [name, keys] of Object.entries(holders(settings))) {
    const found = await contentOf(settings, name)
    for (const key of keys) data[key] = found[key]!
  }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'airflow', namespace }, data }
  await apply(settings, ['-f', '-'], JSON.stringify(secret))
}

/** In base64, as it came. */
async function contentOf(settings: ClusterSettings, name: string): Promise<Record<string, string>> {
  const secret = await kubectl(settings, ['-n', namespace, 'get', 'secret', name, '-o', 'json'])
  return (JSON.parse(secret) as { data: Record<string, string> }).data
}

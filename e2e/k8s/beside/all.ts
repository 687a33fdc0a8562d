/**
 * What stands beside the stages: the Job that reindexes, the batch commands as Jobs, and Airflow. Each does its work once, and what came of it
 * is looked at.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Api } from '../../../infra/client/http.ts'
import { followRun, startRun, type Run } from '../../../infra/client/runs.ts'
import { apply, kubectl } from '../../../infra/k8s-local/command.ts'
import { overlayOf } from '../../../infra/k8s-local/demo.ts'
import { makeImages } from '../../../infra/k8s-local/images/images.ts'
import { namespace } from '../../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../../infra/k8s-local/settings.ts'
import { StackError } from '../../../infra/local/errors.ts'
import { faultsOfDag } from './airflow.ts'
import { applyAirflowSecret } from './secret.ts'
import { faultsOfBatch } from './batch.ts'
import { faultsOfReindex } from './reindex.ts'

/** Imports nothing but two small files. Resolves with a sentence for each that did not go as it should. */
export async function tryAllBeside(settings: ClusterSettings, api: Api): Promise<string[]> {
  await makeImages(settings, ['batch', 'airflow'])
  await applyAirflowSecret(settings)
  await apply(settings, ['-k', writeOverlay(settings)])
  try {
    const run = await importWindow(api)
    return [
      ...(await faultsOfReindex(settings)),
      ...(await faultsOfBatch(settings, run)),
      ...(await faultsOfDag(settings, api)),
    ]
  } finally {
    const made = [
      'deployment/airflow',
      'service/airflow',
      'cronjob/batch',
      'cronjob/reindex',
      'secret/airflow',
    ]
    await kubectl(settings, ['-n', namespace, 'delete', ...made])
  }
}

/** As an operator writes it: the overlay that is there, with the component that must be the last. */
function writeOverlay(settings: ClusterSettings): string {
  const folder = join(settings.root, 'node_modules/.cache/k8s-test-beside')
  const from = (path: string) => relative(folder, path)
  const component = (path: string) => from(join(settings.root, path))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    `kind: Kustomization
namespace: ${namespace}
resources: [${from(overlayOf(settings))}]
components: [${component('e2e/k8s/beside')}, ${component('k8s/components/reindex')}]
images: [${['indexer', 'batch', 'airflow'].map(image).join(', ')}]
${settings.secure ? userOfIndex : ''}`,
  )
  return folder
}

const image = (name: string) => `{ name: dsf/${name}, newName: localhost/dsf/${name}, newTag: dev }`

const userOfIndex = `patches:
  - target: { kind: ConfigMap, name: airflow }
    patch: |
      - { op: add, path: /data/ELASTICSEARCH_USERNAME, value: anomalies }
      - { op: add, path: /data/ELASTICSEARCH_PASSWORD_FILE, value: /run/secrets/dsf/elasticsearch-password }
`

async function importWindow(api: Api): Promise<Run> {
  const source = 'http://feed/earthquakes/window-1.csv'
  const { runId } = await startRun(api, { dataset: 'earthquakes', source, force: true })
  const run = await followRun(api, runId, { seconds: 300 })
  if (run.state === 'succeeded') return run
  throw new StackError(`The run ${runId} of ${source} ${run.state}: ${run.reason}.`)
}

/** A dataset that no image and no manifest of this tree knows comes by kubectl apply: its folder, and its rights. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { rightsFiles } from '../../infra/k8s-check/generate.ts'
import { apply, kubectl } from '../../infra/k8s-local/command.ts'
import { overlayOf } from '../../infra/k8s-local/demo.ts'
import { namespace } from '../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../infra/k8s-local/settings.ts'
import { stageNames } from '../../infra/local/servers/stages.ts'
import { requireDatasets } from '../../libs/dataset/src/index.ts'
import { writeTestDataset } from '../support/datasets.ts'

export const newDataset = 'quakes-applied'

/** Returns when each stage has replaced its pod. What an operator writes into an overlay of theirs is written here. */
export async function applyNewDataset(settings: ClusterSettings): Promise<void> {
  const folder = join(settings.root, 'node_modules/.cache/k8s-test')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeTestDataset(folder, newDataset, { lanes: 2 })
  const datasets = [join(settings.root, 'datasets'), folder].flatMap((path) => requireDatasets(path))
  const rights = settings.secure ? rightsFiles(datasets) : {}
  for (const [name, text] of Object.entries(rights)) writeFileSync(join(folder, name), text)
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    overlay(relative(folder, overlayOf(settings)), Object.keys(rights)),
  )
  await apply(settings, ['-k', folder])
  for (const stage of stageNames)
    await kubectl(settings, [
      ...['-n', namespace, 'rollout', 'status', `deployment/${stage}`],
      '--timeout=300s',
    ])
}

const overlay = (from: string, rights: readonly string[]) => `kind: Kustomization
resources: [${from}]
generatorOptions: { disableNameSuffixHash: true }
configMapGenerator:
  - name: datasets
    namespace: ${namespace}
    behavior: merge
    files: [${newDataset}=${newDataset}/datapackage.json]
${rights.length > 0 ? `  - { name: rights, namespace: ${namespace}, behavior: merge, files: [${rights.join(', ')}] }` : ''}
patches:
  - target: { kind: Deployment, labelSelector: app.kubernetes.io/component=stage }
    patch: |
      - op: add
        path: /spec/template/spec/volumes/0/configMap/items/-
        value: { key: ${newDataset}, path: ${newDataset}/datapackage.json }
`

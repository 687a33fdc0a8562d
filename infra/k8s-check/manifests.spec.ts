import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { corednsVersion, kubernetesVersion } from '../k8s-local/versions.ts'
import { stageNames } from '../local/servers/stages.ts'
import { staleFiles } from './generate.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const words = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!)

describe('k8s/', () => {
  it('has a file for each stage, and no other workload in the base', () => {
    const named = words(read('k8s/base/kustomization.yaml'), /^ {2}- ([\w-]+)\.yaml$/gm)
    expect(named.filter((name) => name !== 'namespace').toSorted()).toEqual(stageNames.toSorted())
  })

  it.each(['local', 'prod'])('says in the overlay %s which image each stage has', (overlay) => {
    const named = words(read(`k8s/overlays/${overlay}/kustomization.yaml`), /name: dsf\/([\w-]+),/g)
    expect(named).toEqual(expect.arrayContaining([...stageNames]))
  })

  it('sets no variable that no stage reads, but those that start a driver of Spark', () => {
    const ofDrivers = ['JOB', 'POD_IP', 'POD_NAME', 'POD_NAMESPACE', 'SPARK_IMAGE', 'SPARK_LOCAL_IP']
    const tables = ['apps/*/src/config.ts', 'libs/*/src/**/{env,*-variables}.ts'].flatMap((path) =>
      globSync(join(root, path)),
    )
    const declared = tables.flatMap((path) => words(readFileSync(path, 'utf8'), /\b([A-Z][A-Z0-9_]+): /g))
    const manifests = globSync(join(root, 'k8s/{base,components,overlays/*}/**/kustomization.yaml'))
    const literals = manifests.flatMap((path) =>
      words(readFileSync(path, 'utf8'), /(?:- |name: )([A-Z][A-Z0-9_]+)(?:=|,|$)/gm),
    )
    const stages = stageNames.flatMap((name) =>
      words(read(`k8s/base/${name}.yaml`), /name: ([A-Z][A-Z0-9_]+),/g),
    )
    expect(literals.length).toBeGreaterThan(0)
    expect([...declared, ...ofDrivers]).toEqual(expect.arrayContaining([...literals, ...stages]))
  })

  it('mounts every dataset of the tree', () => {
    const folders = globSync(join(root, 'datasets/*/datapackage.json')).map((path) => basename(dirname(path)))
    const file = read('datasets/kustomization.yaml')
    const keys = words(file, /- ([\w-]+)=[\w-]+\/datapackage\.json/g)
    const items = words(file, /key: ([\w-]+), path: /g)
    expect([keys.toSorted(), items.toSorted()]).toEqual([folders.toSorted(), folders.toSorted()])
  })

  it('has the rights, topics and users that follow from flow and datasets; if not: node_modules/.bin/node --conditions=@dsf/source infra/k8s-check/generate.ts', () => {
    expect(staleFiles()).toEqual([])
  })

  it('is shown on the versions that the modules of Go name', () => {
    const required = (module: string) =>
      words(
        read(`infra/k8s-local/programs/${module}/go.mod`),
        /(?:k8s\.io\/kubernetes|coredns\/coredns) v([\d.]+)/g,
      )[0]
    expect([required('kubernetes'), required('coredns')]).toEqual([kubernetesVersion, corednsVersion])
  })
})

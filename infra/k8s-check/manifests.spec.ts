import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { corednsVersion, kubernetesVersion } from '../k8s-local/versions.ts'
import { loadDataset } from '@dsf/dataset'
import { stageNames } from '../local/servers/stages.ts'
import { elasticsearch } from '../local/versions.ts'
import { prefixedFiles, staleFiles } from './generate.ts'
import { scaledStages } from './strimzi.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const words = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!)

interface Strimzi {
  metadata: { name: string }
  spec: {
    topicName?: string
    authorization?: { acls: { resource: { name: string }; operations: string[] }[] }
  }
}

/** Of a file that generate.ts wrote: JSON between lines. */
const documents = (text: string): Strimzi[] =>
  text
    .split('---\n')
    .slice(1)
    .map((one) => JSON.parse(one) as Strimzi)

describe('k8s/', () => {
  it('has a file for each stage, and no other workload in the base', () => {
    const named = words(read('k8s/base/kustomization.yaml'), /^ {2}- ([\w-]+)\.yaml$/gm)
    expect(named.filter((name) => name !== 'namespace').toSorted()).toEqual(stageNames.toSorted())
  })

  it.each(['local', 'prod'])('says in the overlay %s which image each stage has', (overlay) => {
    const named = words(read(`k8s/overlays/${overlay}/kustomization.yaml`), /name: dsf\/([\w-]+),/g)
    expect(named).toEqual(expect.arrayContaining([...stageNames]))
  })

  it('has two pods of each stage in the component of that name', () => {
    const named = words(read('k8s/components/two-pods/kustomization.yaml'), /name: ([\w-]+), count: 2/g)
    expect(named.toSorted()).toEqual(stageNames.toSorted())
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

  it('has a prefix in the names of topics, users, groups and roles, and no sign in a name of Kubernetes that it must not have', () => {
    const dataset = loadDataset(join(root, 'datasets/earthquakes'))
    const files = prefixedFiles([dataset], { prefix: 'Team_A.', 'index-prefix': 'a-' })
    const topics = documents(files.get('strimzi/topics.yaml')!)
    const raw = topics.find(({ metadata }) => metadata.name === 'team-a.earthquakes.raw')
    expect(raw?.spec.topicName).toBe('Team_A.earthquakes.raw')
    expect(topics.filter(({ metadata }) => !/^team-a\.[a-z.]+$/.test(metadata.name))).toEqual([])
    const acls = documents(files.get('strimzi/users.yaml')!).flatMap(({ spec }) => spec.authorization!.acls)
    expect(acls.map(({ resource }) => resource.name).filter((name) => !name.startsWith('Team_A.'))).toEqual(
      [],
    )
    expect(words(files.get('autoscaling/kustomization.yaml')!, /(Team_A[\w.-]+)/g)).toEqual(
      scaledStages.map((stage) => `Team_A.dsf.${stage}`),
    )
    expect(files.get('eck/roles.yml')).toContain('"a-earthquakes"')
  })

  it('lets KEDA see how far the stages are that it counts, and do nothing', () => {
    const { spec } = documents(read('k8s/strimzi/users.yaml')).find(
      ({ metadata }) => metadata.name === 'keda',
    )!
    const { acls } = spec.authorization!
    expect(new Set(acls.flatMap(({ operations }) => operations))).toEqual(new Set(['Describe']))
    const groups = acls.map(({ resource: { name } }) => name).filter((name) => name.startsWith('dsf.'))
    expect(groups).toEqual(words(read('k8s/components/autoscaling/by-lag.yaml'), /consumerGroup: (.*)/g))
  })

  it('has the Elasticsearch that is tested', () => {
    const versions = words(read('k8s/eck/elasticsearch.yaml'), /^ {2}version: (.*)$/gm)
    expect(versions).toEqual(Array(2).fill(elasticsearch.id.replace('elasticsearch-', '')))
  })

  it('is applied on the server in every document: an annotation would not hold the datasets', () => {
    const pages = ['*.md', 'docs/**/*.md', 'k8s/**/*.yaml', 'datasets/*.yaml'].flatMap((path) =>
      globSync(join(root, path)),
    )
    const said = pages.flatMap((path) =>
      words(readFileSync(path, 'utf8'), /(kubectl[^\n`|]* apply [^\n`|]*)/g),
    )
    expect(said.length).toBeGreaterThan(5)
    expect(said.filter((line) => !line.includes(' apply --server-side'))).toEqual([])
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

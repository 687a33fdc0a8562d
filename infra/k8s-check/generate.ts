/**
 * Writes what of k8s/ follows from the flow and the datasets: the rights that k8s/overlays/local-secure gives, topics and users with their ACLs as
 * Strimzi's operators take them (k8s/strimzi), and roles as ECK does (k8s/eck).
 *
 *     node_modules/.bin/node --conditions=@dsf/source infra/k8s-check/generate.ts
 *
 * With names that begin with a prefix they go to a folder of one's own, and with them a component for behind autoscaling, which asks for the
 * groups by name:
 *
 *     … infra/k8s-check/generate.ts --into <folder> [--prefix team.] [--index-prefix team-]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { indexPrefixPattern, namesOf, prefixPattern, requireDatasets, type Dataset } from '@dsf/dataset'
import { named } from '../cli/words.ts'
import { grantsFor, kafkaGrant, minioGrant, rolesFile } from '../local/secure/grants.ts'
import { userOf, type Holder, type KeyKind } from '../local/secure/keys.ts'
import { scaledStages, strimziTopics, strimziUsers } from './strimzi.ts'

const root = join(import.meta.dirname, '../..')
const datasetsDir = join(root, 'datasets')
export const rightsFolder = 'k8s/overlays/local-secure/rights'

/** Where k8s/overlays/local-secure/rights.yaml has the secrets of everybody. */
const secrets = '/run/secrets/rights'

/** The files of the ConfigMap `rights`, by name. Rights are by dataset, so each has to be there. */
export function rightsFiles(datasets: readonly Dataset[]): Record<string, string> {
  const grants = grantsFor({ datasets: datasets.map(({ name }) => name), create: true })
  const operator = { ca: `${secrets}/ca.crt`, cert: `${secrets}/admin.crt`, key: `${secrets}/admin.key` }
  const fileOf = (holder: Holder, kind: KeyKind) => `${secrets}/${userOf(holder)}.${kind}`
  return {
    'kafka.json': lines(kafkaGrant(grants, 'kafka:9094', operator, fileOf)),
    'minio.json': lines(minioGrant(grants, 'minio:9000', operator.ca, fileOf)),
    'roles.yml': rolesFile(grants),
  }
}

/** A line for each right, so that a review sees which one changed. */
const lines = (json: object) =>
  `{\n${Object.entries(json)
    .map(([name, value]) => `  ${JSON.stringify(name)}: ${listed(value)}`)
    .join(',\n')}\n}\n`

const listed = (value: unknown): string =>
  Array.isArray(value)
    ? `[\n${value.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`
    : JSON.stringify(value)

/** Path below the root, and text. */
export function wantedFiles(): Map<string, string> {
  const datasets = requireDatasets(datasetsDir)
  const rights = Object.entries(rightsFiles(datasets)).map(
    ([name, text]) => [`${rightsFolder}/${name}`, text] as const,
  )
  return new Map([
    ...rights,
    ['k8s/strimzi/topics.yaml', strimziTopics(datasets)],
    ['k8s/strimzi/users.yaml', strimziUsers(datasets)],
    ['k8s/eck/roles.yml', rolesOf(datasets)],
  ])
}

interface Prefixes {
  prefix?: string
  'index-prefix'?: string
}

/** The same of names that begin with a prefix: path below the folder that they go to, and text. */
export function prefixedFiles(datasets: readonly Dataset[], options: Prefixes): Map<string, string> {
  const prefix = named(options, 'prefix', prefixPattern, '')
  const roles = rolesOf(datasets, named(options, 'index-prefix', indexPrefixPattern, ''))
  return new Map([
    ['strimzi/topics.yaml', strimziTopics(datasets, prefix)],
    ['strimzi/users.yaml', strimziUsers(datasets, prefix)],
    ['eck/roles.yml', roles],
    ['autoscaling/kustomization.yaml', scaledGroups(prefix)],
  ])
}

/** YAML, which JSON is. */
function scaledGroups(prefix: string): string {
  const patches = scaledStages.map((name) => {
    const value = namesOf(prefix).group(name)
    const patch = [{ op: 'replace', path: '/spec/triggers/0/metadata/consumerGroup', value }]
    return { target: { kind: 'ScaledObject', name }, patch: JSON.stringify(patch) }
  })
  return lines({ apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component', patches })
}

const rolesOf = (datasets: readonly Dataset[], indexPrefix = '') =>
  rolesFile(grantsFor({ datasets: datasets.map(({ name }) => name), indexPrefix }))

/** Paths of those that are not as they should be. */
export const staleFiles = (): string[] =>
  [...wantedFiles()].filter(([path, text]) => textOf(join(root, path)) !== text).map(([path]) => path)

const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

function main(): void {
  const option = { type: 'string' } as const
  const { values } = parseArgs({ options: { into: option, prefix: option, 'index-prefix': option } })
  const { into, ...prefixes } = values
  if (into === undefined && Object.keys(prefixes).length > 0)
    throw new Error('--into is missing: the files of k8s/ are those without a prefix')
  const folder = into === undefined ? root : resolve(into)
  const files = into === undefined ? wantedFiles() : prefixedFiles(requireDatasets(datasetsDir), prefixes)
  for (const [path, text] of files) write(join(folder, path), text)
}

function write(path: string, text: string): void {
  if (textOf(path) === text) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(path)
}

if (import.meta.main) main()

/**
 * Writes what of k8s/ follows from the flow and the datasets: the rights that k8s/overlays/local-secure gives, and topics and users with their ACLs
 * as Strimzi's operators take them (k8s/strimzi).
 *
 *     node_modules/.bin/node --conditions=@dsf/source infra/k8s-check/generate.ts
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireDatasets, type Dataset } from '@dsf/dataset'
import { grantsFor, kafkaGrant, minioGrant, rolesFile } from '../local/secure/grants.ts'
import { strimziTopics, strimziUsers } from './strimzi.ts'

const root = join(import.meta.dirname, '../..')
export const rightsFolder = 'k8s/overlays/local-secure/rights'
const strimziFolder = 'k8s/strimzi'

/** Where k8s/overlays/local-secure/rights.yaml has the secrets of everybody. */
const secrets = '/run/secrets/rights'

/** The files of the ConfigMap `rights`, by name. Rights are by dataset, so each has to be there. */
export function rightsFiles(datasets: readonly Dataset[]): Record<string, string> {
  const grants = grantsFor({ datasets: datasets.map(({ name }) => name), create: true })
  const operator = { ca: `${secrets}/ca.crt`, cert: `${secrets}/admin.crt`, key: `${secrets}/admin.key` }
  const fileOf = (holder: string, kind: string) => `${secrets}/${holder}.${kind}`
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
  const datasets = requireDatasets(join(root, 'datasets'))
  const rights = Object.entries(rightsFiles(datasets)).map(
    ([name, text]) => [`${rightsFolder}/${name}`, text] as const,
  )
  return new Map([
    ...rights,
    [`${strimziFolder}/topics.yaml`, strimziTopics(datasets)],
    [`${strimziFolder}/users.yaml`, strimziUsers(datasets)],
  ])
}

/** Paths of those that are not as they should be. */
export const staleFiles = (): string[] =>
  [...wantedFiles()].filter(([path, text]) => textOf(path) !== text).map(([path]) => path)

const textOf = (path: string) =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined

if (import.meta.main)
  for (const path of staleFiles()) {
    writeFileSync(join(root, path), wantedFiles().get(path)!)
    console.log(path)
  }

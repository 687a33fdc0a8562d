/** Topics and users in the words of Strimzi's topic and user operators (kafka.strimzi.io/v1, from Strimzi 0.49 on). */
import {
  namesOf,
  programs,
  rightsOf,
  topicSettings,
  topicsOf,
  type Dataset,
  type KafkaRight,
} from '@dsf/dataset'
import { userOf } from '../local/secure/keys.ts'

const apiVersion = 'kafka.strimzi.io/v1'
/** Of the cluster of k8s/strimzi/kafka.yaml. */
const labels = { 'strimzi.io/cluster': 'kafka' }
const replicas = 3
const minInsyncReplicas = 2

/** A prefix may have signs that no name of Kubernetes has; the topic has them all the same. */
export const strimziTopics = (datasets: readonly Dataset[], prefix = ''): string =>
  documents(
    datasets.flatMap((dataset) =>
      topicsOf(dataset).map((spec) => {
        const topicName = `${prefix}${spec.topic}`
        const name = resourceName(topicName)
        return {
          ...{ apiVersion, kind: 'KafkaTopic', metadata: { name, labels } },
          spec: {
            ...(name === topicName ? {} : { topicName }),
            ...{ partitions: spec.partitions, replicas, config: topicSettings(spec, minInsyncReplicas) },
          },
        }
      }),
    ),
  )

const resourceName = (topic: string) =>
  topic
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .replace(/^[.-]+/, '')

/** Of each program that comes to Kafka, and of KEDA. Topics are made by the operator, so nobody else may. */
export function strimziUsers(datasets: readonly Dataset[], prefix = ''): string {
  const scope = { datasets: datasets.map(({ name }) => name), prefix }
  const users = programs.map((program) => ({ name: userOf(program), rights: rightsOf(program, scope).kafka }))
  const coming = users.filter(({ rights }) => rights.length > 0)
  return documents([...coming, { name: 'keda', rights: scalerRights(scope) }].map(user))
}

/** Who counts the lag of these sees how far they are, and nothing of what they read. */
export const scaledStages = ['cleaner', 'generator', 'sink-minio', 'indexer'] as const

function scalerRights(scope: { datasets: string[]; prefix: string }): KafkaRight[] {
  const { group } = namesOf(scope.prefix)
  const read = scaledStages.flatMap((stage) =>
    rightsOf(stage, scope).kafka.filter(
      ({ resource, operations }) => resource === 'topic' && operations.includes('Read'),
    ),
  )
  const topics = [...new Set(read.map(({ name }) => name))].map((name) => ['topic', name] as const)
  const groups = scaledStages.map((stage) => ['group', group(stage)] as const)
  return [...topics, ...groups].map(([resource, name]) => ({
    ...{ resource, name, pattern: 'literal', operations: ['Describe'] },
  }))
}

const user = ({ name, rights }: { name: string; rights: readonly KafkaRight[] }) => ({
  ...{ apiVersion, kind: 'KafkaUser', metadata: { name, labels } },
  spec: {
    authentication: {
      type: 'scram-sha-512',
      password: { valueFrom: { secretKeyRef: { name: 'dsf-passwords', key: name } } },
    },
    authorization: { type: 'simple', acls: rights.map(acl) },
  },
})

const types = { topic: 'topic', group: 'group', 'transactional-id': 'transactionalId' } as const
const patterns = { literal: 'literal', prefixed: 'prefix' } as const

const acl = ({ resource, name, pattern, operations }: KafkaRight) => ({
  resource: { type: types[resource], name, patternType: patterns[pattern] },
  operations,
})

/** YAML, which JSON is, with a line for each right and setting. */
const documents = (objects: readonly object[]): string =>
  `# Made by infra/k8s-check/generate.ts.\n${objects.map((one) => `---\n${JSON.stringify(one, undefined, 2)}\n`).join('')}`

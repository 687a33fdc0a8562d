/** Topics and users in the words of Strimzi's topic and user operators (kafka.strimzi.io/v1, from Strimzi 0.49 on). */
import {
  programs,
  rightsOf,
  topicSettings,
  topicsOf,
  type Dataset,
  type KafkaRight,
  type Program,
} from '@dsf/dataset'

const apiVersion = 'kafka.strimzi.io/v1'
/** Of the cluster that is called `kafka`, as in Strimzi's own examples. */
const labels = { 'strimzi.io/cluster': 'kafka' }
const replicas = 3
const minInsyncReplicas = 2

export const strimziTopics = (datasets: readonly Dataset[]): string =>
  documents(
    datasets.flatMap((dataset) =>
      topicsOf(dataset).map((spec) => ({
        ...{ apiVersion, kind: 'KafkaTopic', metadata: { name: spec.topic, labels } },
        spec: { partitions: spec.partitions, replicas, config: topicSettings(spec, minInsyncReplicas) },
      })),
    ),
  )

/** Of each program that comes to Kafka. Topics are made by the operator, so nobody else may. */
export function strimziUsers(datasets: readonly Dataset[]): string {
  const scope = { datasets: datasets.map(({ name }) => name) }
  const users = programs.flatMap((program) => {
    const { kafka } = rightsOf(program, scope)
    return kafka.length > 0 ? [user(program, kafka)] : []
  })
  return documents(users)
}

const user = (program: Program, rights: readonly KafkaRight[]) => ({
  ...{ apiVersion, kind: 'KafkaUser', metadata: { name: userName(program), labels } },
  spec: {
    authentication: {
      type: 'scram-sha-512',
      password: { valueFrom: { secretKeyRef: { name: 'dsf-passwords', key: userName(program) } } },
    },
    authorization: { type: 'simple', acls: rights.map(acl) },
  },
})

/** Names of Kubernetes have no underscore. */
const userName = (program: Program) => program.replaceAll('_', '-')

const types = { topic: 'topic', group: 'group', 'transactional-id': 'transactionalId' } as const
const patterns = { literal: 'literal', prefixed: 'prefix' } as const

const acl = ({ resource, name, pattern, operations }: KafkaRight) => ({
  resource: { type: types[resource], name, patternType: patterns[pattern] },
  operations,
})

/** YAML, which JSON is, with a line for each right and setting. */
const documents = (objects: readonly object[]): string =>
  `# Made by infra/k8s-check/generate.ts.\n${objects.map((one) => `---\n${JSON.stringify(one, undefined, 2)}\n`).join('')}`

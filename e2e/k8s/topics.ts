/** Topics of the cluster's Kafka, made and deleted by Kafka's own tool in the broker's pod, with the broker's certificate. */
import { join } from 'node:path'
import { kubectl } from '../../infra/k8s-local/command.ts'
import { namespace } from '../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../infra/k8s-local/settings.ts'
import { loadDataset, topicSettings, topicsOf, type TopicKind } from '../../libs/dataset/src/index.ts'

const operator = [
  'security.protocol=SSL',
  'ssl.keystore.type=PEM',
  'ssl.keystore.location=/run/secrets/kafka/server.pem',
  'ssl.truststore.type=PEM',
  'ssl.truststore.location=/run/secrets/kafka/ca.crt',
].join('\\n')

export const deleteTopic = (settings: ClusterSettings, topic: string): Promise<unknown> =>
  kafkaTopics(settings, ['--delete', '--topic', topic])

/** With the lanes and settings that its dataset wants. */
export function createTopic(settings: ClusterSettings, dataset: string, kind: TopicKind): Promise<unknown> {
  const spec = topicsOf(loadDataset(join(settings.root, 'datasets', dataset))).find(
    (one) => one.kind === kind,
  )!
  const config = Object.entries(topicSettings(spec)).flatMap(([name, value]) => [
    '--config',
    `${name}=${value}`,
  ])
  return kafkaTopics(settings, [
    '--create',
    '--topic',
    spec.topic,
    '--partitions',
    String(spec.partitions),
    ...config,
  ])
}

const kafkaTopics = (settings: ClusterSettings, args: readonly string[]) =>
  kubectl(settings, [
    ...['-n', namespace, 'exec', 'kafka-0', '-c', 'server', '--', 'sh', '-ec'],
    `printf '${operator}\\n' > /tmp/operator.properties
    java -Xmx128m -cp '/opt/kafka/*' org.apache.kafka.tools.TopicCommand --bootstrap-server kafka:9094 --command-config /tmp/operator.properties ${args.join(' ')}`,
  ])

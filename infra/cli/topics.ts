/** What has to be made in a Kafka where the stages may not: with KAFKA_CREATE_TOPICS=false. */
import { resolve } from 'node:path'
import { prefixPattern, requireDatasets, topicSettings, topicsOf } from '@dsf/dataset'
import { named } from './words.ts'

export interface TopicOptions {
  prefix?: string
  replicas?: string
  'min-insync'?: string
}

export function listTopics(folder: string, options: TopicOptions) {
  const wanted = {
    prefix: named(options, 'prefix', prefixPattern, ''),
    minInsyncReplicas: numberIn(options, 'min-insync'),
  }
  const replicas = numberIn(options, 'replicas')
  if (replicas !== undefined && (wanted.minInsyncReplicas ?? 1) > replicas)
    throw new Error(
      `--min-insync ${wanted.minInsyncReplicas} is more than --replicas ${replicas}: nothing could ever be written`,
    )
  const topics = requireDatasets(resolve(folder)).flatMap((dataset) =>
    topicsOf(dataset, wanted.prefix).map((spec) => ({
      ...{ topic: spec.topic, partitions: spec.partitions, ...(replicas ? { replicas } : {}) },
      config: topicSettings(spec, wanted.minInsyncReplicas),
    })),
  )
  return { topics }
}

function numberIn(options: TopicOptions, name: 'replicas' | 'min-insync'): number | undefined {
  const text = options[name]
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${text} is no number from 1 on`)
  return value
}

/** One call of Kafka's own tool a line. */
export const topicCommands = ({ topics }: ReturnType<typeof listTopics>): string =>
  topics
    .map(({ topic, partitions, replicas, config }) =>
      [
        `kafka-topics.sh --bootstrap-server "$KAFKA_BROKERS" --command-config admin.properties --create --if-not-exists`,
        `--topic ${topic} --partitions ${partitions}`,
        ...(replicas ? [`--replication-factor ${replicas}`] : []),
        ...Object.entries(config).map(([name, value]) => `--config ${name}=${value}`),
      ].join(' '),
    )
    .map((line) => `${line}\n`)
    .join('')

import { setTimeout as sleep } from 'node:timers/promises'
import { topicSettings, topicsOf, type Dataset, type TopicKind, type TopicSpec } from '@dsf/dataset'
import kafkajs, { type Admin, type ITopicMetadata } from 'kafkajs'
import type { Stage } from '../batches/define.ts'
import type { CommonConfig } from '../settings/env.ts'
import { DatasetError, FatalError } from '../health/failure.ts'
import { maxBatchBytes } from '../kafka/kafka.ts'

/** What is wished of topics beside what the dataset says; the broker's own choice where nothing is. */
export interface TopicWishes {
  prefix?: string
  /** looked for and never made; all of a dataset are made when it is left out */
  only?: ReadonlySet<TopicKind>
  replicas?: number | undefined
  minInsyncReplicas?: number | undefined
}

/**
 * Who may not make topics needs those that it touches, and may not see the others.
 * @throws FatalError when nothing could ever be written to topics as they are wished
 */
export function wishesOf({ reads, writes, state }: Stage, config: CommonConfig): TopicWishes {
  const { KAFKA_REPLICATION_FACTOR: replicas, KAFKA_MIN_INSYNC_REPLICAS: minInsyncReplicas } = config
  if (replicas !== undefined && (minInsyncReplicas ?? 1) > replicas)
    throw new FatalError(
      `KAFKA_MIN_INSYNC_REPLICAS is ${minInsyncReplicas}, and KAFKA_REPLICATION_FACTOR ${replicas}: expected no more than that`,
    )
  const touched = new Set([...reads, ...writes, ...(state ? [state.changelog] : []), 'quarantine' as const])
  return {
    prefix: config.KAFKA_PREFIX,
    ...(config.KAFKA_CREATE_TOPICS ? {} : { only: touched }),
    ...{ replicas, minInsyncReplicas },
  }
}

/**
 * Creates the topics of a dataset that are not there yet.
 * @throws DatasetError when they cannot be created, or a topic is there that rows would not go through: with another number of
 * partitions, where a record would change its lane, or with smaller batches than the stages write
 */
export async function ensureTopics(admin: Admin, dataset: Dataset, wishes: TopicWishes = {}): Promise<void> {
  const { only } = wishes
  const wanted = topicsOf(dataset, wishes.prefix).filter(({ kind }) => only?.has(kind) ?? true)
  const known = new Set(await admin.listTopics())
  const missing = wanted.filter(({ topic }) => !known.has(topic))
  if (missing.length > 0 && only) throw notThere(missing)
  if (missing.length > 0) await createTopics(admin, missing, wishes)
  await checkLanes(admin, wanted)
  const there = wanted.filter(({ topic }) => known.has(topic))
  if (there.length > 0) await checkBatchBytes(admin, there)
}

/** Kafka does not tell a topic that is not there from one that we may not see. */
const notThere = (missing: TopicSpec[]): DatasetError =>
  new DatasetError(
    `these topics are not there, or we may not see them, and KAFKA_CREATE_TOPICS is false: ${missing.map(({ topic }) => topic).join(', ')}. ` +
      '"dsf topics list <folder of datasets>" prints what makes them, "dsf rights kafka <stage>" what lets us in',
  )

const batchBytes = 'max.message.bytes'

async function createTopics(
  admin: Admin,
  missing: TopicSpec[],
  { replicas, minInsyncReplicas }: TopicWishes,
): Promise<void> {
  const topics = missing.map((spec) => ({
    topic: spec.topic,
    numPartitions: spec.partitions,
    ...(replicas === undefined ? {} : { replicationFactor: replicas }),
    configEntries: Object.entries(topicSettings(spec, minInsyncReplicas)).map(([name, value]) => ({
      name,
      value,
    })),
  }))
  await admin.createTopics({ waitForLeaders: true, topics }).catch(explain)
}

/** kafkajs says only that there were errors. */
function explain(error: Error & { errors?: (Error & { topic?: string; retriable?: boolean })[] }): never {
  const { errors = [] } = error
  if (errors.length === 0 || errors.some(({ retriable }) => retriable)) throw error
  const reasons = errors.map(({ topic, message }) => `${topic}: ${message}`).join('; ')
  throw new DatasetError(
    `Kafka does not create topics: ${reasons}. Who else may make them finds them by "dsf topics list", with KAFKA_CREATE_TOPICS=false`,
    { cause: error },
  )
}

/** So long a broker may take to hear of a topic that was made a moment ago, perhaps by another process. Other datasets wait to start meanwhile. */
const visibleWithinMs = 2000

async function visible(admin: Admin, names: string[]): Promise<ITopicMetadata[]> {
  const until = Date.now() + visibleWithinMs
  for (;;) {
    try {
      return (await admin.fetchTopicMetadata({ topics: names })).topics
    } catch (error) {
      if ((error as { type?: string }).type !== 'UNKNOWN_TOPIC_OR_PARTITION' || Date.now() > until)
        throw error
      await sleep(100)
    }
  }
}

async function checkLanes(admin: Admin, wanted: TopicSpec[]): Promise<void> {
  const topics = await visible(
    admin,
    wanted.map(({ topic }) => topic),
  )
  for (const { topic, partitions } of wanted) {
    const found = topics.find(({ name }) => name === topic)?.partitions.length
    if (found !== partitions)
      throw new DatasetError(
        `topic ${topic} has ${found} partitions, the dataset declares ${partitions} lanes; lanes cannot change in the life of a topic`,
      )
  }
}

/** Who may not look at the settings of a topic is told by the first batch that is too large. */
async function checkBatchBytes(admin: Admin, there: TopicSpec[]): Promise<void> {
  const asked = there.map(({ topic: name }) => ({
    ...{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [batchBytes] },
  }))
  const { resources } = await admin
    .describeConfigs({ resources: asked, includeSynonyms: false })
    .catch(unlessForbidden)
  for (const { resourceName, configEntries } of resources) {
    const bytes = Number(configEntries.find(({ configName }) => configName === batchBytes)?.configValue)
    if (bytes < maxBatchBytes)
      throw new DatasetError(
        `topic ${resourceName} takes batches of ${bytes} bytes, the stages write up to ${maxBatchBytes}: set its ${batchBytes} to that`,
      )
  }
}

function unlessForbidden(error: Error & { type?: string }): { resources: [] } {
  if (!error.type?.endsWith('AUTHORIZATION_FAILED')) throw error
  return { resources: [] }
}

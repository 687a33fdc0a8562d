import { topicsOf, type Dataset, type TopicSpec } from '@dsf/dataset'
import kafkajs, { type Admin } from 'kafkajs'
import { DatasetError } from './failure.ts'
import { maxBatchBytes } from './kafka.ts'

/**
 * Creates the topics of a dataset that are not there yet.
 * @throws DatasetError when they cannot be created, or a topic is there that rows would not go through: with another number of
 * partitions, where a record would change its lane, or with smaller batches than the stages write
 */
export async function ensureTopics(admin: Admin, dataset: Dataset): Promise<void> {
  const wanted = topicsOf(dataset)
  const known = new Set(await admin.listTopics())
  const missing = wanted.filter(({ topic }) => !known.has(topic))
  if (missing.length > 0) await createTopics(admin, missing)
  await checkLanes(admin, wanted)
  const there = wanted.filter(({ topic }) => known.has(topic))
  if (there.length > 0) await checkBatchBytes(admin, there)
}

const batchBytes = 'max.message.bytes'

async function createTopics(admin: Admin, missing: TopicSpec[]): Promise<void> {
  const topics = missing.map(({ topic, partitions, config }) => ({
    topic,
    numPartitions: partitions,
    configEntries: Object.entries({ ...config, [batchBytes]: String(maxBatchBytes) }).map(
      ([name, value]) => ({ name, value }),
    ),
  }))
  await admin.createTopics({ waitForLeaders: true, topics }).catch(explain)
}

/** kafkajs says only that there were errors. */
function explain(error: Error & { errors?: (Error & { topic?: string; retriable?: boolean })[] }): never {
  const { errors = [] } = error
  if (errors.length === 0 || errors.some(({ retriable }) => retriable)) throw error
  const reasons = errors.map(({ topic, message }) => `${topic}: ${message}`).join('; ')
  throw new DatasetError(`Kafka does not create topics: ${reasons}`, { cause: error })
}

async function checkLanes(admin: Admin, wanted: TopicSpec[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ topic }) => topic) })
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

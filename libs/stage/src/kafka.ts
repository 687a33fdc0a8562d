import { largestBatch, topicsOf, type Dataset } from '@dsf/dataset'
import { Kafka, logLevel, Partitioners, type Admin, type Producer, type Transaction } from 'kafkajs'
import type { CommonConfig } from './env.ts'
import { FatalError } from './failure.ts'
import { kafkaLogger, type Logger } from './log.ts'

/** One client per process. `heard` is called at every sign of life, retries against a dead broker included. */
export function createKafka(stage: string, config: CommonConfig, log: Logger, heard: () => void): Kafka {
  return new Kafka({
    clientId: `dsf.${stage}`,
    brokers: config.KAFKA_BROKERS,
    connectionTimeout: 3000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 200, maxRetryTime: 5000, retries: 4 },
    logLevel: logLevel.WARN,
    logCreator: kafkaLogger(log, heard),
  })
}

/** Records say themselves which lane they go to; kafkajs must not choose. */
const byLane = () => (args: { message: { partition?: number } }) => args.message.partition!

/** A producer for one lane; it does not own the lane before it was fenced off from the others. */
export function transactionalProducer(kafka: Kafka, transactionalId: string): Producer {
  return kafka.producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: 30_000,
    // the coordinator answers CONCURRENT_TRANSACTIONS until the last commit's markers are written: a matter of milliseconds
    retry: { initialRetryTime: 10, factor: 0.3, multiplier: 1.6, maxRetryTime: 3000, retries: 16 },
    createPartitioner: byLane,
    allowAutoTopicCreation: false,
  })
}

/**
 * Runs InitProducerId, which fences whoever had the lane before and ends the transaction that one left open. kafkajs
 * does so with the first transaction and not when it connects, so the first one is empty.
 */
export async function fenceOthers(producer: Producer): Promise<void> {
  const empty = await producer.transaction()
  await empty.abort()
}

/** kafkajs waits for the last commit's markers before it adds partitions to a transaction, but not before offsets. */
export async function sendOffsets(transaction: Transaction, offsets: OffsetsOfGroup): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await transaction.sendOffsets(offsets)
    } catch (error) {
      if ((error as { type?: string }).type !== 'CONCURRENT_TRANSACTIONS' || attempt === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

type OffsetsOfGroup = Parameters<Transaction['sendOffsets']>[0]

export function plainProducer(kafka: Kafka): Producer {
  return kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  })
}

/**
 * Creates the topics of a dataset that are not there yet.
 * @throws FatalError when a topic exists with another number of partitions: a record would change its lane
 */
export async function ensureTopics(admin: Admin, dataset: Dataset): Promise<void> {
  const wanted = topicsOf(dataset)
  const known = new Set(await admin.listTopics())
  const missing = wanted.filter(({ topic }) => !known.has(topic))
  if (missing.length > 0)
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions,
        configEntries: Object.entries({ ...config, 'max.message.bytes': String(maxBatchBytes) }).map(
          ([name, value]) => ({ name, value }),
        ),
      })),
    })
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ topic }) => topic) })
  for (const { topic, partitions } of wanted) {
    const found = topics.find(({ name }) => name === topic)?.partitions.length
    if (found !== partitions)
      throw new FatalError(
        `topic ${topic} has ${found} partitions, the dataset declares ${partitions} lanes; lanes cannot change in the life of a topic`,
      )
  }
}

/** kafkajs sends one record batch per partition and request, so a send is cut below this many bytes. */
export const maxBatchBytes = largestBatch
export const maxSendBytes = 3 * 2 ** 20

import { setTimeout as sleep } from 'node:timers/promises'
import { largestBatch } from '@dsf/dataset'
import { Kafka, logLevel, Partitioners, type Batch, type Producer, type Transaction } from 'kafkajs'
import type { CommonConfig } from '../settings/env.ts'
import { kafkaSecurity } from './kafka-security.ts'
import { kafkaLogger, type Logger } from '../health/log.ts'

/** One client per process. `heard` is called at every sign of life, retries against a dead broker included. */
export function createKafka(stage: string, config: CommonConfig, log: Logger, heard: () => void): Kafka {
  return new Kafka({
    clientId: `dsf.${stage}`,
    brokers: config.KAFKA_BROKERS,
    ...kafkaSecurity(config),
    connectionTimeout: 3000,
    // so long a broker may take to look up who we are
    authenticationTimeout: 10_000,
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
      await sleep(20)
    }
  }
}

export type OffsetsOfGroup = Parameters<Transaction['sendOffsets']>[0]

/**
 * For single records, which may be written twice and must not be lost. kafkajs gives the number of a record whose answer did not come
 * to the next one, so an idempotent producer would be told that this one, too, is written already.
 */
export function plainProducer(kafka: Kafka): Producer {
  return kafka.producer({
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  })
}

/** Members of a batch that the types of kafkajs do not name; `error` is ours (docs/adr/0004). */
type FetchedBatch = Batch & { fetchedOffset?: string; error?: Error }

/** Where a fetch began, which may lie before its first record that is visible. */
export const fetchedOffset = (batch: Batch): number => Number((batch as FetchedBatch).fetchedOffset)

/** Where it ends; what could not be read has come nowhere. */
export const lastOffset = (batch: Batch): number =>
  batch.messages.length > 0 ? Number(batch.lastOffset()) : fetchedOffset(batch)

/**
 * What could not be read of a topic: the broker's refusal, a wrong checksum, bytes that are no records. The patched client
 * hands it over with a batch that has no messages, because to fail the fetch would stop the topics of everybody.
 */
export function unreadableBatch(batch: Batch): Error | undefined {
  const { topic, partition, messages, error } = batch as FetchedBatch
  if (!error || messages.length > 0) return undefined
  const place = `${topic}/${partition} cannot be read from offset ${fetchedOffset(batch)} on`
  return new Error(`${place}: ${error.message}`, { cause: error })
}

/** kafkajs sends one record batch per partition and request, so a send is cut below this many bytes. */
export const maxBatchBytes = largestBatch
export const maxSendBytes = 3 * 2 ** 20

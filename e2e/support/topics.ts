/** What Kafka holds, as a read_committed consumer sees it. */
import { randomUUID } from 'node:crypto'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { Kafka, logLevel, type Admin, type KafkaMessage } from 'kafkajs'
import { kafkaOptions, registryOptions } from '../../infra/local/clients.ts'
import { environment } from './stack.ts'
import { until } from './until.ts'

/** Made when it is asked for: a stack that was cleaned and started again has other keys. */
export const openKafka = (): Kafka =>
  new Kafka({ clientId: 'dsf.test', ...kafkaOptions(environment), logLevel: logLevel.NOTHING })

export const openRegistry = (): SchemaRegistry => new SchemaRegistry(registryOptions(environment))

export type Message = KafkaMessage & { partition: number }

export async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = openKafka().admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** End of each partition: what is written, control records and aborted ones included. */
export const endsOf = (topic: string): Promise<number[]> =>
  withAdmin(async (admin) => byPartition(await admin.fetchTopicOffsets(topic), ({ high }) => Number(high)))

/** How far a stage has committed; -1 where it never did. */
export const committedOf = (stage: string, topic: string): Promise<number[]> =>
  withAdmin(async (admin) => {
    const [found] = await admin.fetchOffsets({ groupId: `dsf.${stage}`, topics: [topic] })
    return byPartition(found!.partitions, ({ offset }) => Number(offset))
  })

function byPartition<T extends { partition: number }>(found: T[], value: (entry: T) => number): number[] {
  return found.toSorted((a, b) => a.partition - b.partition).map(value)
}

/** All committed messages of a topic from its beginning to its present end, receipts too, in order per partition. */
export async function messagesOf(topic: string): Promise<Message[]> {
  const ends = await endsOf(topic)
  const reached = ends.map(() => 0)
  const found: Message[] = []
  const groupId = `dsf.test.${randomUUID()}`
  const consumer = openKafka().consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    // also comes for batches of control records alone, which eachBatch never sees
    consumer.on('consumer.end_batch_process', ({ payload }) => {
      reached[payload.partition] = Number(payload.lastOffset) + 1
    })
    const eachMessage = async ({ partition, message }: { partition: number; message: KafkaMessage }) =>
      void found.push({ ...message, partition })
    await consumer.run({ autoCommit: false, eachMessage })
    await until(`all of ${topic}`, () => ends.every((end, i) => reached[i]! >= end))
  } finally {
    await consumer.disconnect()
    await withAdmin((admin) => admin.deleteGroups([groupId])).catch(() => undefined)
  }
  return found
}

export const isReceipt = ({ headers }: KafkaMessage): boolean => String(headers?.['dsf-kind']) === 'receipt'

/** Decodes with the registry's own client. */
export const decode = (value: Buffer): Promise<any> => (decoder ??= openRegistry()).decode(value)

/** It remembers schemas. */
let decoder: SchemaRegistry | undefined

/** Value of the first record of a topic that is a row. */
export async function firstRowOf(topic: string): Promise<Buffer> {
  const groupId = `dsf.test.${randomUUID()}`
  const consumer = openKafka().consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  let found: Buffer | undefined
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    const eachMessage = async ({ message }: { message: KafkaMessage }) => {
      if (!isReceipt(message)) found ??= message.value!
    }
    await consumer.run({ autoCommit: false, eachMessage })
    return await until(`a row in ${topic}`, () => found)
  } finally {
    await consumer.disconnect()
    await withAdmin((admin) => admin.deleteGroups([groupId])).catch(() => undefined)
  }
}

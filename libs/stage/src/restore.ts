import { randomUUID } from 'node:crypto'
import type { Admin, Consumer, Kafka } from 'kafkajs'
import { onePartition } from './lane-assigner.ts'
import type { Decoder } from './serde.ts'

export interface Changelog {
  topic: string
  partition: number
  decoder: Decoder
  /** called for each record, oldest first */
  restore: (key: string, value: Record<string, unknown>) => void
}

/**
 * Reads a lane's changelog from its beginning to its end. The caller has fenced the lane's old owner before, so the end
 * does not move any more. kafkajs can read only as a member of a group: this one is its own, and is deleted behind us.
 */
export async function restoreState(kafka: Kafka, admin: Admin, changelog: Changelog): Promise<number> {
  const { topic, partition } = changelog
  const end = await endOffset(admin, topic, partition)
  if (end === 0) return 0
  const groupId = `dsf.restore.${randomUUID()}`
  const consumer = kafka.consumer({
    groupId,
    partitionAssigners: [onePartition(topic, partition)],
    maxBytesPerPartition: 4 * 2 ** 20,
    allowAutoTopicCreation: false,
    retry: { restartOnFailure: async () => false },
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    return await readTo(consumer, end, changelog)
  } finally {
    await consumer.disconnect().catch(() => undefined)
    await admin.deleteGroups([groupId]).catch(() => undefined)
  }
}

async function endOffset(admin: Admin, topic: string, partition: number): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic)
  const found = offsets.find((entry) => entry.partition === partition)
  return found && found.high !== found.low ? Number(found.high) : 0
}

function readTo(consumer: Consumer, end: number, { decoder, restore }: Changelog): Promise<number> {
  let restored = 0
  return new Promise((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
    // this event also comes for batches that hold only control records, which eachBatch never sees
    consumer.on('consumer.end_batch_process', ({ payload }) => {
      if (Number(payload.lastOffset) + 1 >= end) resolve(restored)
    })
    const eachBatch = async ({
      batch,
    }: {
      batch: { messages: { key: Buffer | null; value: Buffer | null }[] }
    }) => {
      await decoder.prepare(batch.messages.map(({ value }) => value))
      for (const { key, value } of batch.messages) restore(String(key), decoder.decode(value))
      restored += batch.messages.length
    }
    consumer.run({ autoCommit: false, eachBatch }).catch(reject)
  })
}

import type { Admin, Batch, Consumer, KafkaMessage } from 'kafkajs'
import { crashPoint } from '../settings/crash-points.ts'
import type { Place } from './define.ts'
import { unreadableBatch } from '../kafka/kafka.ts'
import { onePartition } from '../kafka/lane-assigner.ts'
import { dropGroup, newGroup } from './own-group.ts'
import { isReceipt } from './receipts.ts'
import type { Decoder } from '../kafka/avro-records.ts'
import type { StageKit } from './stage-kit.ts'
import { inTurns } from './turns.ts'

interface TopicReading {
  topic: string
  /** all lanes when it is left out */
  lane?: number
  decoder: Decoder
  /** offsets to stop at, by lane; the present ends when they are left out */
  ends?: number[]
  /** called for each record that is no receipt, oldest first within a lane */
  seen: (key: string, value: Record<string, unknown>, place: Place) => void
  /** called for a key that ended */
  ended?: (key: string) => void
  /** called for a record that is none of ours: nothing that a stage wrote is undecodable */
  foreign: (place: Place, reason: string) => void
}

type ReaderKit = Pick<StageKit, 'kafka' | 'admin' | 'names' | 'stage' | 'log'>

/**
 * Reads committed records from the beginning to an end that does not move, and returns how many there were. kafkajs can
 * read only as a member of a group: this one is its own, and is deleted behind us.
 */
export async function readTopic(kit: ReaderKit, reading: TopicReading): Promise<number> {
  const { kafka, admin } = kit
  const { topic, lane } = reading
  const waiting = await lanesToRead(admin, reading)
  if (waiting.size === 0) return 0
  const groupId = newGroup(kit)
  const consumer = kafka.consumer({
    groupId,
    ...(lane === undefined ? {} : { partitionAssigners: [onePartition(topic, lane)] }),
    maxBytesPerPartition: 4 * 2 ** 20,
    allowAutoTopicCreation: false,
    retry: { restartOnFailure: async () => false },
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    return await readTo(consumer, waiting, reading)
  } finally {
    await consumer.disconnect().catch(() => undefined)
    await dropGroup(kit, groupId)
  }
}

/** Ends by lane, of the lanes that hold anything before them. */
async function lanesToRead(admin: Admin, { topic, lane, ends }: TopicReading): Promise<Map<number, number>> {
  const waiting = new Map<number, number>()
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
    const end = Math.min(Number(high), ends?.[partition] ?? Infinity)
    if ((lane ?? partition) === partition && Number(low) < end) waiting.set(partition, end)
  }
  return waiting
}

function readTo(consumer: Consumer, ends: Map<number, number>, reading: TopicReading): Promise<number> {
  const waiting = new Map(ends)
  let read = 0
  return new Promise((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
    // this event also comes for batches that hold only control records, which eachBatch never sees
    consumer.on('consumer.end_batch_process', ({ payload }) => {
      const end = ends.get(payload.partition)
      if (end !== undefined && Number(payload.lastOffset) + 1 >= end) waiting.delete(payload.partition)
      if (waiting.size === 0) resolve(read)
    })
    const eachBatch = async ({ batch }: { batch: Batch }): Promise<void> => {
      const unreadable = unreadableBatch(batch)
      if (unreadable) throw unreadable
      const end = ends.get(batch.partition) ?? 0
      const messages = batch.messages.filter(
        ({ offset, headers }) => Number(offset) < end && !isReceipt(headers),
      )
      await reading.decoder.prepare(messages.map(({ value }) => value))
      await inTurns(messages, (message) => readOne(message, batch.partition, reading))
      read += messages.length
      crashPoint('during-restore')
    }
    consumer.run({ autoCommit: false, eachBatch }).catch(reject)
  })
}

function readOne(message: KafkaMessage, lane: number, reading: TopicReading): void {
  const { decoder, seen, ended, foreign } = reading
  if (message.value === null && ended) return ended(String(message.key))
  const place = { lane, offset: Number(message.offset) }
  let value: Record<string, unknown>
  try {
    value = decoder.decode(message.value)
  } catch (error) {
    return foreign(place, (error as Error).message)
  }
  seen(String(message.key), value, place)
}

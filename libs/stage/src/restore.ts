import { randomUUID } from 'node:crypto'
import { topicName, type Dataset } from '@dsf/dataset'
import type { Admin, Consumer, Kafka, KafkaMessage } from 'kafkajs'
import { onePartition } from './lane-assigner.ts'
import { crashPoint } from './crash-points.ts'
import type { LaneState } from './define.ts'
import type { Decoder } from './serde.ts'
import type { StageKit } from './stage-kit.ts'

interface Changelog {
  topic: string
  partition: number
  decoder: Decoder
  /** called for each record, oldest first */
  restore: (key: string, value: Record<string, unknown>) => void
  /** called for a record that is none of ours: nothing that a stage wrote is undecodable */
  foreign: (offset: string, reason: string) => void
}

/**
 * The state of a lane as its changelog tells it; undefined for a stage without state. The caller has fenced the lane's
 * old owner before, so the end of the changelog does not move any more.
 */
export async function restoreState(
  kit: StageKit,
  dataset: Dataset,
  lane: number,
): Promise<LaneState | undefined> {
  const { stage, kafka, admin, serde, log } = kit
  if (!stage.state) return undefined
  const state = stage.state.create(dataset, lane)
  const topic = topicName(dataset.name, stage.state.changelog)
  const records = await readChangelog(kafka, admin, {
    topic,
    partition: lane,
    decoder: serde.decoder(dataset, stage.state.changelog),
    restore: (key, value) => state.restore(key, value),
    foreign: (offset, reason) =>
      log.error({ topic, lane, offset, reason }, 'a record of the changelog is not ours and is left out'),
  })
  state.commit()
  log.info({ dataset: dataset.name, lane, records }, 'state restored')
  return state
}

/** kafkajs can read only as a member of a group: this one is its own, and is deleted behind us. */
async function readChangelog(kafka: Kafka, admin: Admin, changelog: Changelog): Promise<number> {
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

function readTo(consumer: Consumer, end: number, changelog: Changelog): Promise<number> {
  let restored = 0
  return new Promise((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
    // this event also comes for batches that hold only control records, which eachBatch never sees
    consumer.on('consumer.end_batch_process', ({ payload }) => {
      if (Number(payload.lastOffset) + 1 >= end) resolve(restored)
    })
    const eachBatch = async ({ batch: { messages } }: { batch: { messages: KafkaMessage[] } }) => {
      await changelog.decoder.prepare(messages.map(({ value }) => value))
      for (const message of messages) restoreOne(message, changelog)
      restored += messages.length
      crashPoint('during-restore')
    }
    consumer.run({ autoCommit: false, eachBatch }).catch(reject)
  })
}

function restoreOne({ key, value, offset }: KafkaMessage, { decoder, restore, foreign }: Changelog): void {
  let record: Record<string, unknown>
  try {
    record = decoder.decode(value)
  } catch (error) {
    return foreign(offset, (error as Error).message)
  }
  restore(String(key), record)
}

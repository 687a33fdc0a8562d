import { randomUUID } from 'node:crypto'
import { isChangelog, topicName, type Dataset, type TopicKind } from '@dsf/dataset'
import type { Batch, Consumer, KafkaMessage } from 'kafkajs'
import type { Seen } from './define.ts'
import { unreadableBatch } from './kafka.ts'
import type { Decoder } from './serde.ts'
import type { StageKit } from './stage-kit.ts'

const readAgainMs = 30_000

interface Followed {
  dataset: Dataset
  kind: TopicKind
  decoder: Decoder
  /** offsets by partition; what lies before them has been taken in by the stage */
  from: number[]
}

/** Reads topics into a view, in a group of its own that nobody else joins and that is deleted behind it. */
export class Follower {
  readonly #kit: StageKit
  readonly #datasets: Dataset[]
  readonly #groupId = `dsf.follow.${randomUUID()}`
  #consumer: Consumer | undefined

  constructor(kit: StageKit, datasets: Dataset[]) {
    this.#kit = kit
    this.#datasets = datasets
  }

  async start(kinds: TopicKind[], seen: Seen): Promise<void> {
    const followed = await this.#topics(kinds)
    if (followed.size === 0) return
    // a stop waits for the fetch that is on its way
    const settings = { groupId: this.#groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 500 }
    this.#consumer = this.#kit.kafka.consumer(settings)
    await this.#consumer.connect()
    await this.#consumer.subscribe({ topics: [...followed.keys()], fromBeginning: true })
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        const { batch } = payload
        const unreadable = unreadableBatch(batch)
        if (unreadable) return this.#lookLater(unreadable, payload.pause())
        await this.#tell(batch, followed.get(batch.topic)!, seen)
      },
    })
  }

  async #topics(kinds: TopicKind[]): Promise<Map<string, Followed>> {
    const followed = new Map<string, Followed>()
    for (const dataset of this.#datasets)
      for (const kind of kinds) {
        const topic = topicName(dataset.name, kind)
        const decoder = this.#kit.serde.decoder(dataset, kind)
        const from = isChangelog(kind) ? [] : await committedIn(this.#kit, topic)
        followed.set(topic, { dataset, kind, decoder, from })
      }
    return followed
  }

  async #tell(batch: Batch, { dataset, kind, decoder, from }: Followed, seen: Seen): Promise<void> {
    const start = from[batch.partition] ?? 0
    const messages = batch.messages.filter(({ offset }) => Number(offset) >= start)
    await decoder.prepare(messages.map(({ value }) => value))
    for (const message of messages) {
      const ended = message.value === null && isChangelog(kind)
      const record = ended ? null : this.#decode(decoder, batch, message)
      if (record !== undefined) seen(dataset, kind, record, String(message.key))
    }
  }

  /** A topic that cannot be read must not keep the view from the others. */
  #lookLater({ message: reason }: Error, resume: () => void): void {
    this.#kit.log.error({ reason }, 'a topic cannot be read, its view stands still and is tried again')
    setTimeout(resume, readAgainMs).unref()
  }

  /** Undefined for a record that is none of ours: it must not keep the view from the others. */
  #decode(decoder: Decoder, { topic, partition }: Batch, { value, offset }: KafkaMessage) {
    try {
      return decoder.decode(value)
    } catch (error) {
      const reason = (error as Error).message
      this.#kit.log.error({ topic, partition, offset, reason }, 'a record is not ours and is left out')
      return undefined
    }
  }

  async stop(): Promise<void> {
    await this.#consumer?.disconnect().catch(() => undefined)
    await this.#kit.admin.deleteGroups([this.#groupId]).catch(() => undefined)
  }
}

/** Offsets that the stage's own group has committed, by partition. */
async function committedIn({ admin, groupId }: StageKit, topic: string): Promise<number[]> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const offsets: number[] = []
  for (const { partition, offset } of found?.partitions ?? [])
    offsets[partition] = Math.max(0, Number(offset))
  return offsets
}

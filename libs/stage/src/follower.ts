import { randomUUID } from 'node:crypto'
import { topicName, type Dataset, type TopicKind } from '@dsf/dataset'
import type { Batch, Consumer, KafkaMessage } from 'kafkajs'
import type { Runtime } from './define.ts'
import { unreadableBatch } from './kafka.ts'
import type { Decoder } from './serde.ts'
import type { StageKit } from './stage-kit.ts'

const readAgainMs = 30_000

/** Reads whole topics into a view, in a group of its own that nobody else joins and that is deleted behind it. */
export class Follower {
  readonly #kit: StageKit
  readonly #datasets: Dataset[]
  readonly #groupId = `dsf.follow.${randomUUID()}`
  #consumer: Consumer | undefined

  constructor(kit: StageKit, datasets: Dataset[]) {
    this.#kit = kit
    this.#datasets = datasets
  }

  async start(kinds: TopicKind[], seen: Parameters<Runtime['follow']>[1]): Promise<void> {
    const decoders = new Map<string, { dataset: Dataset; kind: TopicKind; decoder: Decoder }>()
    for (const dataset of this.#datasets)
      for (const kind of kinds)
        decoders.set(topicName(dataset.name, kind), {
          dataset,
          kind,
          decoder: this.#kit.serde.decoder(dataset, kind),
        })
    if (decoders.size === 0) return
    this.#consumer = this.#kit.kafka.consumer({ groupId: this.#groupId, allowAutoTopicCreation: false })
    await this.#consumer.connect()
    await this.#consumer.subscribe({ topics: [...decoders.keys()], fromBeginning: true })
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        const { batch } = payload
        const unreadable = unreadableBatch(batch)
        if (unreadable) return this.#lookLater(unreadable, payload.pause())
        const { dataset, kind, decoder } = decoders.get(batch.topic)!
        await decoder.prepare(batch.messages.map(({ value }) => value))
        for (const message of batch.messages) {
          const record = this.#decode(decoder, batch, message)
          if (record) seen(dataset, kind, record)
        }
      },
    })
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

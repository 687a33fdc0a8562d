import { isChangelog, type Dataset, type TopicKind } from '@dsf/dataset'
import type { Batch, Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { Seen } from '../batches/define.ts'
import { unreadableBatch } from '../kafka/kafka.ts'
import { resubscribe } from './lane-consumer.ts'
import { dropGroup, newGroup } from '../batches/own-group.ts'
import type { Decoder } from '../kafka/avro-records.ts'
import type { StageKit } from '../batches/stage-kit.ts'
import { inTurns } from '../batches/turns.ts'

const readAgainMs = 30_000
/** The least that a broker allows. After the broker was away we join as another member, and the one that we were is waited for so long. */
const sessionMs = 6000

interface Followed {
  dataset: Dataset
  kind: TopicKind
  decoder: Decoder
  /** offsets to go on at, by partition: what lies before them is seen, or was taken in by the stage */
  next: Map<number, number>
}

/** Reads topics into a view, in a group of its own that nobody else joins and that is deleted behind it. */
export class Follower {
  readonly #kit: StageKit
  readonly #kinds: TopicKind[]
  readonly #seen: Seen
  readonly #onFatal: (error: Error) => void
  readonly #groupId: string
  #topics = new Map<string, Followed>()
  #subscribed = ''
  #consumer: Consumer | undefined
  #isRunning = false

  /** @param onFatal called when kafkajs gives up: the view would stand still for ever, and look as if nothing came */
  constructor(kit: StageKit, kinds: TopicKind[], seen: Seen, onFatal: (error: Error) => void) {
    this.#kit = kit
    this.#groupId = newGroup(kit)
    this.#kinds = kinds
    this.#seen = seen
    this.#onFatal = onFatal
  }

  /** The datasets from now on: of one that is new everything is seen, of one that stays what comes. */
  async follow(datasets: Dataset[]): Promise<void> {
    const opened = datasets.flatMap((dataset) => this.#kinds.map((kind) => this.#open(dataset, kind)))
    this.#topics = new Map(await Promise.all(opened))
    const topics = [...this.#topics.keys()]
    if (topics.join() === this.#subscribed) return
    if (topics.length === 0) await this.#close()
    else if (this.#isRunning) await resubscribe(this.#consumer!, topics)
    else await this.#run(topics)
    this.#subscribed = topics.join()
  }

  async #open(dataset: Dataset, kind: TopicKind): Promise<[string, Followed]> {
    const topic = this.#kit.names.topic(dataset.name, kind)
    const next = this.#topics.get(topic)?.next ?? (await startOf(this.#kit, kind, topic))
    return [topic, { dataset, kind, next, decoder: this.#kit.serde.decoder(dataset, kind) }]
  }

  async #run(topics: string[]): Promise<void> {
    const consumer = (this.#consumer ??= this.#openConsumer())
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatch: (payload) => this.#take(payload) })
    this.#isRunning = true
  }

  #openConsumer(): Consumer {
    const consumer = this.#kit.kafka.consumer({
      groupId: this.#groupId,
      sessionTimeout: sessionMs,
      rebalanceTimeout: sessionMs,
      heartbeatInterval: 1000,
      // it hears of other topics, and of its end, between two fetches
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
    })
    consumer.on('consumer.group_join', () => this.#goOn(consumer))
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) this.#onFatal(payload.error)
    })
    return consumer
  }

  #goOn(consumer: Consumer): void {
    for (const [topic, { next }] of this.#topics)
      for (const [partition, offset] of next) consumer.seek({ topic, partition, offset: String(offset) })
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    const unreadable = unreadableBatch(batch)
    if (unreadable) return this.#lookLater(unreadable, payload.pause())
    const followed = this.#topics.get(batch.topic)
    if (!followed) return
    const { dataset, kind, decoder, next } = followed
    const from = next.get(batch.partition) ?? 0
    const messages = batch.messages.filter(({ offset }) => Number(offset) >= from)
    await decoder.prepare(messages.map(({ value }) => value))
    await inTurns(messages, (message) => {
      const ended = message.value === null && isChangelog(kind)
      const record = ended ? null : this.#decode(decoder, batch, message)
      if (record !== undefined) this.#seen(dataset, kind, record, String(message.key))
    })
    next.set(batch.partition, Math.max(from, Number(batch.lastOffset()) + 1))
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

  async #close(): Promise<void> {
    await this.#consumer?.disconnect().catch(() => undefined)
    this.#consumer = undefined
    this.#isRunning = false
  }

  async stop(): Promise<void> {
    await this.#close()
    await dropGroup(this.#kit, this.#groupId)
  }
}

/** A changelog begins at its beginning, and what the stage itself reads where its group has come. */
async function startOf(
  { admin, groupId }: StageKit,
  kind: TopicKind,
  topic: string,
): Promise<Map<number, number>> {
  if (isChangelog(kind)) return new Map()
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const places = found?.partitions ?? []
  return new Map(places.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]))
}

import { topicKinds, topicName, type Dataset, type Datasets, type TopicKind } from '@dsf/dataset'
import { Server, type CustomTransportStrategy } from '@nestjs/microservices'
import type { Consumer, Kafka, Message, Producer } from 'kafkajs'
import type { Output, Receipt, Runtime, Stage } from './define.ts'
import type { CommonConfig } from './env.ts'
import { openDatasets, orLeaveOut } from './datasets.ts'
import { classify, untilItWorks } from './failure.ts'
import { Follower } from './follower.ts'
import type { Health } from './health.ts'
import { createKafka, ensureTopics, plainProducer } from './kafka.ts'
import { laneAssigner } from './lane-assigner.ts'
import { Lanes } from './lanes.ts'
import type { Logger } from './log.ts'
import { StageMetrics } from './metrics.ts'
import { recordsBehind, topicReader } from './read-topic.ts'
import { receiptHeaders } from './receipts.ts'
import { Serde } from './serde.ts'
import type { StageKit } from './stage-kit.ts'
import type { Spans } from './telemetry.ts'

export interface TransportOptions {
  stage: Stage
  config: CommonConfig
  health: Health
  log: Logger
  spans: Spans
  /** an error that no retry mends */
  onFatal: (error: Error) => void
}

/**
 * Nest transport strategy whose unit is a batch of one lane. Nest's own Kafka transport takes one message at a time,
 * has no transactions, and passes over messages that it has no handler for.
 */
export class LaneTransport extends Server implements CustomTransportStrategy {
  readonly #options: TransportOptions
  readonly #kafka: Kafka
  readonly #datasets: Datasets
  #lanes: Lanes | undefined
  #kit!: StageKit
  #consumer: Consumer | undefined
  #sender: Producer | undefined
  readonly #followers: Follower[] = []
  #idling: NodeJS.Timeout | undefined
  #stopping = false

  /** @throws DefinitionError when a folder of datasets is not there */
  constructor(options: TransportOptions) {
    super()
    this.#options = options
    const { stage, config, log, health } = options
    this.#datasets = openDatasets(config.DATASETS_DIR, health, log)
    this.#kafka = createKafka(stage.name, config, log, health.heard)
  }

  // Nest calls listen and close; the other two it demands of every server and we have no use for
  override on(): never {
    throw new Error('the lane transport has no events to listen to')
  }
  override unwrap<T>(): T {
    return this.#kafka as T
  }

  override listen(started: () => void): void {
    this.#start().catch(this.#options.onFatal)
    started()
  }

  async #start(): Promise<void> {
    const { stage, health, log } = this.#options
    health.wait('start', 'connecting')
    const waiting = (error: Error) => {
      health.heard()
      health.wait('start', error.message)
      log.warn({ reason: error.message }, 'waiting for a server before the start')
    }
    const steps = [
      () => this.#connect(),
      () => this.#prepare(),
      async () => stage.start?.(this.#runtime()),
      () => this.#consume(),
    ]
    for (const step of steps) await untilItWorks(step, waiting, () => this.#stopping)
    health.goOn('start')
    log.info({ datasets: [...this.#datasets.keys()] }, 'stage is reading')
  }

  #runtime = (): Runtime => ({
    datasets: this.#datasets,
    orLeaveOut: this.#orLeaveOut,
    log: this.#options.log,
    send: this.#send,
    sendReceipt: this.#sendReceipt,
    follow: this.#follow,
    behind: (stage, { name }, kind) => recordsBehind(this.#kit.admin, `dsf.${stage}`, topicName(name, kind)),
    ...topicReader(this.#kit),
  })

  async #connect(): Promise<void> {
    const { stage, config, log, health, spans } = this.#options
    const admin = this.#kafka.admin()
    await admin.connect()
    this.#kit = {
      stage,
      groupId: `dsf.${stage.name}`,
      kafka: this.#kafka,
      admin,
      serde: new Serde(config.REGISTRY_URL),
      log,
      spans,
      metrics: new StageMetrics(stage.name, () => this.#datasets.refused.length),
      seek: (topic, partition, offset) => this.#consumer?.seek({ topic, partition, offset: String(offset) }),
      stopping: () => this.#stopping,
      heard: health.heard,
    }
    health.require('kafka', () => admin.describeCluster())
  }

  async #prepare(): Promise<void> {
    for (const dataset of [...this.#datasets.values()])
      await this.#orLeaveOut(dataset, async () => {
        await ensureTopics(this.#kit.admin, dataset)
        // all of them, and not what this stage writes alone: a schema that is refused leaves the dataset out everywhere
        await this.#kit.serde.register(dataset, [...topicKinds])
      })
  }

  readonly #orLeaveOut = (dataset: Dataset, work: () => Promise<void>): Promise<void> =>
    orLeaveOut(this.#datasets, dataset, work, this.#options.health, this.#options.log)

  readonly #send = ({ name }: Dataset, to: TopicKind, { key, lane = 0, value }: Output): Promise<void> => {
    const encoder = this.#kit.serde.encoder(this.#datasets.get(name)!, to)
    return this.#sendMessage(topicName(name, to), { key, value: encoder.encode(value), partition: lane })
  }

  readonly #sendReceipt = (to: TopicKind, receipt: Receipt): Promise<void> => {
    const value = this.#kit.serde.receiptEncoder().encode(receipt)
    const message = { key: receipt.run, value, partition: receipt.lane, headers: receiptHeaders }
    return this.#sendMessage(topicName(receipt.dataset, to), message)
  }

  async #sendMessage(topic: string, message: Message): Promise<void> {
    if (!this.#sender) {
      this.#sender = plainProducer(this.#kafka)
      await this.#sender.connect()
    }
    await this.#sender.send({ topic, acks: -1, messages: [message] })
  }

  readonly #follow: Runtime['follow'] = async (kinds, seen) => {
    const follower = new Follower(this.#kit, this.#datasets)
    this.#followers.push(follower)
    await follower.start(kinds, seen)
  }

  async #consume(): Promise<void> {
    const { stage, config, health } = this.#options
    if (this.#datasets.size === 0) return this.#idle()
    const topics = [...this.#datasets.keys()].flatMap((name) =>
      stage.reads.map((kind) => topicName(name, kind)),
    )
    const consumer = this.#kafka.consumer({
      groupId: this.#kit.groupId,
      partitionAssigners: [laneAssigner],
      sessionTimeout: config.SESSION_TIMEOUT_MS,
      heartbeatInterval: 1000,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 2 * 2 ** 20,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 200,
        maxRetryTime: 5000,
        retries: 4,
        restartOnFailure: async (error) => classify(error) !== 'fatal',
      },
    })
    this.#consumer = consumer
    const lanes = (this.#lanes = new Lanes(this.#kit, this.#datasets, health, this.#options.onFatal))
    consumer.on('consumer.fetch', health.heard)
    consumer.on('consumer.group_join', ({ payload }) => void lanes.assigned(payload.memberAssignment))
    consumer.on('consumer.end_batch_process', ({ payload }) => lanes.fetched(payload))
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) this.#options.onFatal(payload.error)
    })
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => lanes.batch(payload),
    })
  }

  /** Nothing to read: a stage that ended would be started again and again, and tell nobody why. */
  #idle(): void {
    const { health } = this.#options
    health.wait('datasets', 'no dataset can be used')
    this.#idling = setInterval(health.heard, 10_000)
  }

  override async close(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#idling)
    await this.#consumer?.stop().catch(() => undefined)
    await this.#lanes?.release()
    await this.#consumer?.disconnect().catch(() => undefined)
    for (const follower of this.#followers) await follower.stop()
    await this.#sender?.disconnect().catch(() => undefined)
    await (this.#kit as StageKit | undefined)?.admin.disconnect().catch(() => undefined)
    await this.#options.stage.stop?.()
  }
}

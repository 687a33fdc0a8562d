import { loadDatasets, topicName, type Dataset, type TopicKind } from '@dsf/dataset'
import { Server, type CustomTransportStrategy } from '@nestjs/microservices'
import type { Consumer, EachBatchPayload, Kafka, Producer } from 'kafkajs'
import type { Output, Runtime, Stage } from './define.ts'
import type { CommonConfig } from './env.ts'
import { backoff, classify, untilItWorks } from './failure.ts'
import { Follower } from './follower.ts'
import type { Health } from './health.ts'
import { createKafka, ensureTopics, plainProducer } from './kafka.ts'
import { datasetOf, laneAssigner } from './lane-assigner.ts'
import { Lane } from './lane.ts'
import type { Logger } from './log.ts'
import { StageMetrics } from './metrics.ts'
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
  readonly #datasets: Map<string, Dataset>
  readonly #lanes = new Map<string, Lane>()
  readonly #attempts = new Map<string, number>()
  #kit!: StageKit
  #consumer: Consumer | undefined
  #sender: Producer | undefined
  readonly #followers: Follower[] = []
  #stopping = false

  /** @throws DefinitionError when a dataset cannot be used */
  constructor(options: TransportOptions) {
    super()
    this.#options = options
    const { stage, config, log, health } = options
    this.#datasets = loadDatasets(config.DATASETS_DIR)
    this.#kafka = createKafka(stage.name, config, log, health.heard)
  }

  get datasets(): Map<string, Dataset> {
    return this.#datasets
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
    await untilItWorks(
      () => this.#connect(),
      waiting,
      () => this.#stopping,
    )
    await untilItWorks(
      () => this.#prepare(),
      waiting,
      () => this.#stopping,
    )
    await untilItWorks(
      async () => stage.start?.({ datasets: this.#datasets, send: this.#send, follow: this.#follow }),
      waiting,
      () => this.#stopping,
    )
    await untilItWorks(
      () => this.#consume(),
      waiting,
      () => this.#stopping,
    )
    health.goOn('start')
    log.info({ datasets: [...this.#datasets.keys()] }, 'stage is reading')
  }

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
      metrics: new StageMetrics(stage.name),
      seek: (topic, partition, offset) => this.#consumer?.seek({ topic, partition, offset: String(offset) }),
      stopping: () => this.#stopping,
      heard: health.heard,
    }
    health.require('kafka', () => admin.describeCluster())
  }

  async #prepare(): Promise<void> {
    const { stage } = this.#options
    for (const dataset of this.#datasets.values()) {
      await ensureTopics(this.#kit.admin, dataset)
      await this.#kit.serde.register(dataset, [...new Set([...stage.writes, 'quarantine' as const])])
    }
  }

  readonly #send = async (dataset: Dataset, to: TopicKind, output: Output): Promise<void> => {
    if (!this.#sender) {
      this.#sender = plainProducer(this.#kafka)
      await this.#sender.connect()
    }
    const value = this.#kit.serde.encoder(dataset, to).encode(output.value)
    await this.#sender.send({
      topic: topicName(dataset.name, to),
      acks: -1,
      messages: [{ key: output.key, value, partition: output.lane ?? 0 }],
    })
  }

  readonly #follow: Runtime['follow'] = async (kinds, seen) => {
    const follower = new Follower(this.#kit, this.#datasets)
    this.#followers.push(follower)
    await follower.start(kinds, seen)
  }

  async #consume(): Promise<void> {
    const { stage, health } = this.#options
    const topics = [...this.#datasets.keys()].flatMap((name) =>
      stage.reads.map((kind) => topicName(name, kind)),
    )
    const consumer = this.#kafka.consumer({
      groupId: this.#kit.groupId,
      partitionAssigners: [laneAssigner],
      sessionTimeout: 15_000,
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
    consumer.on('consumer.fetch', health.heard)
    consumer.on('consumer.group_join', ({ payload }) => void this.#assigned(payload.memberAssignment))
    consumer.on(
      'consumer.end_batch_process',
      ({ payload: { topic, partition, batchSize, firstOffset, lastOffset } }) => {
        if (batchSize === 0)
          this.#lane(topic, partition).skip(kindOf(topic), Number(firstOffset), Number(lastOffset) + 1)
      },
    )
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) this.#options.onFatal(payload.error)
    })
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.#batch(payload),
    })
  }

  #lane(topic: string, partition: number): Lane {
    const name = `${datasetOf(topic)}/${partition}`
    let lane = this.#lanes.get(name)
    if (!lane)
      this.#lanes.set(name, (lane = new Lane(this.#kit, this.#datasets.get(datasetOf(topic))!, partition)))
    return lane
  }

  /** Lanes that went to another member are let go; those that stayed are looked at again before their next batch. */
  async #assigned(assignment: Record<string, number[]>): Promise<void> {
    const mine = new Set(
      Object.entries(assignment).flatMap(([topic, lanes]) =>
        lanes.map((lane) => `${datasetOf(topic)}/${lane}`),
      ),
    )
    this.#options.log.info({ lanes: [...mine].sort() }, 'lanes assigned')
    for (const [name, lane] of this.#lanes) {
      lane.suspect()
      if (mine.has(name)) continue
      this.#lanes.delete(name)
      this.#options.health.goOn(name)
      await lane.inTurn(() => lane.release())
    }
  }

  async #batch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch
    const lane = this.#lane(topic, partition)
    await lane.inTurn(() => this.#withHeartbeat(payload, () => this.#attempt(lane, payload)))
  }

  /** Long work must not cost the membership. A heartbeat that fails makes the lane suspect, and long handlers stop. */
  async #withHeartbeat(payload: EachBatchPayload, work: () => Promise<void>): Promise<void> {
    const lane = this.#lane(payload.batch.topic, payload.batch.partition)
    const timer = setInterval(() => payload.heartbeat().catch(() => lane.suspect()), 1000)
    try {
      await work()
    } finally {
      clearInterval(timer)
    }
  }

  async #attempt(lane: Lane, payload: EachBatchPayload): Promise<void> {
    const name = `${lane.dataset.name}/${lane.number}`
    if (payload.isStale() || !payload.isRunning()) return
    try {
      await lane.process(kindOf(payload.batch.topic), payload)
      this.#options.health.heard()
      if (this.#attempts.delete(name)) this.#options.health.goOn(name)
    } catch (error) {
      await this.#failed(lane, name, payload, error as Error)
    }
  }

  async #failed(lane: Lane, name: string, payload: EachBatchPayload, error: Error): Promise<void> {
    const { log, health, onFatal } = this.#options
    const kind = classify(error)
    this.#kit.metrics.failed(lane.dataset.name, kind)
    await lane.release()
    if (kind === 'fatal') {
      onFatal(error)
      throw error
    }
    const attempt = this.#attempts.get(name) ?? 0
    this.#attempts.set(name, attempt + 1)
    health.wait(name, error.message)
    log.warn(
      { dataset: lane.dataset.name, lane: lane.number, attempt, kind, reason: error.message },
      'lane waits and tries again',
    )
    await this.#pause(backoff(attempt))
    const { topic, partition, firstOffset } = payload.batch
    this.#kit.seek(topic, partition, lane.restartOffset(kindOf(topic)) ?? Number(firstOffset()))
  }

  /** Sleeps in short steps: a process that is asked to stop does not wait out its back-off. */
  async #pause(ms: number): Promise<void> {
    const until = Date.now() + ms
    while (Date.now() < until && !this.#stopping) await new Promise((resolve) => setTimeout(resolve, 50))
    this.#options.health.heard()
  }

  override async close(): Promise<void> {
    this.#stopping = true
    await this.#consumer?.stop().catch(() => undefined)
    for (const lane of this.#lanes.values()) await lane.inTurn(() => lane.release())
    await this.#consumer?.disconnect().catch(() => undefined)
    for (const follower of this.#followers) await follower.stop()
    await this.#sender?.disconnect().catch(() => undefined)
    await this.#kit?.admin.disconnect().catch(() => undefined)
    await this.#options.stage.stop?.()
  }
}

const kindOf = (topic: string): TopicKind => topic.slice(topic.lastIndexOf('.') + 1) as TopicKind

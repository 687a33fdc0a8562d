import { topicName, type Dataset, type Datasets, type TopicKind } from '@dsf/dataset'
import { Server, type CustomTransportStrategy } from '@nestjs/microservices'
import type { Consumer, Kafka, Producer } from 'kafkajs'
import { DatasetStarts } from './dataset-starts.ts'
import { ensureTopics } from './ensure-topics.ts'
import type { Runtime, Stage } from './define.ts'
import type { CommonConfig } from './env.ts'
import { TransientError, untilItWorks } from './failure.ts'
import { openDatasets } from './datasets.ts'
import { Follower } from './follower.ts'
import type { Health } from './health.ts'
import { createKafka, plainProducer } from './kafka.ts'
import { lagOfGroup } from './lag.ts'
import { consumerControls, openConsumer } from './lane-consumer.ts'
import { Lanes } from './lanes.ts'
import type { Logger } from './log.ts'
import { StageMetrics } from './metrics.ts'
import { topicReader } from './read-topic.ts'
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
  #sender: Promise<Producer> | undefined
  readonly #starts: DatasetStarts
  /** datasets that are in: the lanes' own map */
  readonly #ready = new Map<string, Dataset>()
  readonly #followers: Follower[] = []
  readonly #followed: { kinds: TopicKind[]; seen: Parameters<Runtime['follow']>[1] }[] = []
  #idling: NodeJS.Timeout | undefined
  #stopping = false

  /** @throws DefinitionError when a folder of datasets is not there */
  constructor(options: TransportOptions) {
    super()
    this.#options = options
    const { stage, config, log, health } = options
    this.#datasets = openDatasets(config.DATASETS_DIR, health, log)
    this.#kafka = createKafka(stage.name, config, log, health.heard)
    const stopping = () => this.#stopping
    const prepare = (dataset: Dataset) => this.#prepare(dataset)
    this.#starts = new DatasetStarts(this.#datasets, { prepare, health, log, stopping })
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
    const { stage, health, log, config } = this.#options
    health.wait('start', 'connecting')
    const once = (server: string, step: () => Promise<void>) => {
      const waiting = ({ message }: Error) => {
        const reason = `${server}${message}`
        health.heard()
        health.wait('start', reason)
        log.warn({ reason }, 'waiting for a server before the start')
      }
      return untilItWorks(step, waiting, () => this.#stopping)
    }
    const kafka = `Kafka at ${config.KAFKA_BROKERS.join(', ')}: `
    await once(kafka, () => this.#connect())
    this.#came(await this.#starts.first())
    await once('', async () => stage.start?.(this.#runtime()))
    await once(kafka, () => this.#consume())
    health.goOn('start')
    log.info({ datasets: [...this.#ready.keys()] }, 'stage is reading')
    await this.#starts.others(async (late) => {
      this.#came(late)
      for (const { kinds, seen } of this.#followed) await this.#startFollower(late, kinds, seen)
      await once(kafka, () => this.#consume())
      log.info({ datasets: late.map(({ name }) => name) }, 'stage is reading these as well')
    })
  }

  #came(datasets: Dataset[]): void {
    for (const dataset of datasets) this.#ready.set(dataset.name, dataset)
  }

  #runtime = (): Runtime => ({
    datasets: this.#datasets,
    log: this.#options.log,
    send: this.#send,
    follow: this.#follow,
    behind: (stage, { name }, kind) => lagOfGroup(this.#kit.admin, `dsf.${stage}`, topicName(name, kind)),
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
      ...consumerControls(() => this.#consumer),
      stopping: () => this.#stopping,
      heard: (what) => (what === undefined ? health.heard() : health.heardOf(what)),
    }
    this.#kit.metrics.watchParked([...this.#datasets.keys()], () => health.parked)
    health.require('kafka', () => admin.describeCluster())
  }

  async #prepare(dataset: Dataset): Promise<void> {
    const { stage } = this.#options
    await ensureTopics(this.#kit.admin, dataset)
    // what it reads, too: who writes a topic may be no stage
    const kinds = new Set([...stage.writes, ...stage.reads, 'quarantine' as const])
    await this.#kit.serde.register(dataset, [...kinds])
    await stage.prepare?.(dataset)
  }

  readonly #send: Runtime['send'] = async ({ name }, to, { key, lane = 0, value }) => {
    const missing = this.#starts.missing(name)
    if (missing) throw new TransientError(`the dataset ${name} has not started: ${missing}`)
    const encoder = this.#kit.serde.encoder(this.#datasets.get(name)!, to)
    const message = { key, value: encoder.encode(value), partition: lane }
    const sender = await (this.#sender ??= this.#openSender())
    await sender.send({ topic: topicName(name, to), acks: -1, messages: [message] })
  }

  /** Once for all who ask while it opens; again after it failed. */
  async #openSender(): Promise<Producer> {
    const sender = plainProducer(this.#kafka)
    try {
      await sender.connect()
      return sender
    } catch (error) {
      this.#sender = undefined
      throw error
    }
  }

  readonly #follow: Runtime['follow'] = async (kinds, seen) => {
    await this.#startFollower([...this.#ready.values()], kinds, seen)
    this.#followed.push({ kinds, seen })
  }

  async #startFollower(datasets: Dataset[], ...[kinds, seen]: Parameters<Runtime['follow']>): Promise<void> {
    if (datasets.length === 0) return
    const follower = new Follower(this.#kit, datasets)
    this.#followers.push(follower)
    await follower.start(kinds, seen)
  }

  /** Reads the datasets that are in; called again when more of them are, because kafkajs subscribes only at rest. */
  async #consume(): Promise<void> {
    const { stage } = this.#options
    const topics = [...this.#ready.keys()].flatMap((name) => stage.reads.map((kind) => topicName(name, kind)))
    if (topics.length === 0) return this.#idle()
    this.#endIdling()
    const consumer = (this.#consumer ??= this.#openConsumer())
    await consumer.stop()
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.#lanes!.batch(payload),
    })
  }

  #openConsumer(): Consumer {
    const { config, health, onFatal } = this.#options
    const lanes = (this.#lanes = new Lanes(this.#kit, this.#ready, health, onFatal))
    return openConsumer(this.#kit, config, lanes, onFatal)
  }

  /** Nothing to read: a stage that ended would be started again and again, and tell nobody why. */
  #idle(): void {
    const { health } = this.#options
    health.wait('datasets', 'no dataset can be used')
    this.#idling ??= setInterval(() => health.heard(), 10_000)
  }

  #endIdling(): void {
    clearInterval(this.#idling)
    this.#options.health.goOn('datasets')
  }

  override async close(): Promise<void> {
    this.#stopping = true
    this.#endIdling()
    await this.#lanes?.rest()
    await this.#consumer?.stop().catch(() => undefined)
    await this.#lanes?.release()
    await this.#consumer?.disconnect().catch(() => undefined)
    for (const follower of this.#followers) await follower.stop()
    await this.#sender?.then((sender) => sender.disconnect()).catch(() => undefined)
    await (this.#kit as StageKit | undefined)?.admin.disconnect().catch(() => undefined)
    await this.#options.stage.stop?.()
  }
}

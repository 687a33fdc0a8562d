import { namesOf, type Dataset } from '@dsf/dataset'
import { Server, type CustomTransportStrategy } from '@nestjs/microservices'
import { ensureTopics, wishesOf } from './datasets/ensure-topics.ts'
import type { Runtime, Stage } from './batches/define.ts'
import type { CommonConfig } from './settings/env.ts'
import { TransientError, untilItWorks } from './health/failure.ts'
import { Follower } from './lanes/follower.ts'
import type { Health } from './health/health.ts'
import { Clients } from './kafka/clients.ts'
import { createKafka } from './kafka/kafka.ts'
import { lagOfGroup } from './kafka/lag.ts'
import { LaneReading } from './lanes/lane-reading.ts'
import { LiveDatasets, type Changes } from './datasets/live-datasets.ts'
import type { Logger } from './health/log.ts'
import { StageMetrics } from './health/metrics.ts'
import { topicReader } from './batches/topic-reader.ts'
import { registryAccess } from './kafka/registry.ts'
import { Serde } from './kafka/serde.ts'
import type { StageKit } from './batches/stage-kit.ts'
import type { Spans } from './health/telemetry.ts'

export interface TransportOptions {
  stage: Stage
  config: CommonConfig
  health: Health
  log: Logger
  spans: Spans
  /** an error that no retry mends */
  onFatal: (error: Error) => void
  /** between two looks at the folders of datasets */
  lookEveryMs?: number
}

/**
 * Nest transport strategy whose unit is a batch of one lane. Nest's own Kafka transport takes one message at a time,
 * has no transactions, and passes over messages that it has no handler for.
 */
export class LaneTransport extends Server implements CustomTransportStrategy {
  readonly #options: TransportOptions
  readonly #clients: Clients
  readonly #live: LiveDatasets
  #kit!: StageKit
  readonly #reading: LaneReading
  /** datasets that are in */
  readonly #ready = new Map<string, Dataset>()
  readonly #followers: Follower[] = []
  readonly #stopping = new AbortController()

  /** @throws DefinitionError when a folder of datasets is not there, FatalError when variables do not fit together */
  constructor(options: TransportOptions) {
    super()
    this.#options = options
    const { stage, config, log, health, onFatal } = options
    this.#clients = new Clients(createKafka(stage.name, config, log, health.heard))
    this.#reading = new LaneReading({ ready: this.#ready, config, health, onFatal })
    const stopping = this.#isStopping
    const prepare = (dataset: Dataset) => this.#prepare(dataset)
    const { lookEveryMs } = options
    this.#live = new LiveDatasets({
      folders: config.DATASETS_DIR,
      prepare,
      health,
      log,
      stopping,
      lookEveryMs,
    })
  }

  // Nest calls listen and close; the other two it demands of every server and we have no use for
  override on(): never {
    throw new Error('the lane transport has no events to listen to')
  }
  override unwrap<T>(): T {
    return this.#clients.kafka as T
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
      return untilItWorks(step, waiting, this.#isStopping)
    }
    const kafka = `Kafka at ${config.KAFKA_BROKERS.join(', ')}: `
    await once(kafka, () => this.#connect())
    for (const dataset of await this.#live.first()) this.#ready.set(dataset.name, dataset)
    await once('', async () => stage.start?.(this.#runtime()))
    await once(kafka, () => this.#reading.read(this.#kit))
    health.goOn('start')
    log.info({ datasets: [...this.#ready.keys()] }, 'stage is reading')
    while (!this.#isStopping()) {
      const changes = await this.#live.next()
      if (Object.values(changes).flat().length > 0) await this.#take(changes, (step) => once(kafka, step))
    }
  }

  /** One that went, or has another definition, gives its lanes back first; nobody else waits for that. */
  async #take(
    { came, changed, gone }: Changes,
    once: (step: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const shares = (dataset: Dataset | undefined) => dataset && this.#options.stage.shares?.(dataset)
    const isMoved = changed.some((dataset) => shares(dataset) !== shares(this.#ready.get(dataset.name)))
    for (const name of gone) this.#ready.delete(name)
    for (const dataset of [...came, ...changed]) this.#ready.set(dataset.name, dataset)
    for (const name of [...gone, ...changed.map((dataset) => dataset.name)]) void this.#reading.forget(name)
    for (const name of gone) this.#kit.metrics.forget(name)
    if (gone.length > 0) await once(() => this.#clients.renew())
    for (const follower of this.#followers) await once(() => follower.follow([...this.#ready.values()]))
    if (came.length + gone.length > 0 || isMoved) await once(() => this.#reading.read(this.#kit))
    this.#options.health.goOn('start')
    const named = { came: came.map(({ name }) => name), changed: changed.map(({ name }) => name), gone }
    this.#options.log.info(named, 'datasets came, changed or went')
  }

  #isStopping = (): boolean => this.#stopping.signal.aborted

  #runtime = (): Runtime => ({
    datasets: this.#live.datasets,
    log: this.#options.log,
    send: this.#send,
    follow: this.#follow,
    behind: (stage, { name }, kind) =>
      lagOfGroup(this.#kit.admin, this.#kit.names.group(stage), this.#kit.names.topic(name, kind)),
    ...topicReader(this.#kit),
  })

  async #connect(): Promise<void> {
    const { health } = this.#options
    await this.#clients.connect()
    this.#kit = this.#openKit()
    this.#kit.metrics.watchParked(
      () => this.#live.datasets.keys(),
      () => health.parked,
    )
    health.require('kafka', () => this.#kit.admin.describeCluster())
  }

  #openKit(): StageKit {
    const { stage, config, log, health, spans } = this.#options
    const clients = this.#clients
    const names = namesOf(config.KAFKA_PREFIX)
    return {
      stage,
      names,
      groupId: names.group(stage.name),
      kafka: clients.kafka,
      get admin() {
        return clients.admin
      },
      serde: new Serde(config.SCHEMA_REGISTRY_URL, registryAccess(config)),
      log,
      spans,
      metrics: new StageMetrics(stage.name, () => this.#live.datasets.refused.length, names),
      ...this.#reading.controls,
      stopping: this.#stopping.signal,
      heard: (what) => (what === undefined ? health.heard() : health.heardOf(what)),
    }
  }

  async #prepare(dataset: Dataset): Promise<void> {
    const { stage, config } = this.#options
    await ensureTopics(this.#kit.admin, dataset, wishesOf(stage, config))
    // what it reads, too: who writes a topic may be no stage
    const kinds = new Set([...stage.writes, ...stage.reads, 'quarantine' as const])
    await this.#kit.serde.register(dataset, [...kinds])
    await stage.prepare?.(dataset)
  }

  readonly #send: Runtime['send'] = async ({ name }, to, { key, lane = 0, value }) => {
    const missing = this.#live.missing(name)
    if (missing) throw new TransientError(`the dataset ${name} has not started: ${missing}`)
    const dataset = this.#live.datasets.get(name)
    if (!dataset) throw new TransientError(`the dataset ${name} went: its folder is not there any more`)
    const encoder = this.#kit.serde.encoder(dataset, to)
    return this.#clients.send(this.#kit.names.topic(name, to), {
      key,
      value: encoder.encode(value),
      partition: lane,
    })
  }

  readonly #follow: Runtime['follow'] = async (kinds, seen) => {
    const follower = new Follower(this.#kit, kinds, seen, this.#options.onFatal)
    this.#followers.push(follower)
    await follower.follow([...this.#ready.values()])
  }

  override async close(): Promise<void> {
    this.#stopping.abort()
    await this.#reading.close()
    for (const follower of this.#followers) await follower.stop()
    await this.#clients.close()
    await this.#options.stage.stop?.()
  }
}

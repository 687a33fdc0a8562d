import type { Dataset } from '@dsf/dataset'
import type { Consumer } from 'kafkajs'
import type { StageKit } from '../batches/stage-kit.ts'
import type { Health } from '../health/health.ts'
import type { CommonConfig } from '../settings/env.ts'
import { consumerControls, openConsumer, resubscribe } from './lane-consumer.ts'
import { Lanes } from './lanes.ts'

interface Tools {
  /** datasets that are in: the same map for as long as it reads */
  ready: Map<string, Dataset>
  config: CommonConfig
  health: Health
  onFatal: (error: Error) => void
}

/** A stage's consumer and the lanes that it feeds, for as long as there is a dataset to read. */
export class LaneReading {
  readonly #tools: Tools
  #lanes: Lanes | undefined
  #consumer: Consumer | undefined
  #isReading = false
  #idling: NodeJS.Timeout | undefined

  /** What lanes ask of the consumer, whichever it is by then. */
  readonly controls = consumerControls(() => this.#consumer)

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** Reads the datasets that are in; called again when they are others. */
  async read(kit: StageKit): Promise<void> {
    const topics = [...this.#tools.ready.keys()].flatMap((name) =>
      kit.stage.reads.map((kind) => kit.names.topic(name, kind)),
    )
    if (topics.length === 0) return this.#idle()
    this.#endIdling()
    if (this.#isReading) return resubscribe(this.#consumer!, topics)
    const consumer = (this.#consumer ??= this.#open(kit))
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.#lanes!.batch(payload),
    })
    this.#isReading = true
  }

  /** A dataset that went or has another definition gives its lanes back. */
  async forget(dataset: string): Promise<void> {
    await this.#lanes?.forget(dataset)
  }

  async close(): Promise<void> {
    this.#endIdling()
    await this.#lanes?.rest()
    await this.#end()
  }

  #open(kit: StageKit): Consumer {
    const { ready, config, health, onFatal } = this.#tools
    this.#lanes = new Lanes(kit, ready, health, onFatal)
    return openConsumer(kit, config, this.#lanes, onFatal)
  }

  /** Nothing to read: a stage that ended would be started again and again, and tell nobody why. */
  async #idle(): Promise<void> {
    const { health } = this.#tools
    await this.#end()
    health.wait('datasets', 'no dataset can be used')
    this.#idling ??= setInterval(() => health.heard(), 10_000)
  }

  #endIdling(): void {
    clearInterval(this.#idling)
    this.#idling = undefined
    this.#tools.health.goOn('datasets')
  }

  async #end(): Promise<void> {
    await this.#consumer?.stop().catch(() => undefined)
    await this.#lanes?.release()
    await this.#consumer?.disconnect().catch(() => undefined)
    this.#consumer = this.#lanes = undefined
    this.#isReading = false
  }
}

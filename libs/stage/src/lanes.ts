import type { Dataset, TopicKind } from '@dsf/dataset'
import type { ConsumerEndBatchProcessEvent, EachBatchPayload } from 'kafkajs'
import { backoff, classify } from './failure.ts'
import type { Health } from './health.ts'
import { datasetOf } from './lane-assigner.ts'
import { Lane } from './lane.ts'
import type { StageKit } from './stage-kit.ts'

/**
 * The lanes that this process has, by `dataset/number`. Decides what a failure means: a lane waits and tries again, or
 * the process ends.
 */
export class Lanes {
  readonly #kit: StageKit
  readonly #datasets: Map<string, Dataset>
  readonly #health: Health
  readonly #onFatal: (error: Error) => void
  readonly #lanes = new Map<string, Lane>()
  readonly #attempts = new Map<string, number>()

  constructor(
    kit: StageKit,
    datasets: Map<string, Dataset>,
    health: Health,
    onFatal: (error: Error) => void,
  ) {
    this.#kit = kit
    this.#datasets = datasets
    this.#health = health
    this.#onFatal = onFatal
  }

  #lane(topic: string, partition: number): Lane {
    const name = laneName(topic, partition)
    let lane = this.#lanes.get(name)
    if (!lane)
      this.#lanes.set(name, (lane = new Lane(this.#kit, this.#datasets.get(datasetOf(topic))!, partition)))
    return lane
  }

  /** Lanes that went to another member are let go; those that stayed are looked at again before their next batch. */
  async assigned(assignment: Record<string, number[]>): Promise<void> {
    const mine = new Set(
      Object.entries(assignment).flatMap(([topic, lanes]) => lanes.map((lane) => laneName(topic, lane))),
    )
    this.#kit.log.info({ lanes: [...mine].sort() }, 'lanes assigned')
    for (const [name, lane] of this.#lanes) {
      lane.suspect()
      if (mine.has(name)) continue
      this.#lanes.delete(name)
      this.#health.goOn(name)
      await lane.inTurn(() => lane.release())
    }
  }

  /** A fetch of control records alone never reaches `batch`, but the position behind it must be known. */
  fetched(fetch: ConsumerEndBatchProcessEvent['payload']): void {
    const { topic, partition, batchSize, firstOffset, lastOffset } = fetch
    this.#kit.metrics.read(datasetOf(topic), partition, topic, fetch)
    if (batchSize === 0)
      this.#lane(topic, partition).skip(kindOf(topic), Number(firstOffset), Number(lastOffset) + 1)
  }

  async batch(payload: EachBatchPayload): Promise<void> {
    const lane = this.#lane(payload.batch.topic, payload.batch.partition)
    await lane.inTurn(() => withHeartbeat(lane, payload, () => this.#attempt(lane, payload)))
  }

  async #attempt(lane: Lane, payload: EachBatchPayload): Promise<void> {
    const name = laneName(payload.batch.topic, lane.number)
    if (payload.isStale() || !payload.isRunning()) return
    try {
      await lane.process(kindOf(payload.batch.topic), payload)
      this.#health.heard()
      if (this.#attempts.delete(name)) this.#health.goOn(name)
    } catch (error) {
      await this.#failed(lane, name, payload, error as Error)
    }
  }

  async #failed(lane: Lane, name: string, { batch }: EachBatchPayload, error: Error): Promise<void> {
    const kind = classify(error)
    this.#kit.metrics.failed(lane.dataset.name, kind)
    await lane.release()
    if (kind === 'fatal') {
      this.#onFatal(error)
      throw error
    }
    const attempt = this.#attempts.get(name) ?? 0
    this.#attempts.set(name, attempt + 1)
    this.#health.wait(name, error.message)
    this.#kit.log.warn(
      { dataset: lane.dataset.name, lane: lane.number, attempt, kind, reason: error.message },
      'lane waits and tries again',
    )
    await this.#pause(backoff(attempt))
    this.#kit.seek(
      batch.topic,
      batch.partition,
      lane.restartOffset(kindOf(batch.topic)) ?? Number(batch.firstOffset()),
    )
  }

  /** Sleeps in short steps: a process that is asked to stop does not wait out its back-off. */
  async #pause(ms: number): Promise<void> {
    const until = performance.now() + ms
    while (performance.now() < until && !this.#kit.stopping())
      await new Promise((resolve) => setTimeout(resolve, 50))
    this.#kit.heard()
  }

  async release(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.inTurn(() => lane.release())))
  }
}

const laneName = (topic: string, lane: number): string => `${datasetOf(topic)}/${lane}`
const kindOf = (topic: string): TopicKind => topic.slice(topic.lastIndexOf('.') + 1) as TopicKind

/** Long work must not cost the membership. A heartbeat that fails makes the lane suspect, and long handlers stop. */
async function withHeartbeat(
  lane: Lane,
  payload: EachBatchPayload,
  work: () => Promise<void>,
): Promise<void> {
  const timer = setInterval(() => void payload.heartbeat().catch(() => lane.suspect()), 1000)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}

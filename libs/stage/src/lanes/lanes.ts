import type { Dataset, TopicKind } from '@dsf/dataset'
import type { ConsumerEndBatchProcessEvent, EachBatchPayload } from 'kafkajs'
import type { Health } from '../health/health.ts'
import { doneWithin } from '../batches/timed-work.ts'
import { HeldInputs, inputName } from './held-inputs.ts'
import { fetchedOffset, lastOffset, unreadableBatch } from '../kafka/kafka.ts'
import { InputLags } from './input-lags.ts'
import { LaneFailures } from './lane-failures.ts'
import { Lane } from './lane.ts'
import { workName } from './lane-work.ts'
import { LaneWorker } from './lane-worker.ts'
import type { InputPlace, StageKit } from '../batches/stage-kit.ts'

/** A batch that takes longer lets go of the fetch loop, so that no other lane waits longer for it. */
const holdsUpMs = 100

/** The lanes that this process has, by `dataset/number`. None waits for another, whatever happens to it. */
export class Lanes {
  readonly #kit: StageKit
  readonly #datasets: Map<string, Dataset>
  readonly #health: Health
  readonly #onFatal: (error: Error) => void
  readonly #lanes = new Map<string, Lane>()
  /** of a stage that has work beside its batches */
  readonly #workers = new Map<string, LaneWorker>()
  #assigned: InputPlace[] = []
  readonly #held: HeldInputs
  readonly #failures: LaneFailures
  readonly #lags: InputLags

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
    this.#held = new HeldInputs(kit)
    this.#failures = new LaneFailures(kit, health)
    this.#lags = new InputLags(kit, this.#held, (place) =>
      this.#isGone(place) ? undefined : this.#lane(place),
    )
  }

  #datasetOf = (topic: string): string => this.#kit.names.partsOf(topic).dataset
  #kindOf = (topic: string): TopicKind => this.#kit.names.partsOf(topic).kind
  #laneName = ({ topic, partition }: InputPlace): string => `${this.#datasetOf(topic)}/${partition}`
  /** An input of a dataset, or its work. */
  #isOf = (dataset: string, name: string): boolean =>
    this.#datasetOf(name) === dataset || name.startsWith(`work of ${dataset}/`)

  /** What the dataset of a topic uses that only one member of the group may use at a time. */
  readonly sharedBy = (topic: string): string | undefined => {
    const dataset = this.#datasets.get(this.#datasetOf(topic))
    return dataset && this.#kit.stage.shares?.(dataset)
  }

  #lane(place: InputPlace): Lane {
    const name = this.#laneName(place)
    let lane = this.#lanes.get(name)
    if (!lane) {
      const dataset = this.#datasets.get(this.#datasetOf(place.topic))!
      this.#lanes.set(name, (lane = new Lane(this.#kit, dataset, place.partition)))
    }
    return lane
  }

  /** Lanes that went to another member are let go; those that stayed are looked at again before their next batch. */
  async assigned(assignment: Record<string, number[]>): Promise<void> {
    const places = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    )
    const mine = new Set(places.map(this.#laneName))
    this.#kit.log.info({ lanes: [...mine].sort() }, 'lanes assigned')
    const inputs = new Set(places.map(inputName))
    this.#lags.keep(inputs)
    this.#held.letGoUnless((place) => inputs.has(inputName(place)))
    this.#assigned = places
    for (const lane of this.#lanes.values()) lane.suspect()
    for (const place of places) this.#putToWork(place)
    const gone = [...this.#lanes].filter(([name]) => !mine.has(name))
    await Promise.all(gone.map(([name, lane]) => this.#end(name, lane)))
    // work may take a while to end, and the group may have assigned others since
    if (this.#assigned !== places) return
    const works = new Set([...this.#lanes.values()].map(workName))
    this.#failures.clearUnless((name) => inputs.has(name) || works.has(name))
  }

  /** Whoever asks for the lane from now on gets another one. */
  async #end(name: string, lane: Lane): Promise<void> {
    this.#lanes.delete(name)
    const worker = this.#workers.get(name)
    this.#workers.delete(name)
    await worker?.stop()
    await lane.inTurn(() => lane.release())
  }

  /** A lane whose state may say that there is something to do, whether a record comes or not. */
  #putToWork(place: InputPlace): void {
    const name = this.#laneName(place)
    if (!this.#kit.stage.work || this.#workers.has(name) || this.#isGone(place) || this.#isStopping()) return
    const tools = { kit: this.#kit, health: this.#health, failures: this.#failures, onFatal: this.#onFatal }
    this.#workers.set(name, new LaneWorker(this.#lane(place), tools))
  }

  /**
   * A fetch of control records alone never reaches `batch`, but the position behind it must be known. Nor does an empty one that ends a
   * refusal: `isReadableAgain` is ours (docs/adr/0004).
   */
  fetched(fetch: ConsumerEndBatchProcessEvent['payload'] & { isReadableAgain?: boolean }): void {
    const { topic, partition, batchSize, firstOffset, lastOffset, isReadableAgain } = fetch
    if (isReadableAgain) this.#failures.reached(inputName({ topic, partition }), Infinity)
    // of what could not be read there is no first record, whatever the types say
    if ((firstOffset as string | null) === null || this.#isGone({ topic, partition })) return
    this.#lags.tell(
      { topic, partition },
      { end: Number(fetch.highWatermark), beginning: Number(firstOffset) },
    )
    if (batchSize === 0)
      this.#lane({ topic, partition }).skip(this.#kindOf(topic), Number(firstOffset), Number(lastOffset) + 1)
  }

  async batch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch
    const place = { topic, partition }
    if (this.#isGone(place)) return
    if (this.#held.has(place) || this.#isStopping()) return this.#held.hold(place)
    const lane = this.#lane(place)
    const name = inputName(place)
    const work = lane.inTurn(() => withHeartbeat(lane, payload, () => this.#attempt(lane, place, payload)))
    if (await doneWithin(work, holdsUpMs)) return
    this.#held.hold(place)
    this.#health.works(name)
    const done = () => {
      this.#health.rests(name)
      if (!this.#held.waits(place) && this.#owns(lane, place)) this.#held.letGo(place)
    }
    work.then(done, done)
  }

  /** A fetch of a dataset that went may be on its way. */
  #isGone = ({ topic }: InputPlace): boolean => !this.#datasets.has(this.#datasetOf(topic))

  #isStopping = (): boolean => this.#kit.stopping.aborted

  #owns = (lane: Lane, place: InputPlace): boolean => this.#lanes.get(this.#laneName(place)) === lane

  async #attempt(lane: Lane, place: InputPlace, payload: EachBatchPayload): Promise<void> {
    if (payload.isStale() || !payload.isRunning()) return
    try {
      const unreadable = unreadableBatch(payload.batch)
      if (unreadable) throw unreadable
      await lane.process(this.#kindOf(place.topic), payload)
      this.#health.heard()
      this.#failures.reached(inputName(place), lastOffset(payload.batch))
    } catch (error) {
      await this.#failed(lane, place, payload, error)
    }
  }

  async #failed(lane: Lane, place: InputPlace, { batch }: EachBatchPayload, error: unknown): Promise<void> {
    await lane.release()
    // what ends because the process stops has not failed, and nothing is tried again
    if (!this.#owns(lane, place) || this.#isStopping()) return
    const failed = { name: inputName(place), topic: place.topic, at: lastOffset(batch) }
    const ms = this.#failures.add(lane, failed, error)
    if (ms === undefined) {
      this.#onFatal(error as Error)
      throw error
    }
    const from = lane.restartOffset(this.#kindOf(place.topic)) ?? fetchedOffset(batch)
    this.#held.holdFor(place, ms, () => this.#kit.seek(place, from))
  }

  /** Every lane has done what it was at; what comes after `stopping` is not begun. */
  async rest(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()))
    await Promise.all([...this.#lanes.values()].map((lane) => lane.inTurn(async () => undefined)))
  }

  /**
   * Lets go of the lanes of a dataset that went or has another definition, each when it has done what it is at. The next
   * fetch opens them anew, and their work begins anew at once.
   */
  async forget(dataset: string): Promise<void> {
    const lanes = [...this.#lanes].filter(([, lane]) => lane.dataset.name === dataset)
    await Promise.allSettled(lanes.map(([name, lane]) => this.#letGo(name, lane)))
    this.#failures.clearUnless((name) => !this.#isOf(dataset, name))
    for (const place of this.#assigned) if (this.#datasetOf(place.topic) === dataset) this.#putToWork(place)
  }

  async #letGo(name: string, lane: Lane): Promise<void> {
    const { dataset, number: partition } = lane
    const places = this.#kit.stage.reads.map((kind) => ({
      topic: this.#kit.names.topic(dataset.name, kind),
      partition,
    }))
    lane.suspect()
    for (const place of places) {
      this.#held.letGo(place)
      this.#held.hold(place)
    }
    await this.#end(name, lane)
    for (const place of places) this.#held.letGo(place)
  }

  async release(): Promise<void> {
    this.#lags.stop()
    this.#held.letGoUnless(() => false)
    await Promise.all([...this.#lanes.values()].map((lane) => lane.inTurn(() => lane.release())))
  }
}

/** A long batch must not cost the membership. A heartbeat that fails makes the lane suspect. */
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

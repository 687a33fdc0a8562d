import { randomUUID } from 'node:crypto'
import type { Dataset, TopicKind } from '@dsf/dataset'
import type { EachBatchPayload, Producer } from 'kafkajs'
import { crashPoint } from '../settings/crash-points.ts'
import type { LaneState, Result } from '../batches/define.ts'
import { handleBatch } from './handle-batch.ts'
import { inputName } from './held-inputs.ts'
import { fenceOthers, fetchedOffset, transactionalProducer } from '../kafka/kafka.ts'
import { openInputs, readCommitted, type Input } from './lane-input.ts'
import type { ClosedBatch } from '../batches/open-batch.ts'
import { encodersOf, Outbox } from '../batches/outbox.ts'
import { restoreState } from '../batches/restore.ts'
import type { Encoder } from '../kafka/avro-records.ts'
import type { StageKit } from '../batches/stage-kit.ts'
import { sliced } from '../batches/turns.ts'
import { commitTransaction } from './transaction.ts'
import { groupsOf, offsetsOf, offsetsToCommit, runOf, type InWork, type Progress } from './progress.ts'

/** A lane that is ours: its state, and a signal for when that ends. */
export interface Session {
  state: LaneState
  signal: AbortSignal
}

/**
 * A lane of a dataset in a stage: takes it over, turns batches into transactions, and lets go of it when anything goes
 * wrong, so that every way back leads through the take-over.
 *
 * Take-over (invariant 3): InitProducerId fences the old owner and ends its transaction; only then is the committed
 * offset read, and the state restored up to it.
 */
export class Lane {
  readonly dataset: Dataset
  readonly number: number
  readonly #kit: StageKit
  readonly #inputs: Map<TopicKind, Input>
  readonly #encoders: Map<TopicKind, Encoder>
  readonly #receiptEncoder: Encoder
  #producer: Producer | undefined
  #verified = false
  #state: LaneState | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #inWork: InWork = {}
  #session: AbortController | undefined
  /** told of each commit */
  readonly committed = new Set<() => void>()

  constructor(kit: StageKit, dataset: Dataset, number: number) {
    this.#kit = kit
    this.dataset = dataset
    this.number = number
    this.#inputs = openInputs(kit, dataset, number)
    const written = new Set<TopicKind>([...kit.stage.writes, 'quarantine'])
    this.#encoders = encodersOf(kit.serde, dataset, [...written])
    this.#receiptEncoder = kit.serde.receiptEncoder()
  }

  /** What was being handled, for whoever tells of a failure. */
  get inWork(): InWork {
    return this.#inWork
  }

  /** Runs `work` when everything before it on this lane is done: a lane has one transaction at a time. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** A new generation of the group: whether the lane is still as we left it must be looked at before the next batch. */
  suspect(): void {
    this.#verified = false
  }

  /** Gives up the producer and everything uncommitted. */
  async release(): Promise<void> {
    this.#verified = false
    this.#session?.abort()
    this.#state?.rollback()
    for (const input of this.#inputs.values()) {
      input.open.reset(input.records)
      input.position = input.committed
    }
    const producer = this.#producer
    this.#producer = undefined
    await producer?.disconnect().catch(() => undefined)
  }

  /** Offset to go on from after a failure; undefined when the lane was never taken over. */
  restartOffset(kind: TopicKind): number | undefined {
    const { committed } = this.#inputs.get(kind)!
    return committed < 0 ? undefined : committed
  }

  /** A fetch brought only control records: nothing to do but to know that the position moved, and to commit it where nothing waits. */
  skip(kind: TopicKind, first: number, next: number): void {
    const input = this.#inputs.get(kind)!
    if (input.position < first || input.position >= next) return
    input.position = next
    void this.inTurn(() => this.#commitPosition(input).catch(() => this.release()))
  }

  async #commitPosition(input: Input): Promise<void> {
    const { position: next, committed, records, counted, open } = input
    if (this.#verified && open.isEmpty && next > committed)
      await this.#commit(this.gather(), { input, next, records, counted })
  }

  /** Handles one fetch of one topic. A fetch that does not continue where we are is dropped and the consumer sent back. */
  async process(kind: TopicKind, payload: EachBatchPayload): Promise<void> {
    const input = this.#inputs.get(kind)!
    this.#inWork = {}
    await this.#own()
    const fetched = fetchedOffset(payload.batch)
    if (fetched !== input.position) return this.#kit.seek(this.#place(input), input.position)
    const closed = await input.open.add(payload.batch.messages)
    const next = Number(payload.batch.lastOffset()) + 1
    // past the marker behind the last record
    if (input.open.isEmpty && closed.length > 0) closed.at(-1)!.next = next
    const started = performance.now()
    for (const group of groupsOf(this.#kit.stage, closed)) await this.#handle(input, group)
    input.position = next
    payload.resolveOffset(payload.batch.messages.at(-1)!.offset)
    this.#kit.metrics.batch(this.dataset.name, (performance.now() - started) / 1000)
  }

  #place = ({ topic }: Input) => ({ topic, partition: this.number })

  /** The lane is ours when this is done. Costs something only when that was in doubt. */
  async #own(): Promise<void> {
    if (this.#verified) return
    const { kafka, names, stage, log } = this.#kit
    await this.#producer?.disconnect().catch(() => undefined)
    this.#producer = transactionalProducer(kafka, names.lane(stage.name, this.dataset.name, this.number))
    await this.#producer.connect()
    await fenceOthers(this.#producer)
    const unchanged = await readCommitted(this.#kit, this.number, [...this.#inputs.values()])
    if (!unchanged || (stage.state && !this.#state)) await this.#restore()
    this.#verified = true
    log.info(
      { dataset: this.dataset.name, lane: this.number, restored: !unchanged, at: this.#positions() },
      'lane taken over',
    )
    crashPoint('after-take-over')
  }

  /** What was begun by the state before has to begin anew. */
  async #restore(): Promise<void> {
    this.#session?.abort()
    this.#state = await restoreState(this.#kit, this.dataset, this.number)
  }

  /**
   * The lane for its work, until the session's signal says that it has to begin anew. Once `stopped` is aborted it is not taken over: it
   * would be taken from whoever has it now.
   */
  openSession(stopped: AbortSignal): Promise<Session> {
    return this.inTurn(async () => {
      stopped.throwIfAborted()
      await this.#own()
      this.#session = new AbortController()
      return { state: this.#state!, signal: this.#session.signal }
    })
  }

  /** One transaction of the lane's work, in turn with its batches. The offset stays, but says who committed last. */
  transact({ signal, state }: Session, change: (state: LaneState) => Result): Promise<void> {
    return this.inTurn(async () => {
      signal.throwIfAborted()
      await this.#own()
      signal.throwIfAborted()
      try {
        const result = change(state)
        const outbox = (result.gathered as Outbox | undefined) ?? this.gather()
        await outbox.addResult(result)
        const [input] = this.#inputs.values()
        const { committed: next, records, counted } = input!
        await this.#commit(outbox, { input: input!, next, records, counted })
      } catch (error) {
        await this.release()
        throw error
      }
    })
  }

  #positions = () =>
    Object.fromEntries([...this.#inputs.values()].map(({ kind, position }) => [kind, position]))

  async #handle(input: Input, group: ClosedBatch[]): Promise<void> {
    const { stage, spans } = this.#kit
    const run = runOf(group)
    this.#inWork = { run, ...offsetsOf(group) }
    await spans.batch(
      run,
      { dataset: this.dataset.name, lane: this.number, topic: input.topic, stage: stage.name },
      async () => {
        const { next, nextRecord } = group.at(-1)!
        const progress: Progress = { input, next, records: nextRecord, counted: { ...input.counted } }
        const outbox = this.gather()
        const lane = { dataset: this.dataset, number: this.number, state: this.#state }
        const turn = sliced()
        for (const closed of group) {
          await turn(closed.batch.records.length)
          await handleBatch(this.#kit, lane, closed, outbox, progress)
        }
        await this.#commit(outbox, progress)
      },
    )
  }

  /** What a transaction of the lane writes. */
  gather = (): Outbox => new Outbox(this.#kit, this, this.#encoders, this.#receiptEncoder)

  async #commit(outbox: Outbox, progress: Progress): Promise<void> {
    // each transaction has its own mark: where the answer to a commit is lost, the mark is not known, and the lane is restored
    const owner = randomUUID()
    const offsets = offsetsToCommit(this.#kit.groupId, this.number, owner, progress)
    await commitTransaction(this.#producer!, outbox, offsets)
    this.#state?.commit()
    this.#kit.heard(inputName(this.#place(progress.input)))
    const { input, next: committed, records, counted } = progress
    Object.assign(input, { committed, records, counted, owner })
    this.#kit.metrics.committed(this.dataset.name, outbox)
    for (const listener of [...this.committed]) listener()
  }
}

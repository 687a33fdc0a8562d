import type { Counters, Dataset, Datasets, TopicKind } from '@dsf/dataset'
import type { Logger } from './log.ts'
import type { Place } from './read-topic.ts'

/**
 * The records of one lane, in offset order, that are handled, written and committed together. Ends at a receipt at the
 * latest, so that a batch belongs to one run.
 */
export interface Batch<In = Record<string, unknown>> {
  dataset: Dataset
  lane: number
  /** the topic kind that the records came from */
  from: TopicKind
  records: In[]
  /** message keys as received, parallel to records */
  keys: (Buffer | null)[]
  /** Avro values as received, with their framing, parallel to records */
  values: Buffer[]
  /**
   * How many records the lane had before the first one. Unlike its offset, the number of a record does not depend on
   * what was aborted, refused or committed around it, so whatever a stage derives from it is the same after a fault.
   */
  firstRecord: number
  /** Kafka offsets, parallel to records: where to find them, and nothing to derive names from */
  offsets: number[]
}

/** A record to write. Without a lane it goes to the lane of its batch. */
export interface Output {
  key: string | Buffer | null
  value: unknown
  lane?: number
}

export interface Receipt {
  run: string
  dataset: string
  lane: number
  lanes: number
  route: string
  counters: Counters
  /** ms since 1970: `requested`, and by name when each stage closed the run; for people, nothing is decided by them */
  times: Record<string, number>
}

/** What a handler wants written: all of it in one transaction with the batch's offsets, or none of it. */
export interface Result {
  out?: Partial<Record<TopicKind, Output[]>>
  /** added to the counters of the open run of this lane; `quarantined:<code>` counts reasons */
  counts?: Counters
  /** receipts to open a run's way with; only a source makes them, the others pass them on */
  receipts?: { to: TopicKind; receipt: Receipt }[]
}

/**
 * State of one lane, kept in Kafka: the handler reads it and changes it, writes the changes as records of the
 * changelog, and the runtime calls commit or rollback with the transaction's outcome.
 */
export interface LaneState {
  /** one record of the changelog; the last one of a key counts */
  restore(key: string, value: Record<string, unknown>): void
  commit(): void
  rollback(): void
}

export interface HandlerContext<S extends LaneState = LaneState> {
  state: S
  /** true once the process is asked to stop or the lane may be lost: a long handler throws a TransientError */
  stopping: () => boolean
  /** tells liveness that a long handler is getting on */
  heard: () => void
  /** for what concerns a run or a batch, never for a row */
  log: Pick<Logger, 'info' | 'warn'>
}

type MaybePromise<T> = T | Promise<T>

/**
 * A stage: what it reads, what it writes, and a handler between them.
 *
 * Guarantees to the handler: batches of a lane come one after another, in offset order; what it returns is written
 * exactly once although it may be called again with the same batch after a failure. So it must be a function of batch
 * and state, and its outside effects must be idempotent. A thrown TransientError (or a network error) is retried with
 * back-off while the lane waits; a FatalError ends the process; anything else parks the lane until its cause is mended.
 */
export interface Stage<In = Record<string, unknown>, S extends LaneState = LaneState> {
  name: string
  reads: TopicKind[]
  writes: TopicKind[]
  /** where the receipt of a read topic goes on to; an empty list ends its way here */
  passes: Partial<Record<TopicKind, TopicKind[]>>
  /** names the route in receipts that leave a read topic */
  routes?: Partial<Record<TopicKind, string>>
  /** only receipts of this route collect what the handler counts */
  countsInto?: string
  /** close a batch on these limits instead of with the fetch; both are functions of the records alone */
  batch?: (dataset: Dataset) => { records: number; bytes: number }
  state?: { changelog: TopicKind; create: (dataset: Dataset, lane: number) => S }
  /** Several results are several transactions, each done before the next is asked for; the batch's offsets move behind them. */
  handle: (batch: Batch<In>, context: HandlerContext<S>) => MaybePromise<Result> | AsyncIterable<Result>
  /** effect of a receipt that reached this stage, its own counters added; idempotent like the handler */
  close?: (receipt: Receipt, dataset: Dataset) => Promise<void>
  /** what readiness depends on besides Kafka and the registry: rejects with the reason when it is not there */
  dependencies?: Record<string, () => Promise<unknown>>
  /**
   * what a dataset needs outside Kafka before its first batch, and a changed definition before it is used; idempotent, and what
   * it throws concerns that dataset alone
   */
  prepare?: (dataset: Dataset) => Promise<void>
  /** called once the topics of all datasets that can start exist, before the first batch */
  start?: (runtime: Runtime) => Promise<void>
  stop?: () => Promise<void>
}

/** What a stage may use of the runtime outside a batch. */
export interface Runtime extends TopicReader {
  log: Pick<Logger, 'info' | 'warn'>
  /** those that can be used now, and why the others cannot: they come and go, so ask it each time */
  datasets: Datasets
  /** writes one record outside any transaction, acknowledged by all replicas */
  send: (dataset: Dataset, to: TopicKind, output: Output) => Promise<void>
  /** writes a receipt the same way: who gathers records into chunks has a whole one now */
  sendReceipt: (to: TopicKind, receipt: Receipt) => Promise<void>
  /** how many records of a read topic a stage has not committed yet, over all lanes */
  behind: (stage: string, dataset: Dataset, kind: TopicKind) => Promise<number>
  /** reads topics from their beginning and stays with them, for a view that every instance has whole */
  follow: (
    kinds: TopicKind[],
    seen: (dataset: Dataset, kind: TopicKind, record: Record<string, unknown>) => void,
  ) => Promise<void>
}

export interface TopicReader {
  /** offsets behind the last record of each lane */
  ends: (dataset: Dataset, kind: TopicKind) => Promise<number[]>
  /** every committed record up to `ends`, oldest first within a lane; what is none of ours is left out with a log line */
  read: (
    dataset: Dataset,
    kind: TopicKind,
    ends: number[],
    seen: (key: string, record: Record<string, unknown>, place: Place) => void,
  ) => Promise<void>
  /** framed values of a topic as its records, an Error for each that is none. Rejects when the registry is away */
  decode: (
    dataset: Dataset,
    kind: TopicKind,
    values: Buffer[],
  ) => Promise<(Record<string, unknown> | Error)[]>
}

/** Types a stage; it changes nothing. */
export function defineStage<In, S extends LaneState = LaneState>(stage: Stage<In, S>): Stage<In, S> {
  return stage
}

/** Remembers what was compiled for a definition: one that changes is another dataset object. */
export function perDataset<T>(compile: (dataset: Dataset) => T): (dataset: Dataset) => T {
  const compiled = new WeakMap<Dataset, T>()
  return (dataset) => {
    let known = compiled.get(dataset)
    if (known === undefined) compiled.set(dataset, (known = compile(dataset)))
    return known
  }
}

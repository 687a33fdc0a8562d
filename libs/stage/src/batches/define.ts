import type { Counters, Dataset, Datasets, TopicKind, Way } from '@dsf/dataset'
import type { Logger } from '../health/log.ts'

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

/** A record to write. Without a lane it goes to the lane of its batch; without a value it ends its key in a changelog. */
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

/** Records of a transaction to come, encoded as they are added: so many of them need not be held as objects until then. */
export interface Gathered {
  add: (kind: TopicKind, outputs: Output[]) => Promise<void>
}

/** What a handler wants written: all of it in one transaction with the batch's offsets, or none of it. */
export interface Result {
  /** written before all else; what was gathered and is in no result is written never */
  gathered?: Gathered
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
  /** one record of the changelog; the last one of a key counts, and none is left of a key whose last value is null */
  restore(key: string, value: Record<string, unknown> | null): void
  commit(): void
  rollback(): void
}

export interface HandlerContext<S extends LaneState = LaneState> {
  state: S
  /** for what concerns a run or a batch, never for a row */
  log: Pick<Logger, 'info' | 'warn'>
  /** a sign of life: a handler that may take minutes gives one with each step, or the process is taken for dead */
  heard: () => void
  /** aborted when the process stops: a handler that waits then ends at once, by an error, and its batch comes again */
  signal: AbortSignal
}

/**
 * A lane as the work sees it that is done beside its consumer. Whatever it begins goes on from the lane's state: after a failure, a
 * restart, or in another process.
 */
export interface LaneWork<S extends LaneState = LaneState> {
  dataset: Dataset
  lane: number
  /** as committed; batches of the lane change it too, so it is looked at again after each wait */
  state: S
  /** aborted once the lane may be somebody else's, or the process stops: the work ends then, by an error or not */
  signal: AbortSignal
  /** One transaction of the lane. `change` is asked when it is its turn, so what it finds in the state holds until the commit. */
  transact: (change: (state: S) => Result) => Promise<void>
  /** for the result of one transaction */
  gather: () => Gathered
  /** Waits for what is up to others, such as a place: meanwhile nobody expects a sign of life. */
  resting: <T>(wait: () => Promise<T>) => Promise<T>
  /** the work was ended by an error, and nothing was committed by it since */
  isFailing: () => boolean
  /** the next commit of the lane, whoever makes it, or the end; meanwhile nobody expects a sign of life */
  idle: () => Promise<void>
  /** told of each commit of the lane, until what it returns is called */
  onCommit: (listener: () => void) => () => void
  /** a sign of life */
  heard: () => void
  log: Pick<Logger, 'info' | 'warn'>
}

/** What a batch holds at most. */
export interface Limits {
  records: number
  /** how many records one is counted as, where one stands for many; 1 if left out */
  weigh?: (record: Record<string, unknown>) => number
  bytes: number
  /** a fetch closes a batch, too */
  withFetch?: boolean
}

type MaybePromise<T> = T | Promise<T>

/**
 * A stage: its part of the way (`flow.ts` of @dsf/dataset has all of it), and a handler between what it reads and what
 * it writes.
 *
 * Guarantees to the handler: batches of a lane come one after another, in offset order; what it returns is written
 * exactly once although it may be called again with the same batch after a failure. So it must be a function of batch
 * and state, and its outside effects must be idempotent and short. A thrown TransientError (or a network error) is retried with
 * back-off while the lane waits; a FatalError ends the process; anything else parks the lane until its cause is mended.
 */
export interface Stage<In = Record<string, unknown>, S extends LaneState = LaneState> extends Way {
  name: string
  /**
   * Close a batch on these limits, which are functions of the records alone, and not with the fetch: for effects that are named by their
   * batch. Records then wait for a whole batch or a receipt. With `withFetch` the fetch closes it too: a batch is no larger than the limits, and nothing waits.
   */
  batch?: (dataset: Dataset) => Limits
  state?: { changelog: TopicKind; create: (dataset: Dataset, lane: number) => S }
  handle: (batch: Batch<In>, context: HandlerContext<S>) => MaybePromise<Result>
  /** long effects of a lane, such as fetching, beside its batches; begins when the lane is taken over, and anew after a failure */
  work?: (lane: LaneWork<S>) => Promise<void>
  /**
   * what the work uses that all instances together may use once at a time, such as a server: datasets that share it are on one instance.
   * Asked when the group shares out its lanes
   */
  shares?: (dataset: Dataset) => string | undefined
  /** effect of a receipt that reached this stage, its own counters added, and what is written with it; idempotent like the handler */
  close?: (receipt: Receipt, dataset: Dataset) => Promise<Result['out'] | undefined>
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
  /** writes one record outside any transaction, acknowledged by all replicas; twice perhaps, so it has to mean the same then */
  send: (dataset: Dataset, to: TopicKind, output: Output) => Promise<void>
  /** how many records of a read topic a stage has not committed yet, over all lanes (`lag.ts`) */
  behind: (stage: string, dataset: Dataset, kind: TopicKind) => Promise<number>
  /**
   * Stays with topics, for a view that every instance has whole: reads changelogs from their beginning, with null for a key that ended,
   * and what the stage itself reads from where it has not come yet.
   */
  follow: (kinds: TopicKind[], seen: Seen) => Promise<void>
}

export type Seen = (
  dataset: Dataset,
  kind: TopicKind,
  record: Record<string, unknown> | null,
  key: string,
) => void

/** Where a record was found. */
export interface Place {
  lane: number
  offset: number
}

/** A record of which only the place is known until its value is asked for. */
export interface FetchedRecord {
  key: string
  place: Place
  /** ms since 1970, as its producer saw it */
  at: number
  /** undefined for a record that is none of ours */
  value: () => Record<string, unknown> | undefined
}

export interface Fetched {
  /**
   * Oldest first, receipts left out; the first may lie before the place that was asked for, because whole batches are read. A batch has
   * thousands, of which few may be looked at: each is made when it is asked for.
   */
  records: { readonly length: number; at: (index: number) => FetchedRecord | undefined }
  from: number
  /** the place itself when nothing behind it is decided yet */
  next: number
  /** before it every transaction is decided */
  stable: number
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
  /** of each lane the first offset that is there, and the one behind the last */
  ranges: (dataset: Dataset, kind: TopicKind) => Promise<{ first: number; end: number }[]>
  /** committed records around a place, in one fetch: for whoever needs some of a topic and not all of it */
  fetch: (dataset: Dataset, kind: TopicKind, place: Place, bytes: number) => Promise<Fetched>
  /**
   * Framed values of a topic as its records, with the columns that each was written with, an Error for each that is none. Rejects when the registry
   * is away.
   */
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

import { isChangelog, quarantined, type Dataset, type TopicKind } from '@dsf/dataset'
import type { KafkaMessage } from 'kafkajs'
import type { Batch, Limits, Output, Receipt } from './define.ts'
import { isReceipt } from './receipts.ts'
import type { Decoder } from '../kafka/avro-records.ts'
import { nextTurn, sliceRecords } from './turns.ts'

/** What a fetch brings is handled slice by slice, and committed as one. */
const slice: Limits = { records: sliceRecords, bytes: Infinity }

/** A closed batch, with the receipt that ended it and the offset and the record number that follow it. */
export interface ClosedBatch {
  batch: Batch
  receipt?: Receipt
  /** records that could not be decoded, ready for quarantine */
  poison: Output[]
  next: number
  nextRecord: number
}

/**
 * Gathers the records of one lane of one topic into batches that end at a receipt, at the stage's limits or else a slice's,
 * and without limits with the fetch, too. Limits look only at the records, so without `withFetch` the same records always give the same batches.
 */
export class OpenBatch {
  readonly #dataset: Dataset
  readonly #lane: number
  readonly #from: TopicKind
  readonly #stage: string
  readonly #rows: Decoder
  readonly #receipts: Decoder
  readonly #limits: Limits | undefined
  #batch: Batch
  #poison: Output[] = []
  #bytes = 0
  #weight = 0
  #poisonBytes = 0
  /** true once a message was added */
  #begun = false

  constructor(
    place: { dataset: Dataset; lane: number; from: TopicKind; stage: string },
    decoders: { rows: Decoder; receipts: Decoder },
    limits?: Limits,
  ) {
    this.#dataset = place.dataset
    this.#lane = place.lane
    this.#from = place.from
    this.#stage = place.stage
    this.#rows = decoders.rows
    this.#receipts = decoders.receipts
    this.#limits = limits
    this.#batch = this.#empty(0)
  }

  #empty(firstRecord: number): Batch {
    return {
      dataset: this.#dataset,
      lane: this.#lane,
      from: this.#from,
      records: [],
      keys: [],
      values: [],
      offsets: [],
      firstRecord,
    }
  }

  /** Forgets everything gathered and goes on with the record of that number: what is gone will be read again. */
  reset(firstRecord: number): void {
    this.#batch = this.#empty(firstRecord)
    this.#poison = []
    this.#bytes = 0
    this.#weight = 0
    this.#poisonBytes = 0
    this.#begun = false
  }

  /** Nothing was read that is not in a closed batch. */
  get isEmpty(): boolean {
    return !this.#begun
  }

  get #endsWithFetch(): boolean {
    return !this.#limits || this.#limits.withFetch === true
  }

  /** Adds a fetch's messages and returns the batches that they close. Rejects when the registry is not there. */
  async add(messages: KafkaMessage[]): Promise<ClosedBatch[]> {
    await this.#rows.prepare(messages.filter(({ headers }) => !isReceipt(headers)).map(({ value }) => value))
    await this.#receipts.prepare(
      messages.filter(({ headers }) => isReceipt(headers)).map(({ value }) => value),
    )
    const closed: ClosedBatch[] = []
    for (const [i, message] of messages.entries()) {
      if (i % sliceRecords === 0 && messages.length > sliceRecords) await nextTurn()
      const offset = Number(message.offset)
      this.#begun = true
      const receipt = isReceipt(message.headers)
        ? this.#receipt(message, offset)
        : this.#record(message, offset)
      if (receipt || this.#full()) closed.push(this.#close(offset + 1, receipt))
    }
    if (this.#endsWithFetch && this.#begun) closed.push(this.#close(Number(messages.at(-1)!.offset) + 1))
    return closed
  }

  /** Poison counts apart: a foreign record between ours must not change where our batches end. */
  #full(): boolean {
    const { records, bytes } = this.#limits ?? slice
    const reached = (count: number, size: number) => count >= records || size >= bytes
    return reached(this.#weight, this.#bytes) || reached(this.#poison.length, this.#poisonBytes)
  }

  #close(next: number, receipt?: Receipt): ClosedBatch {
    const nextRecord = this.#batch.firstRecord + this.#batch.records.length
    const closed = { batch: this.#batch, receipt, poison: this.#poison, next, nextRecord }
    this.reset(nextRecord)
    return closed
  }

  #receipt(message: KafkaMessage, offset: number): Receipt | undefined {
    try {
      return this.#receipts.decode(message.value) as unknown as Receipt
    } catch (error) {
      this.#refuse(message, offset, error as Error)
      return undefined
    }
  }

  #record(message: KafkaMessage, offset: number): undefined {
    // the end of a key says nothing to who reads only what is new
    if (message.value === null && isChangelog(this.#from)) return undefined
    let record: Record<string, unknown>
    try {
      record = this.#rows.decode(message.value)
    } catch (error) {
      return this.#refuse(message, offset, error as Error)
    }
    this.#batch.records.push(record)
    this.#weight += this.#limits?.weigh?.(record) ?? 1
    this.#batch.keys.push(message.key)
    this.#batch.offsets.push(offset)
    this.#bytes += message.value!.length
    // a batch with limits lives across fetches, and its slices would keep every fetch's buffer alive
    if (!this.#limits) this.#batch.values.push(message.value!)
    return undefined
  }

  #refuse(message: KafkaMessage, offset: number, error: Error): undefined {
    const reason = {
      field: null,
      code: 'undecodable',
      message: `record ${this.#dataset.name}.${this.#from}/${this.#lane}@${offset} ${error.message}`,
    }
    const bytes = message.value ?? Buffer.alloc(0)
    const row = { dsf_run: '', dsf_row: offset }
    const value = quarantined(this.#stage, row, [reason], { content: 'avro', bytes })
    this.#poison.push({ key: message.key, value })
    this.#poisonBytes += bytes.length
    return undefined
  }
}

import { topicName, type Dataset, type TopicKind } from '@dsf/dataset'
import type { Message, TopicMessages } from 'kafkajs'
import type { Output, Receipt } from './define.ts'
import { maxSendBytes } from './kafka.ts'
import { receiptHeaders } from './receipts.ts'
import type { Encoder, Serde } from './serde.ts'

/** Collects what one transaction writes, encoded, in order per topic and lane. */
export class Outbox {
  readonly #dataset: Dataset
  readonly #encoders: Map<TopicKind, Encoder>
  readonly #receipts: Encoder
  #sends: TopicMessages[][] = []
  #open = new Map<TopicKind, Message[]>()
  #openBytes = 0
  /** records by topic kind, receipts not counted */
  readonly written = new Map<TopicKind, number>()

  constructor(dataset: Dataset, encoders: Map<TopicKind, Encoder>, receipts: Encoder) {
    this.#dataset = dataset
    this.#encoders = encoders
    this.#receipts = receipts
  }

  add(kind: TopicKind, lane: number, outputs: Output[]): void {
    const encoder = this.#encoders.get(kind)
    if (!encoder) throw new Error(`the stage writes to "${kind}" but does not declare it in writes`)
    for (const output of outputs)
      this.#push(kind, {
        key: output.key,
        value: encoder.encode(output.value),
        partition: output.lane ?? lane,
      })
    this.written.set(kind, (this.written.get(kind) ?? 0) + outputs.length)
  }

  addReceipt(kind: TopicKind, receipt: Receipt): void {
    this.#push(kind, {
      key: receipt.run,
      value: this.#receipts.encode(receipt),
      partition: receipt.lane,
      headers: receiptHeaders,
    })
  }

  /** A record batch of kafkajs is a whole send, so sends are cut by size and follow each other inside the transaction. */
  #push(kind: TopicKind, message: Message): void {
    let messages = this.#open.get(kind)
    if (!messages) this.#open.set(kind, (messages = []))
    messages.push(message)
    this.#openBytes += (message.value as Buffer).length + Buffer.byteLength(message.key ?? '') + 64
    if (this.#openBytes >= maxSendBytes) this.#cut()
  }

  #cut(): void {
    if (this.#open.size === 0) return
    this.#sends.push(
      [...this.#open].map(([kind, messages]) => ({ topic: topicName(this.#dataset.name, kind), messages })),
    )
    this.#open = new Map()
    this.#openBytes = 0
  }

  sends(): TopicMessages[][] {
    this.#cut()
    return this.#sends
  }
}

/** Encoders of a lane: their slabs are reused from transaction to transaction, their bytes never. */
export function encodersOf(serde: Serde, dataset: Dataset, kinds: TopicKind[]): Map<TopicKind, Encoder> {
  return new Map(kinds.map((kind) => [kind, serde.encoder(dataset, kind)]))
}

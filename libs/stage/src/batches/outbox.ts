import { addCounters, type Counters, type Dataset, type Names, type TopicKind } from '@dsf/dataset'
import type { Message, TopicMessages } from 'kafkajs'
import type { Gathered, Output, Receipt, Result } from './define.ts'
import { DatasetError } from '../health/failure.ts'
import { maxSendBytes } from '../kafka/kafka.ts'
import { receiptHeaders } from './receipts.ts'
import type { Encoder } from '../kafka/avro-records.ts'
import type { Serde } from '../kafka/serde.ts'
import { cutToFit, largestRecord, recount, refuseRow, sizeOf } from './too-large.ts'
import { sliced, sliceRecords } from './turns.ts'

/** Of a record in a batch, beside its key and value; a bit more than it is. */
const overhead = 64

/** Quarantine is read by place, a few rows at a time, and a record batch is read whole: so its batches are small. */
const mostRefusedBytes = 2 ** 18

/** Collects what one transaction writes, encoded, in order per topic and lane. */
export class Outbox implements Gathered {
  readonly #stage: string
  readonly #names: Names
  readonly #dataset: Dataset
  readonly #lane: number
  readonly #encoders: Map<TopicKind, Encoder>
  readonly #receipts: Encoder
  #sends: TopicMessages[][] = []
  #open = new Map<TopicKind, Message[]>()
  #openBytes = 0
  /** of them, in quarantine */
  #refusedBytes = 0
  /** records by topic kind, receipts not counted */
  readonly written = new Map<TopicKind, number>()
  /** what handlers counted of it */
  readonly counts: Counters = {}
  /** rows that are counted as written, and went to quarantine instead */
  #recounted: Counters = {}
  readonly #turn = sliced()

  constructor(
    { stage, names }: { stage: { name: string }; names: Names },
    { dataset, number }: { dataset: Dataset; number: number },
    encoders: Map<TopicKind, Encoder>,
    receipts: Encoder,
  ) {
    this.#names = names
    this.#stage = stage.name
    this.#dataset = dataset
    this.#lane = number
    this.#encoders = encoders
    this.#receipts = receipts
  }

  /** A row that is too large for the topic goes to quarantine instead. */
  addNow(kind: TopicKind, outputs: Output[]): void {
    const encoder = this.#encoders.get(kind)
    if (!encoder) throw new Error(`the stage writes to "${kind}" but does not declare it in writes`)
    let refused = 0
    for (const output of outputs) {
      const value = output.value === null ? null : encoder.encode(output.value)
      const size = sizeOf(output.key, value)
      if (size <= largestRecord)
        this.#push(kind, { key: output.key, value, partition: output.lane ?? this.#lane }, size)
      else if (this.#addCut(kind, output, size)) refused++
    }
    this.written.set(kind, (this.written.get(kind) ?? 0) + outputs.length - refused)
    if (refused > 0) addCounters(this.#recounted, recount(kind, refused))
  }

  /** All that a handler gave. Returns what it counted, in which a row that is too large for its topic is a refused one. */
  async addResult({ out, receipts = [], counts }: Result): Promise<Counters> {
    const counted = { ...counts }
    for (const [kind, outputs] of Object.entries(out ?? {})) await this.add(kind as TopicKind, outputs)
    for (const { to, receipt } of receipts) this.addReceipt(to, receipt)
    addCounters(counted, this.#recounted)
    this.#recounted = {}
    addCounters(this.counts, counted)
    return counted
  }

  /** For any number of rows, whose encoding others need not wait for. */
  async add(kind: TopicKind, outputs: Output[]): Promise<void> {
    for (let at = 0; at < outputs.length; at += sliceRecords) {
      const slice = outputs.slice(at, at + sliceRecords)
      await this.#turn(slice.length)
      this.addNow(kind, slice)
    }
  }

  /** True for a row, which goes to quarantine; a quarantine record goes with what fits of it. */
  #addCut(kind: TopicKind, output: Output, size: number): boolean {
    if (kind === 'quarantine') {
      this.addNow('quarantine', [cutToFit(output)])
      this.written.set(kind, this.written.get(kind)! - 1)
      return false
    }
    const refused = refuseRow(this.#stage, kind, output, size)
    if (!refused)
      throw new DatasetError(
        `a record for ${this.#names.topic(this.#dataset.name, kind)} has ${size} bytes, and a record has at most ${largestRecord}`,
      )
    this.addNow('quarantine', [refused])
    return true
  }

  addReceipt(kind: TopicKind, receipt: Receipt): void {
    const value = this.#receipts.encode(receipt)
    const message = { key: receipt.run, value, partition: receipt.lane, headers: receiptHeaders }
    this.#push(kind, message, sizeOf(receipt.run, value))
  }

  /**
   * A record batch of kafkajs is a whole send, so sends are cut by size and follow each other inside the transaction. A
   * record that is larger than a send is one by itself.
   */
  #push(kind: TopicKind, message: Message, size: number): void {
    if (this.#openBytes + size > maxSendBytes) this.#cut()
    if (kind === 'quarantine') this.#countRefused(size)
    const messages = this.#open.get(kind)
    if (messages) messages.push(message)
    else this.#open.set(kind, [message])
    this.#openBytes += size + overhead
  }

  /** What is refused is sent by itself where it is enough for a batch of its own: that cuts nobody else's. */
  #countRefused(size: number): void {
    const refused = this.#open.get('quarantine')
    if (refused && this.#refusedBytes + size > mostRefusedBytes) {
      this.#send([['quarantine', refused]])
      this.#open.delete('quarantine')
      this.#openBytes -= this.#refusedBytes
      this.#refusedBytes = 0
    }
    this.#refusedBytes += size + overhead
  }

  #send(kinds: Iterable<[TopicKind, Message[]]>): void {
    this.#sends.push(
      [...kinds].map(([kind, messages]) => ({
        topic: this.#names.topic(this.#dataset.name, kind),
        messages,
      })),
    )
  }

  #cut(): void {
    if (this.#open.size === 0) return
    this.#send(this.#open)
    this.#open = new Map()
    this.#openBytes = 0
    this.#refusedBytes = 0
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

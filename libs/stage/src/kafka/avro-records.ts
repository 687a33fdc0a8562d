/** Records with the id of their schema, to bytes and back. */
import type avsc from 'avsc'

/** Confluent framing: a zero byte, the schema id as 32 bits, then the Avro value. */
const frame = 5

/** Encodes many records into few buffers: each record is a slice of a slab that is never written again. */
export class Encoder {
  readonly id: number
  readonly #type: avsc.Type
  #slab = Buffer.alloc(0)
  #used = 0

  constructor(type: avsc.Type, id: number) {
    this.#type = type
    this.id = id
  }

  encode(value: unknown): Buffer {
    const end =
      this.#used + frame < this.#slab.length ? this.#type.encode(value, this.#slab, this.#used + frame) : -1
    if (end >= 0) return this.#cut(end)
    this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, this.#type.toBuffer(value).length + frame + 1))
    this.#used = 0
    return this.encode(value)
  }

  #cut(end: number): Buffer {
    const start = this.#used
    this.#slab[start] = 0
    this.#slab.writeInt32BE(this.id, start + 1)
    this.#used = end
    return this.#slab.subarray(start, end)
  }
}

const slabBytes = 256 * 1024

/** What is wrong with records of a writer, although Avro can read them. */
export type WhyNot = (writer: avsc.Type, reader: avsc.Type) => string | undefined

type Decoded = { value: Record<string, unknown>; offset: number }

/** Reads records of any registered writer schema as our own schema. Ids are looked up once. */
export class Decoder {
  readonly #reader: avsc.Type
  readonly #find: (id: number) => Promise<avsc.Type | undefined>
  readonly #whyNot: WhyNot
  /** by schema id; undefined for our own schema, an Error for one that cannot be read as it */
  readonly #resolvers = new Map<number, avsc.Resolver | Error | undefined>()
  readonly #writers = new Map<number, avsc.Type>()

  constructor(
    reader: avsc.Type,
    find: (id: number) => Promise<avsc.Type | undefined>,
    whyNot: WhyNot = () => undefined,
  ) {
    this.#reader = reader
    this.#find = find
    this.#whyNot = whyNot
  }

  /** Makes `decode` ready for the ids in these values. Rejects when the registry is not there. */
  async prepare(values: (Buffer | null)[]): Promise<void> {
    let last = -1
    for (const value of values) {
      if (value === null || value.length < frame || value[0] !== 0) continue
      const id = value.readInt32BE(1)
      if (id === last || this.#resolvers.has(id)) continue
      last = id
      const writer = await this.#find(id)
      if (writer) this.#writers.set(id, writer)
      this.#resolvers.set(id, this.#resolver(id, writer))
    }
  }

  #resolver(id: number, writer: avsc.Type | undefined): avsc.Resolver | Error | undefined {
    if (!writer) return new Error(`has the schema id ${id}, which the registry does not know`)
    if (writer.fingerprint().equals(this.#reader.fingerprint())) return undefined
    try {
      const resolver = this.#reader.createResolver(writer)
      const reason = this.#whyNot(writer, this.#reader)
      return reason === undefined ? resolver : new Error(reason)
    } catch (error) {
      return new Error(`has another schema, ${writer.name}: ${(error as Error).message}`)
    }
  }

  /** avsc types what it reads as any. */
  #read(value: Buffer, resolver: avsc.Resolver | undefined): Decoded {
    return this.#reader.decode(value, frame, resolver)
  }

  /** @throws Error when the value is not what its schema says */
  decode(value: Buffer | null): Record<string, unknown> {
    if (value === null || value.length < frame || value[0] !== 0)
      throw new Error('is not in Confluent Avro framing')
    const resolver = this.#resolvers.get(value.readInt32BE(1))
    if (resolver instanceof Error) throw resolver
    return whole(this.#read(value, resolver), value)
  }

  /** The record with the columns that it was written with, of which ours may have lost some. @throws Error as `decode` */
  decodeAsWritten(value: Buffer): Record<string, unknown> {
    const record = this.decode(value)
    const writer = this.#writers.get(value.readInt32BE(1))
    if (!writer) return record
    return { ...whole(writer.decode(value, frame), value) }
  }
}

function whole({ value: record, offset }: Decoded, { length }: Buffer): Record<string, unknown> {
  if (offset === length) return record
  throw new Error(offset < 0 ? 'is cut short' : `has ${length - offset} bytes too many`)
}

import {
  receiptSchema,
  topicName,
  topicSchemas,
  type AvroSchema,
  type Dataset,
  type TopicKind,
} from '@dsf/dataset'
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import avsc from 'avsc'
import { registryError, sayingWho, type RegistryAccess, type WithApi } from './registry.ts'

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

type Decoded = { value: Record<string, unknown>; offset: number }

/** Reads records of any registered writer schema as our own schema. Ids are looked up once. */
export class Decoder {
  readonly #reader: avsc.Type
  readonly #find: (id: number) => Promise<avsc.Type | undefined>
  /** by schema id; undefined for our own schema, an Error for one that cannot be read as it */
  readonly #resolvers = new Map<number, avsc.Resolver | Error | undefined>()
  readonly #writers = new Map<number, avsc.Type>()

  constructor(reader: avsc.Type, find: (id: number) => Promise<avsc.Type | undefined>) {
    this.#reader = reader
    this.#find = find
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
      return this.#reader.createResolver(writer)
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

/** Schemas by topic. Registered under `<topic>-value`, the receipt under its record name, each behind the prefix. */
export class Serde {
  readonly #url: string
  readonly #access: RegistryAccess
  readonly #registry: SchemaRegistry
  /** by the schema's text: a definition that changes keeps its names */
  readonly #types = new Map<string, avsc.Type>()
  /** by subject and the schema's text */
  readonly #ids = new Map<string, number>()

  constructor(url: string, access: RegistryAccess = {}) {
    this.#url = url
    this.#access = access
    const { authorization, agent } = access
    this.#registry = new SchemaRegistry({
      ...{ host: url, retry: { retries: 0 } },
      ...(authorization ? { middlewares: [sayingWho(authorization)] } : {}),
      ...(agent ? { agent } : {}),
    })
  }

  /**
   * Registers what a stage writes.
   * @throws DatasetError with the registry's reason when the schema is incompatible with what readers have
   */
  async register(dataset: Dataset, kinds: TopicKind[]): Promise<void> {
    for (const kind of kinds)
      await this.#register(this.#subjectOf(dataset, kind), topicSchemas[kind](dataset))
    await this.#register(this.#receipts, receiptSchema)
  }

  async #register(subject: string, schema: AvroSchema): Promise<void> {
    const text = JSON.stringify(schema)
    if (this.#ids.has(idKey(subject, text))) return
    const confluent = { type: SchemaType.AVRO as const, schema: text }
    const register = () =>
      this.#registry.register(confluent, { subject, compatibility: COMPATIBILITY.BACKWARD })
    try {
      // stages that start together race for a subject's first configuration; who lost it finds it done the second time
      const { id } = await register()
        .catch(register)
        .catch(async (error: unknown) => {
          if (!isWithoutRule(error)) throw error
          await this.#setRule(subject)
          return register()
        })
      this.#ids.set(idKey(subject, text), id)
    } catch (error) {
      throw this.#error(`schema of ${subject}`, error)
    }
  }

  /** The client registers a subject first and sets its rule then: who was cut off between, or lost a race for it, left none. */
  async #setRule(subject: string): Promise<void> {
    const { api } = this.#registry as unknown as WithApi
    await api.Subject.updateConfig({ subject, body: { compatibility: COMPATIBILITY.BACKWARD } })
  }

  encoder(dataset: Dataset, kind: TopicKind): Encoder {
    const subject = this.#subjectOf(dataset, kind)
    return this.#encoder(subject, topicSchemas[kind](dataset))
  }

  receiptEncoder(): Encoder {
    return this.#encoder(this.#receipts, receiptSchema)
  }

  #encoder(subject: string, schema: AvroSchema): Encoder {
    const id = this.#ids.get(idKey(subject, JSON.stringify(schema)))
    if (id === undefined)
      throw new Error(`the schema of ${subject} is not registered: name its topic in the stage's writes`)
    return new Encoder(this.#type(schema), id)
  }

  #subjectOf = ({ name }: Dataset, kind: TopicKind) =>
    `${this.#access.prefix ?? ''}${topicName(name, kind)}-value`

  get #receipts(): string {
    return `${this.#access.prefix ?? ''}dsf.Receipt`
  }

  #error = (what: string, error: unknown) =>
    registryError(this.#url, what, error, this.#access.isMendable ?? false)

  decoder(dataset: Dataset, kind: TopicKind): Decoder {
    return new Decoder(this.#type(topicSchemas[kind](dataset)), (id) => this.#writer(id))
  }

  receiptDecoder(): Decoder {
    return new Decoder(this.#type(receiptSchema), (id) => this.#writer(id))
  }

  #type(schema: AvroSchema): avsc.Type {
    const text = JSON.stringify(schema)
    const known = this.#types.get(text)
    if (known) return known
    const type = avsc.Type.forSchema(schema as avsc.Schema)
    this.#types.set(text, type)
    return type
  }

  /** Undefined for an id that the registry does not know: the record is at fault, not the registry. */
  async #writer(id: number): Promise<avsc.Type | undefined> {
    try {
      const writer = (await this.#registry.getSchema(id)) as unknown as avsc.Type
      return avsc.Type.forSchema(writer.schema())
    } catch (error) {
      if ((error as { status?: number }).status === 404) return undefined
      throw this.#error(`schema id ${id}`, error)
    }
  }
}

const idKey = (subject: string, text: string): string => `${subject}\n${text}`

const isWithoutRule = (error: unknown) =>
  error instanceof Error && error.message.includes(`(${COMPATIBILITY.BACKWARD} != ${COMPATIBILITY.NONE})`)

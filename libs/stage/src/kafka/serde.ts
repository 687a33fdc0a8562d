import {
  receiptSchema,
  renamedColumns,
  topicName,
  topicSchemas,
  type AvroSchema,
  type Dataset,
  type TopicKind,
} from '@dsf/dataset'
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import avsc from 'avsc'
import { Decoder, Encoder, type WhyNot } from './avro-records.ts'
import { registryError, sayingWho, type RegistryAccess, type WithApi } from './registry.ts'

/** Topics whose records have the columns of a dataset. */
const rowKinds: TopicKind[] = ['raw', 'clean', 'enriched']

const renamed: WhyNot = (writer, reader) => renamedColumns(columnsOf(writer), columnsOf(reader))
const columnsOf = (type: avsc.Type): string[] =>
  (type as avsc.types.RecordType).fields.map(({ name }) => name)

/** A race has three steps, and each may be lost. */
const registrations = 5

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
    try {
      this.#ids.set(idKey(subject, text), await this.#registered(subject, text))
    } catch (error) {
      throw this.#error(`schema of ${subject}`, error)
    }
  }

  /** Stages that start together race for a subject, its version and its rule, one after the other: who lost asks again, and so does once who was answered anything else. */
  async #registered(subject: string, schema: string): Promise<number> {
    const rule = { subject, compatibility: COMPATIBILITY.BACKWARD }
    for (let attempt = 1; ; attempt++)
      try {
        return (await this.#registry.register({ type: SchemaType.AVRO, schema }, rule)).id
      } catch (error) {
        if (attempt === registrations || (attempt > 1 && !isLostRace(error))) throw error
        if (isWithoutRule(error)) await this.#setRule(subject)
      }
  }

  /** The client registers a subject first and sets its rule then: who was cut off between, or lost a race for it, left none. */
  async #setRule(subject: string): Promise<void> {
    const { api } = this.#registry as unknown as WithApi
    await api.Subject.updateConfig({ subject, body: { compatibility: COMPATIBILITY.BACKWARD } }).catch(
      (error: unknown) => {
        if (!isLostRace(error)) throw error
      },
    )
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

  /** For who makes something of the records: rows in which a column has another name now are refused, and do not lose it. */
  inputDecoder(dataset: Dataset, kind: TopicKind): Decoder {
    if (!rowKinds.includes(kind)) return this.decoder(dataset, kind)
    return new Decoder(this.#type(topicSchemas[kind](dataset)), (id) => this.#writer(id), renamed)
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

/** A schema that readers cannot take is answered by 409 too, in other words. */
const isLostRace = (error: unknown) =>
  isWithoutRule(error) ||
  ((error as Answered).status === 409 && /already exists/.test((error as Answered).message))

type Answered = Error & { status?: number }

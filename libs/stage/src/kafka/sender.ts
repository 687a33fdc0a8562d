import type { Kafka, Message, Producer } from 'kafkajs'
import { classify, TransientError } from '../health/failure.ts'
import { plainProducer } from './kafka.ts'

/**
 * Writes single records outside any transaction, acknowledged by all replicas: once, or twice after a fault. Connects when it is first asked.
 * @throws TransientError when Kafka is away
 */
export class Sender {
  readonly #kafka: Kafka
  #producer: Promise<Producer> | undefined

  constructor(kafka: Kafka) {
    this.#kafka = kafka
  }

  async send(topic: string, message: Message): Promise<void> {
    try {
      const producer = await (this.#producer ??= this.#open())
      await producer.send({ topic, acks: -1, messages: [message] })
    } catch (error) {
      if (classify(error) !== 'transient') throw error
      throw new TransientError(`Kafka did not take a record of ${topic}: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }

  /** Once for all who ask while it opens; again after it failed. */
  async #open(): Promise<Producer> {
    const producer = plainProducer(this.#kafka)
    try {
      await producer.connect()
      return producer
    } catch (error) {
      this.#producer = undefined
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#producer?.then((producer) => producer.disconnect()).catch(() => undefined)
  }
}

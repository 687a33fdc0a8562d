import type { Admin, Kafka, Message } from 'kafkajs'
import { Sender } from './sender.ts'

/** What was asked through a client is answered by then. */
const answeredMs = 5000

/** The clients of a process that belong to no lane. */
export class Clients {
  readonly kafka: Kafka
  #admin: Admin
  #sender: Sender

  constructor(kafka: Kafka) {
    this.kafka = kafka
    this.#admin = kafka.admin()
    this.#sender = new Sender(kafka)
  }

  /** Another one after `renew`: ask for it each time. */
  get admin(): Admin {
    return this.#admin
  }

  /** May be called again after it failed: each attempt is of another client, which knows nothing of the one before. */
  async connect(): Promise<void> {
    this.#admin = await this.#connected()
  }

  async #connected(): Promise<Admin> {
    const admin = this.kafka.admin()
    try {
      await admin.connect()
      return admin
    } catch (error) {
      await admin.disconnect().catch(() => undefined)
      throw error
    }
  }

  /** One record outside any transaction, acknowledged by all replicas. */
  send(topic: string, message: Message): Promise<void> {
    return this.#sender.send(topic, message)
  }

  /** Clients of kafkajs ask for every topic that they ever met; one that is deleted now would fail them for the others. */
  async renew(): Promise<void> {
    const [admin, sender] = [this.#admin, this.#sender]
    this.#admin = await this.#connected()
    this.#sender = new Sender(this.kafka)
    const end = () => void Promise.allSettled([admin.disconnect(), sender.close()])
    setTimeout(end, answeredMs).unref()
  }

  async close(): Promise<void> {
    await this.#sender.close()
    await this.#admin.disconnect().catch(() => undefined)
  }
}

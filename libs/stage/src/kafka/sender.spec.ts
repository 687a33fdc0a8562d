import { createServer, type AddressInfo } from 'node:net'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it } from 'vitest'
import { TransientError } from '../health/failure.ts'
import { Sender } from './sender.ts'

/** A port where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

it('a record that Kafka does not take, because it is away, is tried again by who asked', async () => {
  const brokers = [`127.0.0.1:${await closedPort()}`]
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } })
  const sent = new Sender(kafka).send('quakes.requests', { value: 'x', partition: 0 })
  await expect(sent).rejects.toThrow(TransientError)
  await expect(sent).rejects.toThrow(/^Kafka did not take a record of quakes\.requests: /)
})

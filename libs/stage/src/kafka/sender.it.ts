import { Socket } from 'node:net'
import { topicName } from '@dsf/dataset'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, expect, it } from 'vitest'
import { closeAll, newDataset, openFeeder } from '../../../../e2e/support/lanes.ts'
import { environment } from '../../../../e2e/support/stack.ts'
import { messagesOf } from '../../../../e2e/support/topics.ts'
import { Sender } from './sender.ts'

afterEach(closeAll)

/** A client to whom, while it is deaf, no answer comes: its requests reach the broker all the same. */
function deafClient() {
  const hearing = { deaf: false }
  const socketFactory = ({
    host,
    port,
    onConnect,
  }: {
    host: string
    port: number
    onConnect: () => void
  }) => {
    const socket = new Socket()
    const emit = socket.emit.bind(socket)
    socket.emit = (event: string, ...rest: unknown[]) =>
      event === 'data' && hearing.deaf ? false : emit(event, ...rest)
    return socket.connect({ host, port }, onConnect)
  }
  const kafka = new Kafka({
    ...{ clientId: 'deaf', brokers: [environment['KAFKA_BROKERS']!], logLevel: logLevel.NOTHING },
    ...{ requestTimeout: 500, retry: { retries: 1, initialRetryTime: 50 } },
    socketFactory,
  })
  return { kafka, hearing }
}

it('what is sent behind a record whose answer was lost is written too', async () => {
  const dataset = newDataset(1)
  await openFeeder(dataset)
  const topic = topicName(dataset.name, 'requests')
  const { kafka, hearing } = deafClient()
  const sender = new Sender(kafka)
  const send = (value: string) => sender.send(topic, { key: value, value, partition: 0 })
  await send('before')
  hearing.deaf = true
  await expect(send('unanswered')).rejects.toThrow(/timed out/)
  hearing.deaf = false
  await send('behind')
  await sender.close()
  const values = (await messagesOf(topic)).map(({ value }) => String(value))
  expect(new Set(values)).toEqual(new Set(['before', 'unanswered', 'behind']))
})

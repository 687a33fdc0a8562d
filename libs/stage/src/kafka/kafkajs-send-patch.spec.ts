/** A send to several brokers, of which one has to be asked again: what the patched client sends, and how often. */
import { expect, it } from 'vitest'
import { inside } from '../../testing/inside-kafkajs.ts'

interface Sent {
  node: number
  partitions: number[]
}
interface Call {
  topicData: { topic: string; partitions: { partition: number }[] }[]
}
type Send = (given: object) => Promise<{ partition: number }[]>

const sendMessages = inside<(parts: object) => Send>('producer/sendMessages')
const createRetry = inside<(options: object) => unknown>('retry')

const busy = () => Object.assign(new Error('busy'), { name: 'KafkaJSProtocolError', retriable: true })

/**
 * A topic with a record for each partition. `leaders` are by attempt, then by partition; `answer` says when a broker answers, or throws.
 */
async function send(leaders: number[][], answer: (node: number, time: number) => Promise<void>) {
  const sent: Sent[] = []
  const sequences = new Map<number, number>()
  let attempt = 0
  const led = () => leaders[Math.min(attempt, leaders.length - 1)]!
  const partitions = () => led().map((leader, partitionId) => ({ partitionId, leader }))
  const broker = (nodeId: number) => ({
    nodeId,
    produce: async ({ topicData }: Call) => {
      const asked = topicData[0]!.partitions.map(({ partition }) => partition)
      const time = sent.push({ node: nodeId, partitions: asked })
      await answer(nodeId, time)
      return { topics: [{ topicName: 't', partitions: asked.map((partition) => ({ partition })) }] }
    },
  })
  const brokers = new Map([1, 2, 3].map((id) => [id, broker(id)]))
  const cluster = {
    ...{ isConnected: () => true, refreshMetadataIfNecessary: async () => undefined },
    ...{ addMultipleTargetTopics: async () => undefined, targetTopics: new Set(['t']) },
    refreshMetadata: async () => void attempt++,
    findTopicPartitionMetadata: partitions,
    findLeaderForPartitions: (_: string, wanted: string[]) =>
      Object.groupBy(wanted.map(Number), (partition) => led()[partition]!),
    findBroker: async ({ nodeId }: { nodeId: string }) => brokers.get(Number(nodeId)),
  }
  const eosManager = {
    ...{ acquireBrokerLock: async () => undefined, releaseBrokerLock: async () => undefined },
    ...{ isTransactional: () => true, addPartitionsToTransaction: async () => undefined },
    ...{ getTransactionalId: () => 'id', getProducerId: () => 1, getProducerEpoch: () => 0 },
    getSequence: (_: string, partition: number) => sequences.get(partition) ?? 0,
    updateSequence: (_: string, partition: number, by: number) =>
      sequences.set(partition, (sequences.get(partition) ?? 0) + by),
  }
  const nothing = () => undefined
  const retrier = createRetry({ initialRetryTime: 5, maxRetryTime: 5, retries: 3 })
  const partitioner = ({ message }: { message: { partition: number } }) => message.partition
  const logger = { debug: nothing, error: nothing }
  const messages = leaders[0]!.map((_, partition) => ({ partition, value: 'x' }))
  const responses = await sendMessages({ logger, cluster, partitioner, eosManager, retrier })({
    ...{ acks: -1, timeout: 1000, topicMessages: [{ topic: 't', messages }] },
  })
  const answered = responses.map(({ partition }) => partition).toSorted()
  return { sent, answered, sequences: [...sequences].toSorted() }
}

/** Broker 1 is busy the first time; broker 2 answers when that is known, and the next attempt could have begun. */
function oneBusyOneSlow() {
  const { promise: refused, resolve } = Promise.withResolvers<void>()
  return async (node: number, time: number): Promise<void> => {
    if (node === 1 && time <= 2) {
      setTimeout(resolve, 50)
      throw busy()
    }
    if (node === 2 && time <= 2) await refused
  }
}

const once = {
  answered: [0, 1],
  sequences: [
    [0, 1],
    [1, 1],
  ],
}

it('is not sent again to a broker that is still about to answer', async () => {
  const { sent, ...found } = await send([[1, 2]], oneBusyOneSlow())
  expect(sent.map(({ node }) => node)).toEqual([1, 2, 1])
  expect(found).toEqual(once)
})

it('goes to a new leader, which has answered for others already', async () => {
  const { sent, ...found } = await send(
    [
      [1, 2],
      [2, 2],
    ],
    oneBusyOneSlow(),
  )
  expect(sent.at(-1)).toEqual({ node: 2, partitions: [0] })
  expect(found).toEqual(once)
})

it('is not sent again for a partition that was answered for and has a new leader', async () => {
  const { sent, ...found } = await send(
    [
      [1, 2],
      [1, 3],
    ],
    oneBusyOneSlow(),
  )
  expect(sent.map(({ node }) => node)).toEqual([1, 2, 1])
  expect(found).toEqual(once)
})

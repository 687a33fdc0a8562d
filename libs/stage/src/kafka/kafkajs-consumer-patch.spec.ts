/** What a consumer of the patched client is shown, and which topics it takes. */
import { describe, expect, it } from 'vitest'
import { inside } from '../../testing/inside-kafkajs.ts'

interface Filtered {
  offset: string
  key: Buffer | null
  isControlRecord: boolean
  batchContext: { producerId: string; inTransaction: boolean }
}
type Aborted = { producerId: string; firstOffset: string }

const filter = inside<(input: { messages: Filtered[]; abortedTransactions: Aborted[] }) => Filtered[]>(
  'consumer/filterAbortedMessages',
)
const abortKey = Buffer.from([0, 0, 0, 0])
const commitKey = Buffer.from([0, 0, 0, 1])

const entry = (
  offset: number,
  producerId: string,
  key: Buffer | null,
  isControlRecord: boolean,
  inTransaction = true,
): Filtered => ({
  offset: String(offset),
  key,
  isControlRecord,
  batchContext: { producerId, inTransaction },
})
const row = (offset: number, producer: string, key = Buffer.from('key')) =>
  entry(offset, producer, key, false)
const plain = (offset: number) => entry(offset, '-1', Buffer.from('key'), false, false)
const abort = (offset: number, producer: string) => entry(offset, producer, abortKey, true)
const commit = (offset: number, producer: string) => entry(offset, producer, commitKey, true)
const visible = (messages: Filtered[], aborted: [producer: string, first: number][]) => {
  const abortedTransactions = aborted.map(([producerId, firstOffset]) => ({
    producerId,
    firstOffset: String(firstOffset),
  }))
  return filter({ messages, abortedTransactions })
    .filter(({ isControlRecord }) => !isControlRecord)
    .map(({ offset }) => Number(offset))
}

describe('the patched read_committed filter of kafkajs', () => {
  it('hides two aborted transactions of one producer and shows the committed one between them', () => {
    const log = [row(0, 'a'), abort(1, 'a'), row(2, 'a'), commit(3, 'a'), row(4, 'a'), abort(5, 'a')]
    expect(
      visible(log, [
        ['a', 0],
        ['a', 4],
      ]),
    ).toEqual([2])
  })

  it('hides an aborted transaction whose marker lies beyond the fetch', () => {
    expect(visible([row(0, 'a'), row(1, 'a')], [['a', 0]])).toEqual([])
  })

  it('hides interleaved transactions of two producers, although the broker lists them by their markers', () => {
    const log = [row(0, 'long'), row(1, 'short'), abort(2, 'short'), row(3, 'long'), abort(4, 'long')]
    expect(
      visible(log, [
        ['short', 1],
        ['long', 0],
      ]),
    ).toEqual([])
  })

  it('hides two transactions that were open where the fetch starts', () => {
    const log = [row(10, 'a'), row(11, 'b'), abort(12, 'b'), row(13, 'a'), abort(14, 'a')]
    expect(
      visible(log, [
        ['b', 2],
        ['a', 1],
      ]),
    ).toEqual([])
  })

  it('takes no row for a marker, whatever its key is', () => {
    expect(visible([row(0, 'a', abortKey), row(1, 'a'), abort(2, 'a')], [['a', 0]])).toEqual([])
  })

  it('shows what another producer, or no transaction, wrote in between', () => {
    const log = [row(0, 'a'), row(1, 'b'), plain(2), commit(3, 'b'), abort(4, 'a')]
    expect(visible(log, [['a', 0]])).toEqual([1, 2])
  })

  it('goes on behind a marker whose transaction began before the fetch', () => {
    expect(visible([abort(0, 'a'), row(1, 'a'), commit(2, 'a')], [['b', 9]])).toEqual([1])
  })
})

describe('a consumer that takes other topics while it runs', () => {
  const ConsumerGroup = inside<new (options: object) => any>('consumer/consumerGroup')

  it('joins again with its next heartbeat, and asks only for those topics from then on', async () => {
    const logger = { namespace: () => logger }
    const cluster = { targetTopics: new Set(['a', 'b']) }
    const group = new ConsumerGroup({ cluster, logger, topics: ['a', 'b'], topicConfigurations: {} })
    await group.heartbeat({ interval: 0 })
    group.resubscribe({ b: { fromBeginning: true }, c: { fromBeginning: true } })
    await expect(group.heartbeat({ interval: 0 })).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' })
    expect(group.topicsSubscribed).toEqual(['a', 'b'])
    group.takeWanted()
    expect([group.topicsSubscribed, [...cluster.targetTopics]]).toEqual([
      ['b', 'c'],
      ['b', 'c'],
    ])
    await group.heartbeat({ interval: 0 })
  })
})

const nothing = async () => undefined
const Runner =
  inside<new (options: object) => { handleBatch: (batch: object) => Promise<void> }>('consumer/runner')
const Batch = inside<new (topic: string, offset: string, data: object) => object>('consumer/batch')

describe('the patched refusals of kafkajs', () => {
  it('says once that a partition can be read again, though nothing came', async () => {
    const told: object[] = []
    const logger = { namespace: () => logger, debug: () => undefined }
    const runner = new Runner({
      ...{ logger, consumerGroup: { heartbeat: nothing }, eachBatch: nothing, eachBatchAutoResolve: false },
      ...{ autoCommit: false, onCrash: nothing, concurrency: 1 },
      instrumentationEmitter: { emit: (name: string, payload: object) => told.push({ name, ...payload }) },
    })
    Object.assign(runner, { running: true })
    const fetched = (partition: number, error?: Error) =>
      runner.handleBatch(new Batch('t', '5', { partition, highWatermark: '5', messages: [], error }))
    await fetched(0)
    await fetched(0, new Error('refused'))
    told.length = 0
    await fetched(1)
    await fetched(0)
    await fetched(0)
    expect(told).toEqual([
      expect.objectContaining({ name: 'consumer.end_batch_process', partition: 0, isReadableAgain: true }),
    ])
  })
})

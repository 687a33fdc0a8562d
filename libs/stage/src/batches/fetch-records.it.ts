import { topicName } from '@dsf/dataset'
import type { Transaction } from 'kafkajs'
import { afterEach, expect, it } from 'vitest'
import { closeAll, freshName, newDataset, openKit } from '../../../../e2e/support/lanes.ts'
import { until } from '../../../../e2e/support/until.ts'
import type { Stage } from './define.ts'
import { transactionalProducer } from '../kafka/kafka.ts'
import { topicReader } from './topic-reader.ts'

afterEach(closeAll)

const dataset = newDataset(2)
const topic = topicName(dataset.name, 'clean')
const stage: Stage = {
  ...{ name: freshName(), reads: ['raw'], writes: ['clean'], passes: {} },
  handle: () => ({}),
}

/** A topic of which lane 0 has records a to c, an aborted one, d, and one whose transaction is open. */
async function writtenTopic() {
  const kit = await openKit(stage, dataset)
  const encoder = kit.serde.encoder(dataset, 'clean')
  const message = (id: string) => {
    const value = encoder.encode({ dsf_run: 'r', dsf_row: 1, dsf_version: 1, id, v: 1 })
    return { key: id, value, partition: 0 }
  }
  const begin = async (name: string, ids: string[]): Promise<Transaction> => {
    const producer = transactionalProducer(kit.kafka, `${dataset.name}-${name}`)
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: ids.map(message) })
    return transaction
  }
  await (await begin('one', ['a', 'b', 'c'])).commit()
  await (await begin('two', ['aborted'])).abort()
  await (await begin('three', ['d'])).commit()
  return { reader: topicReader(kit), open: await begin('four', ['open']) }
}

it('reads committed records from any place, by whole batches and up to the first open transaction', async () => {
  const { reader, open } = await writtenTopic()
  const fetched = async (offset: number) => {
    const { records, ...rest } = await reader.fetch(dataset, 'clean', { lane: 0, offset }, 2 ** 20)
    const all = Array.from({ length: records.length }, (_, i) => records.at(i)!)
    return { ids: all.map((record) => [record.place.offset, record.value()!['id']]), ...rest }
  }
  const [first, last] = [
    [0, 'a'],
    [6, 'd'],
  ]
  expect(await reader.ranges(dataset, 'clean')).toEqual([
    // an open transaction ends it
    { first: 0, end: 8 },
    { first: 0, end: 0 },
  ])
  expect(await fetched(0)).toEqual({ ids: [first, [1, 'b'], [2, 'c'], last], from: 0, next: 8, stable: 8 })
  // the batch that holds the place is whole
  expect(await fetched(2)).toMatchObject({ ids: [first, [1, 'b'], [2, 'c'], last], from: 0 })
  expect(await fetched(6)).toEqual({ ids: [last], from: 6, next: 8, stable: 8 })
  expect(await fetched(8)).toEqual({ ids: [], from: 8, next: 8, stable: 8 })
  await open.commit()
  // its marker is written behind the answer
  const decided = await until('the last record', async () => {
    const found = await fetched(8)
    return found.ids.length > 0 && found
  })
  expect(decided).toMatchObject({ ids: [[8, 'open']], from: 8 })
})

/** What the patched consumer says of a partition that could not be read for a while. */
import { expect, it } from 'vitest'
import { inside } from '../../testing/inside-kafkajs.ts'

const nothing = async () => undefined
const Runner = inside<new (options: object) => { handleBatch: (batch: object) => Promise<void> }>(
  'consumer/runner',
)
const Batch = inside<new (topic: string, offset: string, data: object) => object>('consumer/batch')

it('that it can be read again is said once, though nothing came', async () => {
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

import { topicName, type Dataset } from '@dsf/dataset'
import type { Producer } from 'kafkajs'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import {
  closeAll,
  freshName,
  newDataset,
  openFeeder,
  registryUrl,
  runTransport,
} from '../../../../e2e/support/lanes.ts'
import { openKafka, withAdmin } from '../../../../e2e/support/topics.ts'
import { until } from '../../../../e2e/support/until.ts'
import type { Batch, Stage } from '../batches/define.ts'
import { transactionalProducer } from './kafka.ts'
import { lagOfGroup } from './lag.ts'
import type { Limits } from '../batches/define.ts'
import { receiptHeaders } from '../batches/receipts.ts'
import { Serde } from './serde.ts'
import { startTelemetry } from '../health/telemetry.ts'

const telemetry = await startTelemetry('lag')
const producers: Producer[] = []

afterEach(closeAll)
afterAll(async () => {
  for (const producer of producers) await producer.disconnect()
  await telemetry.stop()
})

function reader(limits?: Limits, handle: (batch: Batch) => void = () => undefined): Stage {
  const handled = (batch: Batch) => (handle(batch), {})
  const batch = limits ? { batch: () => limits } : {}
  return { name: freshName(), reads: ['raw'], writes: [], passes: {}, ...batch, handle: handled }
}

/** Writes to `raw` as a stage would: in transactions, which end with a marker. */
async function openWriter(dataset: Dataset) {
  const serde = new Serde(registryUrl)
  await serde.register(dataset, ['raw'])
  const kafka = openKafka()
  const producer = transactionalProducer(kafka, freshName())
  producers.push(producer)
  await producer.connect()
  const rows = serde.encoder(dataset, 'raw')
  const receipt = { run: 'r', dataset: dataset.name, lane: 0, lanes: 1, route: '', counters: {}, times: {} }
  const receiptMessage = {
    ...{ key: 'r', partition: 0, headers: receiptHeaders },
    value: serde.receiptEncoder().encode(receipt),
  }
  return async (count: number, how: { receipt?: boolean; abort?: boolean } = {}) => {
    const messages = Array.from({ length: count }, (_, i) => ({
      ...{ key: `${i}`, partition: 0 },
      value: Buffer.from(rows.encode({ dsf_run: 'r', dsf_row: i, id: `${i}`, v: '1' })),
    }))
    const transaction = await producer.transaction()
    const all = how.receipt ? [...messages, receiptMessage] : messages
    await transaction.send({ topic: topicName(dataset.name, 'raw'), messages: all })
    await (how.abort ? transaction.abort() : transaction.commit())
  }
}

const lagFromOutside = (stage: string, dataset: Dataset): Promise<number> =>
  withAdmin((admin) => lagOfGroup(admin, `dsf.${stage}`, topicName(dataset.name, 'raw')))

/** As the stage itself shows it; undefined before it has seen anything. */
async function lagFromWithin(stage: string, dataset: Dataset): Promise<number | undefined> {
  const gauge = `dsf_${stage.replaceAll('-', '_')}_lag_records{`
  const topic = `topic="${topicName(dataset.name, 'raw')}"`
  const found = (await telemetry.metrics())
    .split('\n')
    .filter((line) => line.startsWith(gauge) && line.includes(topic))
    .map((line) => Number(/\} (\S+)/.exec(line)![1]))
  return found.length > 0 ? found.reduce((sum, value) => sum + value) : undefined
}

/** Metrics and the group's offsets say it. */
async function lagIs(stage: Stage, dataset: Dataset, wanted: number): Promise<void> {
  let last: unknown
  const said = async () => {
    last = [await lagFromWithin(stage.name, dataset), await lagFromOutside(stage.name, dataset)]
    return JSON.stringify(last) === JSON.stringify([wanted, wanted])
  }
  await until(`the lag to be ${wanted}`, said, { seconds: 30 }).catch((error: unknown) =>
    Promise.reject(new Error(`last seen: ${JSON.stringify(last)}`, { cause: error })),
  )
}

describe('a stage is 0 behind when nothing waits', () => {
  it.each<[string, Limits | undefined]>([
    ['fetches', undefined],
    ['limits and fetches', { records: 50, bytes: 2 ** 20, withFetch: true }],
  ])('with batches that end with %s: records behind the last receipt, too', async (_, limits) => {
    const dataset = newDataset(1)
    await openFeeder(dataset)
    const write = await openWriter(dataset)
    const stage = reader(limits)
    await write(3, { receipt: true })
    await write(2)
    runTransport(stage, dataset)
    await lagIs(stage, dataset, 0)
    await write(4)
    await lagIs(stage, dataset, 0)
  })

  it('although a transaction behind the last record was aborted', async () => {
    const dataset = newDataset(1)
    await openFeeder(dataset)
    const write = await openWriter(dataset)
    const stage = reader()
    await write(3)
    runTransport(stage, dataset)
    await lagIs(stage, dataset, 0)
    await write(5, { abort: true })
    await lagIs(stage, dataset, 0)
  })
})

describe('what waits is lag', () => {
  it('in an open batch, which a receipt ends', async () => {
    const dataset = newDataset(1)
    const feeder = await openFeeder(dataset)
    const stage = reader({ records: 50, bytes: 2 ** 20 })
    await feeder.rows(
      0,
      [1, 2, 3].map((id) => ({ id: `${id}`, v: '1', run: 'r' })),
    )
    runTransport(stage, dataset)
    await lagIs(stage, dataset, 3)
    await feeder.receipt(0, 'r', {})
    await lagIs(stage, dataset, 0)
  })

  it('for a stage that does not run, or never ran: one record that no transaction wrote, too', async () => {
    const dataset = newDataset(1)
    const feeder = await openFeeder(dataset)
    await feeder.rows(0, [{ id: 'a', v: '1', run: 'r' }])
    expect(await lagFromOutside(freshName(), dataset)).toBe(1)
  })

  it('for a stage whose batch fails, with what came meanwhile', async () => {
    const dataset = newDataset(1)
    const feeder = await openFeeder(dataset)
    let broken = true
    const stage = reader(undefined, () => {
      if (broken) throw new Error('not yet')
    })
    await feeder.rows(0, [{ id: 'a', v: '1', run: 'r' }])
    const { health } = runTransport(stage, dataset)
    await until('the lane to be parked', () => health.parked.length > 0)
    await feeder.rows(0, [{ id: 'b', v: '1', run: 'r' }])
    await lagIs(stage, dataset, 2)
    broken = false
    await lagIs(stage, dataset, 0)
  })
})

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { topicName, type Dataset } from '@dsf/dataset'
import { afterEach, describe, expect, it, onTestFailed } from 'vitest'
import { copier } from '../../../../e2e/support/copier.ts'
import {
  closeAll,
  freshName,
  newDataset,
  openFeeder,
  registryUrl,
  runTransport,
  type Feeder,
} from '../../../../e2e/support/lanes.ts'
import { kafkaFolder } from '../../../../e2e/support/stack.ts'
import { committedOf, decode, isReceipt, messagesOf, withAdmin } from '../../../../e2e/support/topics.ts'
import { until } from '../../../../e2e/support/until.ts'
import type { Stage } from '../batches/define.ts'
import { DatasetError, TransientError } from '../health/failure.ts'
import type { Health, Parked } from '../health/health.ts'
import { Serde } from '../kafka/serde.ts'

afterEach(closeAll)

async function idsOf(dataset: Dataset): Promise<string[]> {
  const rows = (await messagesOf(topicName(dataset.name, 'clean'))).filter((message) => !isReceipt(message))
  return Promise.all(rows.map(async ({ value }) => (await decode(value!)).id as string))
}

const row = (id: string) => ({ id, v: '1', run: 'r' })

/** Longer than a fetch takes, and far below the time for which anything is parked or waits when it stays in the way. */
const soon = { seconds: 20 }

/** Rows that come now arrive soon, one after the other. */
async function goesOn(dataset: Dataset, feeder: Feeder, name: string): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await feeder.rows(0, [row(`${name}-${i}`)])
    await until(`${name}-${i}`, async () => (await idsOf(dataset)).includes(`${name}-${i}`), soon)
  }
}

const parkedOf = (health: Health) => (health.ready().body as { parked: Parked[] }).parked

/** The stage says that a dataset is parked, and is ready all the same. */
async function untilParked(health: Health, what: string, reason: string | RegExp): Promise<void> {
  await until(
    `${what} to be parked, and the stage ready`,
    () => health.ready().ok && parkedOf(health).some((one) => one.what === what),
  )
  expect(parkedOf(health)).toMatchObject([
    { what, reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) },
  ])
}

describe('a row that a handler cannot take', () => {
  it('parks its own dataset, whose rows all come once it is mended; the other goes on meanwhile', async () => {
    const [ill, well] = [newDataset(1), newDataset(1)]
    let broken = true
    const stage = copier(({ records }) => {
      if (broken && records.some(({ id }) => id === 'poison')) (undefined as unknown as string[]).push('x')
    })
    const [illFeeder, wellFeeder] = [await openFeeder(ill), await openFeeder(well)]
    await illFeeder.rows(0, [row('a'), row('poison'), row('b')])
    await wellFeeder.rows(0, [row('first')])
    const { health } = runTransport(stage, ill, well)
    await untilParked(health, `${ill.name}.raw/0`, /^Cannot read properties of undefined/)
    await goesOn(well, wellFeeder, 'meanwhile')
    expect(await committedOf(stage.name, topicName(ill.name, 'raw'))).toEqual([-1])
    await illFeeder.rows(0, [row('c')])
    broken = false
    await until('the parked rows', async () => (await idsOf(ill)).length >= 4, { seconds: 40 })
    expect(await idsOf(ill)).toEqual(['a', 'poison', 'b', 'c'])
    expect(await idsOf(well)).toEqual(['first', 'meanwhile-0', 'meanwhile-1', 'meanwhile-2'])
    expect(parkedOf(health)).toEqual([])
  })

  it('stands still in its own lane only', async () => {
    const dataset = newDataset(2)
    const stage = copier(({ lane }) => {
      if (lane === 1) throw new DatasetError('lane 1 is ill')
    })
    const feeder = await openFeeder(dataset)
    await feeder.rows(1, [row('stands')])
    const { health } = runTransport(stage, dataset)
    await untilParked(health, `${dataset.name}.raw/1`, 'lane 1 is ill')
    await goesOn(dataset, feeder, 'lane 0')
  })

  it('stays parked where it is when lanes go from one process to another', async () => {
    const [ill, well] = [newDataset(2), newDataset(2)]
    let broken = true
    const stage = copier(({ dataset }) => {
      if (broken && dataset.name === ill.name) throw new TypeError('no handler for this')
    })
    const [illFeeder, wellFeeder] = [await openFeeder(ill), await openFeeder(well)]
    for (const lane of [0, 1]) await illFeeder.rows(lane, [row(`ill-${lane}`)])
    const first = runTransport(stage, ill, well)
    await until('both lanes to be parked', () => parkedOf(first.health).length === 2)
    const second = runTransport(stage, ill, well)
    await until('a lane parked by each', () =>
      [first, second].every(({ health }) => parkedOf(health).length === 1),
    )
    await goesOn(well, wellFeeder, 'between two')
    await first.close()
    await until('both lanes parked by the second', () => parkedOf(second.health).length === 2)
    await goesOn(well, wellFeeder, 'by the second')
    broken = false
    await until('all rows', async () => (await idsOf(ill)).length >= 2, { seconds: 40 })
    expect((await idsOf(ill)).toSorted()).toEqual(['ill-0', 'ill-1'])
  })
})

describe('a lane that waits for its server, or takes long', () => {
  it('lets all others go on at once while it waits, and says so in readiness', async () => {
    const [away, well] = [newDataset(1), newDataset(1)]
    let here = false
    const stage = copier(({ dataset }) => {
      if (!here && dataset.name === away.name) throw new TransientError('store away')
    })
    const [awayFeeder, wellFeeder] = [await openFeeder(away), await openFeeder(well)]
    await awayFeeder.rows(0, [row('waits')])
    const { health } = runTransport(stage, away, well)
    await until('the lane to wait', () => !health.ready().ok && (health.ready().body as any).waiting)
    await goesOn(well, wellFeeder, 'meanwhile')
    here = true
    await until('what waited', async () => (await idsOf(away)).length === 1, { seconds: 30 })
  })

  it('does not hold up the rows of another, and has its own written once', async () => {
    const [slow, well] = [newDataset(1), newDataset(1)]
    let open!: () => void
    const opened = new Promise<void>((resolve) => (open = resolve))
    onTestFailed(() => open())
    const stage = copier(({ dataset }) => (dataset.name === slow.name ? opened : undefined))
    const [slowFeeder, wellFeeder] = [await openFeeder(slow), await openFeeder(well)]
    await slowFeeder.rows(0, [row('slow')])
    const { health } = runTransport(stage, slow, well)
    await goesOn(well, wellFeeder, 'meanwhile')
    await slowFeeder.rows(0, [row('slower')])
    expect(health.ready()).toMatchObject({ ok: true, body: { parked: [] } })
    open()
    await until('the slow rows', async () => (await idsOf(slow)).length >= 2, { seconds: 30 })
    expect(await idsOf(slow)).toEqual(['slow', 'slower'])
  })
})

describe('a dataset that cannot start', () => {
  it('because its topic has other lanes is parked with the reason, and the others are read', async () => {
    const [ill, well] = [newDataset(2), newDataset(1)]
    const topic = topicName(ill.name, 'raw')
    await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }))
    const feeder = await openFeeder(well)
    const { health } = runTransport(copier(), ill, well)
    await untilParked(
      health,
      `start of ${ill.name}`,
      `topic ${topic} has 3 partitions, the dataset declares 2 lanes; lanes cannot change in the life of a topic`,
    )
    await goesOn(well, feeder, 'well')
  })

  it('because its schema was changed past us comes in by itself when that is mended', async () => {
    const name = freshName()
    const subject = `${name}.clean-value`
    await new Serde(registryUrl).register(newDataset(1, [{ name: 'mag', type: 'number' }], name), ['clean'])
    const [ill, well] = [newDataset(1, [{ name: 'mag', type: 'boolean' }], name), newDataset(1)]
    const wellFeeder = await openFeeder(well)
    const { health } = runTransport(copier(), ill, well)
    await untilParked(health, `start of ${name}`, new RegExp(`refused the schema of ${subject}`))
    await goesOn(well, wellFeeder, 'before')
    const illFeeder = await openFeeder(ill)
    await illFeeder.rows(0, [row('late')])
    await fetch(`${registryUrl}/subjects/${subject}`, { method: 'DELETE' })
    await until('the late rows', async () => (await idsOf(ill)).length > 0, { seconds: 60 })
    expect(await idsOf(ill)).toEqual(['late'])
    expect(parkedOf(health)).toEqual([])
    await goesOn(well, wellFeeder, 'after')
  })

  it('because what the stage itself needs for it is refused is parked alone', async () => {
    const [ill, well] = [newDataset(1), newDataset(1)]
    const prepare: Stage['prepare'] = async ({ name }) => {
      if (name === ill.name) throw new DatasetError('Limit of total fields [1000] has been exceeded')
    }
    const feeder = await openFeeder(well)
    const { health } = runTransport({ ...copier(), prepare }, ill, well)
    await untilParked(health, `start of ${ill.name}`, 'Limit of total fields [1000] has been exceeded')
    await goesOn(well, feeder, 'well')
  })
})

describe('a record that rots where the broker keeps it', () => {
  /** Changes one byte of a value in the broker's own file: no broker looks at a checksum when it answers a fetch. */
  function rot(topic: string, from: string, to: string): void {
    const folder = join(kafkaFolder, 'logs', `${topic}-0`)
    const segment = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.log'))!,
    )
    const bytes = readFileSync(segment)
    const at = bytes.indexOf(from)
    expect(at).toBeGreaterThan(0)
    bytes.write(to, at)
    writeFileSync(segment, bytes)
  }

  it('is never read as a value: what lies before it comes, its dataset is parked, and the other goes on', async () => {
    const [ill, well] = [newDataset(1), newDataset(1)]
    const [illFeeder, wellFeeder] = [await openFeeder(ill), await openFeeder(well)]
    await illFeeder.rows(0, [row('before')])
    await illFeeder.rows(0, [row('amount=100')])
    await illFeeder.rows(0, [row('after')])
    const topic = topicName(ill.name, 'raw')
    rot(topic, 'amount=100', 'amount=900')
    const { health } = runTransport(copier(), ill, well)
    await untilParked(
      health,
      `${topic}/0`,
      new RegExp(
        `^${topic}/0 cannot be read from offset 1 on: the record batch from offset 1 on has the checksum [0-9a-f]+, not [0-9a-f]+$`,
      ),
    )
    await goesOn(well, wellFeeder, 'meanwhile')
    expect(await idsOf(ill)).toEqual(['before'])
    rot(topic, 'amount=900', 'amount=100')
    await until('the mended rows', async () => (await idsOf(ill)).length === 3, { seconds: 60 })
    expect(await idsOf(ill)).toEqual(['before', 'amount=100', 'after'])
  })
})

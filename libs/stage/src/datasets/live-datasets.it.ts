import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { topicName, topicsOf, type Dataset } from '@dsf/dataset'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { copied, copier } from '../../../../e2e/support/copier.ts'
import {
  closeAll,
  freshName,
  newDataset,
  openFeeder,
  runTransport,
  type Feeder,
} from '../../../../e2e/support/lanes.ts'
import { decode, messagesOf, withAdmin } from '../../../../e2e/support/topics.ts'
import { until } from '../../../../e2e/support/until.ts'
import type { Batch, Runtime, Stage } from '../batches/define.ts'
import type { Health, Parked } from '../health/health.ts'

afterEach(closeAll)

const row = (id: string) => ({ id, v: '1', run: 'r' })
const magnitude = { name: 'mag', type: 'number' }

/** Every row goes on, with a magnitude of 7 where the definition has one. Notes when it first saw each. */
function noter(start?: Stage['start']) {
  const seenAt = new Map<string, number>()
  const stage: Stage = {
    ...copier(),
    ...(start ? { start } : {}),
    handle: (batch: Batch) => {
      for (const { id } of batch.records)
        if (!seenAt.has(String(id))) seenAt.set(String(id), performance.now())
      return copied(batch, batch.dataset.fields.some(({ name }) => name === 'mag') ? { mag: 7 } : {})
    },
  }
  return { stage, seenAt }
}

const cleanOf = async ({ name }: Dataset): Promise<{ id: string; mag?: number }[]> =>
  Promise.all((await messagesOf(topicName(name, 'clean'))).map(({ value }) => decode(value!)))

/** A record every 100 ms from now on; `stop` says how long one had to wait at most, in ms. */
function steadily(feeder: Feeder, seenAt: Map<string, number>) {
  const sentAt = new Map<string, number>()
  let stopped = false
  const send = async () => {
    const begin = performance.now()
    for (let i = 0; !stopped; i++) {
      const id = `steady-${i}`
      sentAt.set(id, performance.now())
      await feeder.rows(0, [row(id)])
      await sleep(Math.max(0, begin + (i + 1) * 100 - performance.now()))
    }
  }
  const sending = send()
  onTestFinished(() => void (stopped = true))
  return {
    sentAt,
    stop: async () => {
      stopped = true
      await sending
      const ids = [...sentAt.keys()]
      await until('the last steady record', () => seenAt.has(ids.at(-1)!))
      return Math.max(...ids.map((id) => seenAt.get(id)! - sentAt.get(id)!))
    },
  }
}

/** Two datasets in one folder: one with a record every 100 ms, and another that is there or not. */
async function beginSteady(started?: Stage['start']) {
  const { stage, seenAt } = noter(started)
  const steady = newDataset(1)
  const feeder = await openFeeder(steady)
  await feeder.rows(0, [row('first')])
  const { health } = runTransport(stage, steady)
  await until('the first record', () => seenAt.has('first'))
  const flow = steadily(feeder, seenAt)
  const write = (name: string, fields: object[] = []) =>
    newDataset(1, fields, name, {}, dirname(steady.folder))
  /** all of its records in order and once, and none that waited longer than that */
  const expectSteady = async (mostMs = 1000) => {
    expect(await flow.stop()).toBeLessThan(mostMs)
    const ids = (await cleanOf(steady)).map(({ id }) => id)
    expect(ids).toEqual(['first', ...flow.sentAt.keys()])
  }
  return { stage, steady, seenAt, health, write, expectSteady }
}

const bodyOf = (health: Health) =>
  health.ready().body as { parked: Parked[]; refusedDatasets?: Record<string, string[]> }

const definitionOf = ({ folder }: { folder: string }) => join(folder, 'datapackage.json')

describe('while another dataset has a record every 100 ms', () => {
  it('a new folder is taken in, and one that goes and comes back goes on where it was', async () => {
    const { seenAt, health, write, expectSteady } = await beginSteady()
    const added = write(freshName())
    const feeder = await openFeeder(added)
    await feeder.rows(0, [row('a')])
    await until('its record', () => seenAt.has('a'), { seconds: 20 })
    rmSync(added.folder, { recursive: true })
    await until('it to go', async () => {
      const id = `probe-${seenAt.size}`
      await feeder.rows(0, [row(id)])
      await sleep(300)
      return !seenAt.has(id)
    })
    const meanwhile = [...seenAt.keys()].filter((id) => id.startsWith('probe'))
    write(added.name)
    await feeder.rows(0, [row('b')])
    await until('what came meanwhile', () => seenAt.has('b'), { seconds: 20 })
    const ids = (await cleanOf(added)).map(({ id }) => id)
    expect(ids.slice(0, 1 + meanwhile.length)).toEqual(['a', ...meanwhile])
    expect([ids.at(-1), new Set(ids).size]).toEqual(['b', ids.length])
    expect(health.ready()).toMatchObject({ ok: true, body: { parked: [] } })
    await expectSteady()
  })

  it('a changed definition is used when it is compatible; else the one before goes on, until it is mended', async () => {
    const { health, write, expectSteady } = await beginSteady()
    const { name } = write(freshName())
    const [dataset, feeder] = await openNew(write(name))
    const magnitudes = async () => (await cleanOf(dataset)).map(({ mag }) => mag)
    let rows = 0
    const nextRow = async () => {
      await feeder.rows(0, [row(`row-${rows++}`)])
      await until(`row ${rows}`, async () => (await cleanOf(dataset)).length >= rows, { seconds: 20 })
    }
    await nextRow()
    write(name, [magnitude])
    await until('the new field', async () => (await nextRow(), (await magnitudes()).at(-1) === 7), {
      seconds: 20,
    })
    write(name, [{ name: 'mag', type: 'boolean' }])
    const refused = /^the changed definition cannot be used, the one before goes on: .* refused the schema/
    await until('it to be refused', () => bodyOf(health).parked.length > 0)
    expect(bodyOf(health).parked).toMatchObject([
      { dataset: name, what: `change of ${name}`, reason: expect.stringMatching(refused) },
    ])
    await nextRow()
    expect((await magnitudes()).at(-1)).toBe(7)
    write(name, [magnitude, { name: 'depth', type: 'number' }])
    const lastRow = async () => decode((await messagesOf(topicName(name, 'clean'))).at(-1)!.value!)
    await until('the change', async () => (await nextRow(), 'depth' in (await lastRow())), { seconds: 20 })
    expect(bodyOf(health).parked).toEqual([])
    expect(health.ready().ok).toBe(true)
    await expectSteady()
  })

  it('a definition that is broken is told of, costs nobody anything, and is used when it is mended', async () => {
    const { seenAt, health, write, expectSteady } = await beginSteady()
    const broken = write(freshName())
    writeFileSync(definitionOf(broken), '{"name": 1')
    await until('it to be refused', () => bodyOf(health).refusedDatasets?.[broken.name])
    const [, feeder] = await openNew(write(broken.name))
    await feeder.rows(0, [row('a')])
    await until('its record', () => seenAt.has('a'), { seconds: 20 })
    expect(bodyOf(health).refusedDatasets).toBeUndefined()
    writeFileSync(definitionOf(broken), '{"name": 1')
    await until('its change to be refused', () => bodyOf(health).refusedDatasets?.[broken.name])
    expect(bodyOf(health).refusedDatasets).toEqual({
      [broken.name]: [
        expect.stringMatching(/^the changed definition cannot be used, the one before goes on: /),
      ],
    })
    await feeder.rows(0, [row('b')])
    await until('it to go on', () => seenAt.has('b'), { seconds: 20 })
    write(broken.name)
    await until('it to be mended', () => bodyOf(health).refusedDatasets === undefined)
    await expectSteady()
  })

  it('two members take a folder in, each when it sees it, and share its lanes', async () => {
    const { stage, steady, seenAt, write, expectSteady } = await beginSteady()
    runTransport(stage, steady)
    const added = newDataset(4, [], freshName(), {}, dirname(steady.folder))
    const feeder = await openFeeder(added)
    for (const lane of [0, 1, 2, 3]) await feeder.rows(lane, [row(`lane-${lane}`)])
    await until('its records', () => [0, 1, 2, 3].every((lane) => seenAt.has(`lane-${lane}`)), {
      seconds: 30,
    })
    write(freshName())
    await until('both members to have lanes of it', async () => (await readersOf(added)) === 2)
    // a member learns of another's change with its next heartbeat
    await expectSteady(2500)
  })

  it('its topics may be deleted once a folder went', async () => {
    const { seenAt, health, write, expectSteady } = await beginSteady()
    const [dataset, feeder] = await openNew(write(freshName()))
    await feeder.rows(0, [row('a')])
    await until('its record', () => seenAt.has('a'), { seconds: 20 })
    rmSync(dataset.folder, { recursive: true })
    await until('nobody to read it', async () => (await readersOf(dataset)) === 0)
    await withAdmin((admin) => admin.deleteTopics({ topics: topicsOf(dataset).map(({ topic }) => topic) }))
    const [, next] = await openNew(write(freshName()))
    await next.rows(0, [row('next')])
    await until('the record of the next', () => seenAt.has('next'), { seconds: 20 })
    expect(health.ready().ok).toBe(true)
    await expectSteady()
  })

  /** How many members of stages have a lane of it. */
  const readersOf = async ({ name }: Dataset): Promise<number> =>
    withAdmin(async (admin) => {
      const { groups } = await admin.listGroups()
      const ours = groups.filter(({ groupId }) => groupId.startsWith('dsf.it-')).map(({ groupId }) => groupId)
      const described = await admin.describeGroups(ours)
      const members = described.groups.flatMap((group) => group.members)
      return members.filter(({ memberAssignment }) => memberAssignment.includes(topicName(name, 'raw')))
        .length
    })

  const openNew = async (dataset: Dataset): Promise<[Dataset, Feeder]> => [dataset, await openFeeder(dataset)]
})

describe('a view of topics', () => {
  it('sees all of a dataset that comes, and each record of those that stay once', async () => {
    const seen: string[] = []
    const { stage, steady, write, expectSteady } = await beginSteady(async (runtime: Runtime) =>
      runtime.follow(['raw'], ({ name }, _, row) => void seen.push(`${name} ${String(row!['id'])}`)),
    )
    const added = write(freshName())
    const feeder = await openFeeder(added)
    await feeder.rows(0, [row('a'), row('b')])
    await until('both records', () => seen.includes(`${added.name} b`), { seconds: 30 })
    await expectSteady()
    const ids = (await cleanOf(steady)).map(({ id }) => `${steady.name} ${id}`)
    await until('the last one', () => seen.includes(ids.at(-1)!))
    expect(seen.filter((one) => one.startsWith(steady.name))).toEqual(ids)
    expect(seen.filter((one) => one.startsWith(added.name))).toEqual(
      ['a', 'b'].map((id) => `${added.name} ${id}`),
    )
    expect(stage.name).toMatch(/^it-/)
  })
})

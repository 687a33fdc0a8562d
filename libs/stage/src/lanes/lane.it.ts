import { topicName, type Dataset } from '@dsf/dataset'
import type { Kafka, Transaction } from 'kafkajs'
import { afterEach, describe, expect, it } from 'vitest'
import {
  closeAll,
  fetchOf,
  freshName,
  newDataset,
  openFeeder,
  openKit,
} from '../../../../e2e/support/lanes.ts'
import { committedOf, decode, messagesOf } from '../../../../e2e/support/topics.ts'
import type { Batch, LaneState, Output, Result, Stage } from '../batches/define.ts'
import { classify } from '../health/failure.ts'
import { Lane } from './lane.ts'

afterEach(closeAll)

/** Of a lane that nobody has let go. */
const going = new AbortController().signal

/** Stops whoever comes by until it is opened, and tells when somebody is there. */
function gate() {
  let open!: () => void
  let reached!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  const arrived = new Promise<void>((resolve) => (reached = resolve))
  return { open, arrived, pass: () => (reached(), opened) }
}

const clean = (id: string, v = 1): Output => ({
  key: id,
  value: { dsf_run: 'r', dsf_row: 1, dsf_version: v, id, v },
})

const cleanIds = async (dataset: Dataset): Promise<string[]> => {
  const messages = await messagesOf(topicName(dataset.name, 'clean'))
  return Promise.all(messages.map(async ({ value }) => (await decode(value!)).id as string))
}

async function rawOf(dataset: Dataset, ids: string[]) {
  const feeder = await openFeeder(dataset)
  await feeder.rows(
    0,
    ids.map((id) => ({ id, v: '1', run: 'r' })),
  )
  return fetchOf(await messagesOf(topicName(dataset.name, 'raw')))
}

describe('an owner of a lane that was thought dead, and is not', () => {
  it('cannot commit: of what it wrote nothing is visible, and the offset is that of the new owner', async () => {
    const dataset = newDataset(1)
    const fetch = await rawOf(dataset, ['a', 'b'])
    const held = gate()
    const stageOf = (owner: string, wait = () => Promise.resolve()): Stage => ({
      name: `zombie-${dataset.name}`,
      reads: ['raw'],
      writes: ['clean'],
      passes: {},
      handle: async ({ records }: Batch) => {
        await wait()
        return { out: { clean: records.map(({ id }) => clean(`${String(id)} by ${owner}`)) } }
      },
    })
    const zombie = new Lane(await openKit(stageOf('zombie', held.pass), dataset), dataset, 0)
    const owner = new Lane(await openKit(stageOf('owner'), dataset), dataset, 0)
    const outcome = zombie.process('raw', fetch).catch((error: unknown) => error)
    await held.arrived
    await owner.process('raw', fetch)
    held.open()
    expect(classify(await outcome)).toBe('fenced')
    expect(await cleanIds(dataset)).toEqual(['a by owner', 'b by owner'])
    expect(await committedOf(`zombie-${dataset.name}`, topicName(dataset.name, 'raw'))).toEqual([2])
    for (const lane of [zombie, owner]) await lane.release()
  })

  it('cannot commit its work either, and starts from what the new owner has done since', async () => {
    const dataset = newDataset(1)
    await rawOf(dataset, ['run'])
    const stage = stepper(freshName())
    const lanes = [await openKit(stage, dataset), await openKit(stage, dataset)].map(
      (kit) => new Lane(kit, dataset, 0),
    ) as [Lane, Lane]
    const [zombie, owner] = lanes
    const first = await zombie.openSession(going)
    await zombie.transact(first, stepOf('zombie'))
    const second = await owner.openSession(going)
    expect((second.state as Steps).done).toBe(1)
    await owner.transact(second, stepOf('owner'))
    const outcome = await zombie.transact(first, stepOf('zombie')).catch((error: unknown) => error)
    expect([classify(outcome), first.signal.aborted]).toEqual(['fenced', true])
    const again = await zombie.openSession(going)
    expect((again.state as Steps).done).toBe(2)
    await zombie.transact(again, stepOf('zombie'))
    expect(await cleanIds(dataset)).toEqual(['step 0 by zombie', 'step 1 by owner', 'step 2 by zombie'])
    for (const lane of lanes) await lane.release()
  })
})

describe('the work of a lane', () => {
  it('takes turns with its batches, and what a transaction that fails would have changed is undone', async () => {
    const dataset = newDataset(1)
    const fetch = await rawOf(dataset, ['a'])
    const lane = new Lane(await openKit(stepper(freshName()), dataset), dataset, 0)
    const session = await lane.openSession(going)
    const tooLate = lane.transact(session, (state) => {
      ;(state as Steps).set(9)
      throw new Error('no')
    })
    await expect(tooLate).rejects.toThrow('no')
    expect(session.signal.aborted).toBe(true)
    const again = await lane.openSession(going)
    await Promise.all([lane.transact(again, stepOf('work')), lane.inTurn(() => lane.process('raw', fetch))])
    expect([(again.state as Steps).done, await cleanIds(dataset)]).toEqual([
      1,
      ['step 0 by work', 'a by batch'],
    ])
    await lane.release()
  })

  it('writes what was gathered with the transaction that has it, and never what no transaction has', async () => {
    const dataset = newDataset(1)
    await rawOf(dataset, ['a'])
    const lane = new Lane(await openKit(stepper(freshName()), dataset), dataset, 0)
    const session = await lane.openSession(going)
    const [taken, left] = [lane.gather(), lane.gather()]
    await left.add('clean', [clean('left')])
    await taken.add('clean', [clean('first')])
    await taken.add('clean', [clean('second')])
    await lane.transact(session, (state) => ({ ...stepOf('work')(state), gathered: taken }))
    await lane.transact(session, stepOf('work'))
    expect(await cleanIds(dataset)).toEqual(['first', 'second', 'step 0 by work', 'step 1 by work'])
    await lane.release()
  })

  it('takes nothing back from a new owner once the lane was let go', async () => {
    const dataset = newDataset(1)
    const stage = stepper(freshName())
    const lanes = [await openKit(stage, dataset), await openKit(stage, dataset)].map(
      (kit) => new Lane(kit, dataset, 0),
    ) as [Lane, Lane]
    const [old, owner] = lanes
    const letGo = new AbortController()
    const session = await old.openSession(letGo.signal)
    letGo.abort(new Error('let go'))
    old.suspect()
    const its = await owner.openSession(going)
    const late = old.transact({ ...session, signal: letGo.signal }, stepOf('old'))
    await expect(late).rejects.toThrow('let go')
    await expect(old.openSession(letGo.signal)).rejects.toThrow('let go')
    await owner.transact(its, stepOf('owner'))
    expect(await cleanIds(dataset)).toEqual(['step 0 by owner'])
    for (const lane of lanes) await lane.release()
  })

  it('goes on behind a transaction that the broker committed although its answer was lost', async () => {
    const dataset = newDataset(1)
    const kit = await openKit(stepper(freshName()), dataset)
    const answers = { lost: false }
    const lane = new Lane({ ...kit, kafka: losingAnswers(kit.kafka, answers) }, dataset, 0)
    const session = await lane.openSession(going)
    await lane.transact(session, stepOf('work'))
    answers.lost = true
    await expect(lane.transact(session, stepOf('work'))).rejects.toThrow('no answer')
    answers.lost = false
    const again = await lane.openSession(going)
    expect((again.state as Steps).done).toBe(2)
    await lane.transact(again, stepOf('work'))
    expect(await cleanIds(dataset)).toEqual(['step 0 by work', 'step 1 by work', 'step 2 by work'])
    await lane.release()
  })
})

/** A client that does not hear that a transaction was committed, while answers are lost. No broker can be made to do so on command. */
function losingAnswers(kafka: Kafka, answers: { lost: boolean }): Kafka {
  const deaf = (transaction: Transaction): Transaction => {
    const commit = async () => {
      await transaction.commit()
      if (answers.lost) throw new Error('no answer')
    }
    return { ...transaction, commit }
  }
  const producer: Kafka['producer'] = (config) => {
    const real = kafka.producer(config)
    return { ...real, transaction: async () => deaf(await real.transaction()) }
  }
  return { producer, consumer: kafka.consumer.bind(kafka) } as Kafka
}

/** How many steps the work of a lane has done. */
class Steps implements LaneState {
  done = 0
  #pending: number | undefined
  restore(_: string, value: Record<string, unknown> | null): void {
    this.done = value!['mark'] as number
  }
  set(done: number): void {
    this.#pending = done
  }
  commit(): void {
    this.done = this.#pending ?? this.done
    this.#pending = undefined
  }
  rollback(): void {
    this.#pending = undefined
  }
}

const stepOf =
  (owner: string) =>
  (state: LaneState): Result => {
    const { done } = state as Steps
    ;(state as Steps).set(done + 1)
    return {
      out: {
        clean: [clean(`step ${done} by ${owner}`)],
        seen: [{ key: 'steps', value: { mark: done + 1 } }],
      },
    }
  }

/** Its work takes a transaction for each step; its batches copy. */
function stepper(name: string): Stage {
  return {
    name,
    reads: ['raw'],
    writes: ['clean', 'seen'],
    passes: {},
    state: { changelog: 'seen', create: () => new Steps() },
    handle: ({ records }: Batch) => ({
      out: { clean: records.map(({ id }) => clean(`${String(id)} by batch`)) },
    }),
  }
}

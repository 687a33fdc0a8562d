import { topicName, type Dataset } from '@dsf/dataset'
import { afterEach, describe, expect, it } from 'vitest'
import { closeAll, fetchOf, freshName, newDataset, openFeeder, openKit } from '../../../e2e/support/lanes.ts'
import { committedOf, decode, messagesOf } from '../../../e2e/support/topics.ts'
import type { Batch, LaneState, Output, Stage } from './define.ts'
import { classify } from './failure.ts'
import { Lane } from './lane.ts'

afterEach(closeAll)

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

  it('starts from what the new owner has done since, when it gets the lane back', async () => {
    const dataset = newDataset(1)
    const fetch = await rawOf(dataset, ['run'])
    const name = freshName()
    const held = gate()
    const zombie = new Lane(
      await openKit(
        stepper(name, 3, async (step) => void (step === 1 && (await held.pass()))),
        dataset,
      ),
      dataset,
      0,
    )
    const dying = async (step: number) => {
      if (step === 2) throw new Error('killed')
    }
    const owner = new Lane(await openKit(stepper(name, 3, dying), dataset), dataset, 0)
    const outcome = zombie.process('raw', fetch).catch((error: unknown) => error)
    await held.arrived
    await expect(owner.process('raw', fetch)).rejects.toThrow('killed')
    await owner.release()
    held.open()
    expect(classify(await outcome)).toBe('fenced')
    await zombie.release()
    await zombie.process('raw', fetch)
    expect(await cleanIds(dataset)).toEqual(['step 0', 'step 1', 'step 2'])
    await zombie.release()
  })
})

/** How many steps of its one record a lane has done. */
class Steps implements LaneState {
  done = 0
  #pending: number | undefined
  restore(_: string, value: Record<string, unknown> | null): void {
    this.done = value!['mark'] as number
  }
  set(done: number): void {
    this.#pending = done
  }
  next = () => this.#pending ?? this.done
  commit(): void {
    this.done = this.next()
    this.#pending = undefined
  }
  rollback(): void {
    this.#pending = undefined
  }
}

/** Takes a transaction for each step of a record, like the ingestor for the parts of a file. */
function stepper(name: string, steps: number, before: (step: number) => Promise<void>): Stage {
  return {
    name,
    reads: ['raw'],
    writes: ['clean', 'seen'],
    passes: {},
    state: { changelog: 'seen', create: () => new Steps() },
    handle: async function* (_: Batch, { state }: { state: LaneState }) {
      const progress = state as Steps
      while (progress.next() < steps) {
        const step = progress.next()
        await before(step)
        progress.set(step + 1)
        yield { out: { clean: [clean(`step ${step}`)], seen: [{ key: 'steps', value: { mark: step + 1 } }] } }
      }
    },
  }
}

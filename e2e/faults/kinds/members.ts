/** Instances that come, go, and come back from the dead. */
import { stageNames } from '../../../infra/local/servers/stages.ts'
import { until } from '../../support/until.ts'
import { integer, moment, pick } from '../plan.ts'
import { membersOf, sleep, type Instance } from '../stages.ts'
import { restart, type Import, type World } from '../world.ts'
import type { Fault } from './fault.ts'

const frozenAt = ['before-send', 'after-send', 'after-offsets', 'after-commit']

/** The frozen one is in the middle of a transaction: when it wakes up it goes on with it. */
const zombies: Fault[] = stageNames.map((stage) => ({
  id: 'F3',
  title: `SIGSTOP of the ${stage} in a transaction, its lanes go to another, SIGCONT`,
  inject: async (world, its) => {
    const { stages } = world
    const point = pick(its.random, frozenAt)
    const zombie = await restart(world, stage, {
      CRASH_AT: `${point}:${integer(its.random, 1, 2)}:stop`,
    })
    await membersOf(stage, 1)
    await its.begin()
    const hit = await isFrozen(world, zombie, its)
    const other = stages.instanceOf(stage, true)
    await stages.start(other)
    await its.arrived()
    stages.signal(zombie, 'SIGCONT')
    // long enough to send, to commit, and to be refused
    await sleep(3000)
    await stages.stop(other)
    await restart(world, stage)
    return { hit }
  },
}))

/**
 * The new owner is frozen between its look at the committed offset and its first transaction, and just then the old one wakes up
 * and commits. Only who was fenced before that look cannot.
 */
const overtaken: Fault[] = stageNames.map((stage) => ({
  id: 'F3',
  title: `SIGSTOP of the ${stage} before a commit, which it tries when another has looked where to go on`,
  inject: async (world, its) => {
    const { stages } = world
    const old = await restart(world, stage, { CRASH_AT: `after-offsets:${integer(its.random, 1, 2)}:stop` })
    const next = stages.instanceOf(stage, true)
    await membersOf(stage, 1)
    await its.begin()
    const hit = await isFrozen(world, old, its)
    await stages.start(next, { CRASH_AT: 'after-take-over:1:stop' })
    if (hit) await isFrozen(world, next, its)
    stages.signal(old, 'SIGCONT')
    await sleep(1500)
    stages.signal(next, 'SIGCONT')
    await its.arrived()
    await stages.stop(next)
    await restart(world, stage)
    return { hit }
  },
}))

/** False when the import was over before. */
async function isFrozen({ stages }: World, instance: Instance, its: Import): Promise<boolean> {
  const frozen = () => stages.logOf(instance).includes('crash point')
  const waited = until('the process to freeze', frozen, { seconds: 60, everyMs: 10 })
  await Promise.race([waited.catch(() => undefined), its.arrived()])
  return frozen()
}

/** Each arrival and each leave makes a new generation of the group, in which lanes change their owner. */
const storms: Fault[] = stageNames.map((stage) => ({
  id: 'F4',
  title: `instances of the ${stage} come and go every few seconds`,
  inject: async ({ stages, store }, its) => {
    store.trouble = { delayMs: 30 }
    const other = stages.instanceOf(stage, true)
    await its.begin()
    for (let time = 0; time < 2; time++) {
      await stages.start(other)
      await sleep(500 + moment(its.random))
      await stages.stop(other)
    }
    store.trouble = {}
  },
}))

export const members: Fault[] = [...zombies, ...overtaken, ...storms]

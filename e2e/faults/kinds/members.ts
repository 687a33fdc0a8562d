/** Instances that come, go, and come back from the dead. */
import { stageNames } from '../../../infra/local/servers/stages.ts'
import { until } from '../../support/until.ts'
import { integer, moment, pick } from '../plan.ts'
import { membersOf, sleep } from '../stages.ts'
import { restart } from '../world.ts'
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
    const frozen = () => stages.logOf(zombie).includes('crash point')
    await Promise.race([
      until('the process to freeze', frozen, { seconds: 60, everyMs: 10 }).catch(() => undefined),
      its.arrived(),
    ])
    const hit = frozen()
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

export const members: Fault[] = [...zombies, ...storms]

/** Processes that end without a word, at each crash point and anywhere, and processes that are asked to end. */
import { stageNames, type StageName } from '../../../infra/local/servers/stages.ts'
import { until } from '../../support/until.ts'
import { integer, moment, pick } from '../plan.ts'
import { sleep } from '../stages.ts'
import { restart } from '../world.ts'
import type { Fault } from './fault.ts'

const transaction = ['before-send', 'after-send', 'after-offsets', 'after-commit']

/** The crash points that a stage passes beside those of a transaction. */
const ownPoints: Partial<Record<StageName, string[]>> = {
  ingestor: ['while-fetching', 'after-landing', 'during-restore'],
  cleaner: ['during-restore'],
  'sink-minio': ['after-put'],
  indexer: ['after-bulk'],
}

/** Points that an import passes once. */
const once = new Set(['while-fetching', 'after-landing', 'during-restore'])
/** The ingestor takes a request in, lands, publishes and adds receipts up, each in transactions of its own. */
const passings: Partial<Record<StageName, number>> = { ingestor: 8 }

const atPoints: Fault[] = stageNames.flatMap((stage) =>
  [...transaction, ...(ownPoints[stage] ?? [])].map((point): Fault => {
    return {
      id: 'F1',
      title: `kill -9 of the ${stage}, ${point}`,
      inject: async (world, its) => {
        const passing = once.has(point) ? 1 : integer(its.random, 1, passings[stage] ?? 3)
        const instance = await restart(world, stage, { CRASH_AT: `${point}:${passing}` })
        await its.begin()
        await Promise.race([ended(() => !world.stages.isAlive(instance)), its.arrived()])
        const hit = !world.stages.isAlive(instance)
        // disarmed: a process that never came to its point must not die in a later round
        if (hit) await world.stages.start(instance)
        else await restart(world, stage)
        return { hit }
      },
    }
  }),
)

const ended = (isOver: () => boolean) =>
  until('the process to end', isOver, { seconds: 60, everyMs: 10 }).catch(() => undefined)

const anywhere: Fault[] = stageNames.map((stage) => ({
  id: 'F2',
  title: `kill -9 of the ${stage}, three times at random`,
  inject: async ({ stages }, its) => {
    const instance = stages.instanceOf(stage)
    await its.begin()
    for (let time = 0; time < 3; time++) {
      await sleep(moment(its.random))
      stages.signal(instance, 'SIGKILL')
      await ended(() => !stages.isAlive(instance))
      await stages.start(instance)
    }
  },
}))

const everywhere: Fault = {
  id: 'F2',
  title: 'kill -9 of all stages at once, then of one more',
  inject: async ({ stages }, its) => {
    await its.begin()
    await sleep(moment(its.random))
    for (const instance of stages.all()) stages.signal(instance, 'SIGKILL')
    for (const instance of stages.all()) await stages.start(instance)
    await sleep(moment(its.random))
    const instance = pick(its.random, stages.all())
    stages.signal(instance, 'SIGKILL')
    await ended(() => !stages.isAlive(instance))
    await stages.start(instance)
  },
}

const terminated: Fault[] = stageNames.map((stage) => ({
  id: 'F19',
  title: `SIGTERM to the ${stage} in the middle of a batch`,
  inject: async ({ stages }, its) => {
    const instance = stages.instanceOf(stage)
    await its.begin()
    await sleep(moment(its.random) / 2)
    await stages.stop(instance)
    await stages.start(instance)
  },
}))

export const crashes: Fault[] = [...atPoints, ...anywhere, everywhere, ...terminated]

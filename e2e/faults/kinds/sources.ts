/** Publishers that stall, break off, or publish something else while we read. */
import { cancelRun } from '../../../infra/client/runs.ts'
import { api, ingested, runAt, startRun } from '../../support/runs.ts'
import { until } from '../../support/until.ts'
import { moment } from '../plan.ts'
import { sleep } from '../stages.ts'
import { dataset, restart } from '../world.ts'
import type { Fault } from './fault.ts'

const stalls: Fault = {
  id: 'F15',
  title: 'source stalls for 4 s in the middle of the file',
  inject: async ({ source }, its) => {
    source.manners = ['stalls']
    await its.begin()
  },
}

const breaksOff: Fault = {
  id: 'F16',
  title: 'source breaks off twice, and is whole the third time',
  inject: async ({ source }, its) => {
    source.manners = ['truncated', 'truncated']
    await its.begin()
  },
}

/** The run fails without a row; the next one is as if it had never been. */
const staysBroken: Fault = {
  id: 'F16',
  title: 'source breaks off every time: the run fails, and the next one is whole',
  inject: async ({ source }, its) => {
    source.manners = ['truncated', 'truncated', 'truncated']
    const failed = await ingested(await startRun(dataset, source.url(its.number), `broken-${its.number}`))
    if (failed.state !== 'failed') throw new Error(`a truncated source made a run ${failed.state}`)
    source.manners = []
    await its.begin()
  },
}

/** What was landed is what is imported, whatever is published meanwhile. */
const changes: Fault = {
  id: 'F17',
  title: 'source publishes another file while the ingestor is dead between landing and first row',
  inject: async (world, its) => {
    world.source.manners = ['whole', ...Array.from({ length: 20 }, () => 'other' as const)]
    const instance = await restart(world, 'ingestor', { CRASH_AT: 'after-landing' })
    await its.begin()
    await Promise.race([its.arrived(), died(() => world.stages.isAlive(instance))])
    const hit = !world.stages.isAlive(instance)
    if (hit) await world.stages.start(instance)
    await its.arrived()
    world.source.manners = []
    return { hit }
  },
}

async function died(isAlive: () => boolean): Promise<void> {
  while (isAlive()) await sleep(10)
}

/** Nothing of it may be left, and the next one is as if it had never been. */
const cancelled = (killed: boolean): Fault => ({
  id: 'F22',
  title: `a run is cancelled while its source stalls${killed ? ', and the ingestor is killed' : ''}`,
  inject: async ({ source, stages }, its) => {
    source.manners = ['stalls', 'stalls']
    const run = await startRun(dataset, source.url(its.number), `cancelled-${its.number}`)
    await until('the source to come', async () => (await runAt(run))?.state === 'fetching')
    const cancelling = cancelRun(api, run).catch(() => undefined)
    if (killed) {
      const ingestor = stages.instanceOf('ingestor')
      await sleep(moment(its.random) / 20)
      stages.signal(ingestor, 'SIGKILL')
      await died(() => stages.isAlive(ingestor))
      await stages.start(ingestor)
    }
    await cancelling
    // who was killed before it had heard of it is asked again
    await until('its end', async () => {
      const { state } = (await runAt(run)) ?? {}
      if (state !== 'cancelled') await cancelRun(api, run).catch(() => undefined)
      return state === 'cancelled'
    })
    source.manners = []
    await its.begin()
  },
})

export const sources: Fault[] = [stalls, breaksOff, staysBroken, changes, cancelled(false), cancelled(true)]

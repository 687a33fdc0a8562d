/** Servers that are gone for a while: killed without a word, and started again on their data. */
import { stageNames, type StageName } from '../../../infra/local/servers/stages.ts'
import { moment } from '../plan.ts'
import { killServer, startServer, type ServerName } from '../servers.ts'
import { sleep } from '../stages.ts'
import { restart, saysUnready } from '../world.ts'
import type { Fault } from './fault.ts'

/** `notices` are the stages that must say so while the server is away. */
function outage(id: string, server: ServerName, notices: readonly StageName[]): Fault {
  return {
    id,
    title: `kill -9 of ${server} in the middle of an import, and its restart`,
    inject: async (world, its) => {
      await its.begin()
      await sleep(moment(its.random))
      await killServer(server)
      await saysUnready(world, ...notices)
      await startServer(server)
    },
  }
}

const withStore: StageName[] = ['ingestor', 'sink-minio', 'indexer']

const broker = outage('F5', 'kafka', stageNames)

/** A broker without ZooKeeper goes on serving; one that is away too long is a broker that must register anew. */
const zookeeper: Fault = {
  id: 'F6',
  title: 'kill -9 of zookeeper in the middle of an import, and its restart',
  inject: async (_, its) => {
    await its.begin()
    await sleep(moment(its.random))
    await killServer('zookeeper')
    await sleep(2000 + 4 * moment(its.random))
    await startServer('zookeeper')
  },
}

const registryAtStart: Fault = {
  id: 'F7',
  title: 'registry away while the cleaner and the indexer start',
  inject: async (world, its) => {
    await killServer('registry')
    await restart(world, 'cleaner')
    await restart(world, 'indexer')
    await saysUnready(world, 'cleaner', 'indexer')
    await Promise.all([startServer('registry'), its.begin()])
  },
}

/** Schemas are looked up once: who knows them needs no registry, and who does not waits. */
const registryOnTheWay: Fault = {
  id: 'F7',
  title: 'kill -9 of the registry in the middle of an import, and of the generator',
  inject: async (world, its) => {
    const generator = world.stages.instanceOf('generator')
    await its.begin()
    await killServer('registry')
    await sleep(moment(its.random))
    world.stages.signal(generator, 'SIGKILL')
    await restart(world, 'generator')
    await saysUnready(world, 'generator')
    await startServer('registry')
  },
}

export const outages: Fault[] = [
  broker,
  zookeeper,
  registryAtStart,
  registryOnTheWay,
  outage('F8', 'minio', withStore),
  outage('F11', 'elasticsearch', ['indexer']),
]

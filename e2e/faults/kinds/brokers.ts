/** One broker of three that is gone: the others have all that it had acknowledged, and go on. */
import { topicName, type TopicKind } from '../../../libs/dataset/src/index.ts'
import { settings } from '../../support/stack.ts'
import { withAdmin } from '../../support/topics.ts'
import { until } from '../../support/until.ts'
import { brokersOf } from '../../../infra/local/servers/kafka-settings.ts'
import { moment } from '../plan.ts'
import { killServer, startServer, type ServerName } from '../servers.ts'
import { sleep } from '../stages.ts'
import { dataset } from '../world.ts'
import type { Fault } from './fault.ts'

/** @throws Error where there is one broker alone */
export function requireBrokers(): void {
  if (settings.brokers < 2) throw new Error('it needs BROKERS=3')
}

/** @throws Error where a broker that is gone is one of several: nobody says then that Kafka is away */
export function requireOneBroker(): void {
  if (settings.brokers > 1) throw new Error(`with BROKERS=${settings.brokers} it is F23`)
}

const brokerNamed = (id: number): ServerName =>
  brokersOf(settings).find((broker) => broker.id === id)!.name as ServerName

const partitionOf = (kind: TopicKind) =>
  withAdmin(async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topicName(dataset, kind)] })
    return topics[0]!.partitions.find(({ partitionId }) => partitionId === 0)!
  })

/** The import goes on without it: it comes back only when another leads, and the round ends when it has all again. */
export const brokers: Fault[] = (['raw', 'clean', 'enriched', 'objects'] as const).map((kind, i) => ({
  id: 'F23',
  title: `kill -9 of the broker that leads lane 0 of ${kind}, in the middle of an import`,
  ...(i === 0 ? { quick: true } : {}),
  inject: async (_, its) => {
    await its.begin()
    await sleep(moment(its.random))
    const { leader } = await partitionOf(kind)
    await killServer(brokerNamed(leader))
    await until(`another broker to lead lane 0 of ${kind}`, async () => {
      const now = await partitionOf(kind)
      return now.leader >= 0 && now.leader !== leader
    })
    await its.arrived()
    await startServer(brokerNamed(leader))
    await until(`the broker that was gone to have all of ${kind}`, async () => {
      return (await partitionOf(kind)).isr.length === settings.brokers
    })
  },
}))

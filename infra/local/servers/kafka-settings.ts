/** Broker settings that do not depend on who keeps the cluster's metadata. */
import { join } from 'node:path'
import { loopback } from '../environment.ts'
import type { Settings } from '../settings.ts'
import { compilers, type Properties } from './java-settings.ts'

export const brokerId = 1
export const brokerJava = (settings: Settings) => [...compilers(settings), '-Xms512m', '-Xmx1g']

export const kafkaFolder = (settings: Settings) => join(settings.dataDir, 'kafka')

export function brokerProperties(settings: Settings): Properties {
  return {
    'log.dirs': join(kafkaFolder(settings), 'logs'),
    'advertised.listeners': `PLAINTEXT://${loopback}:${settings.ports.kafka}`,
    // the stages create their topics with the lane count of the dataset: one made by accident would have the wrong one, for ever
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    // one broker
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    // fewer files and a faster start than the 50 that a cluster wants
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.num.partitions': 10,
    // receipts travel in the metadata of committed offsets
    'offset.metadata.max.bytes': 16_384,
    'group.initial.rebalance.delay.ms': 0,
  }
}

/** What a stack is made of, for the chosen profile. Those that are needed come before those that need them. */
import type { Settings } from '../settings.ts'
import { airflow } from './airflow.ts'
import { elasticsearch } from './elasticsearch.ts'
import { feed } from './feed.ts'
import { kafka } from './kafka.ts'
import { kafkaKraft } from './kafka-kraft.ts'
import { minio } from './minio.ts'
import { registry } from './registry.ts'
import { seaweedfs } from './seaweedfs.ts'
import type { Service } from './service.ts'
import { spark } from './spark.ts'
import { stages } from './stages.ts'
import { zookeeper } from './zookeeper.ts'

const brokers = {
  zookeeper: (settings: Settings) => [zookeeper(settings), ...kafka(settings)],
  kraft: (settings: Settings) => [kafkaKraft(settings)],
}
const stores = { minio, seaweedfs }

export function servicesOf(settings: Settings): Service[] {
  const store = stores[settings.store](settings)
  const servers = [
    ...brokers[settings.kafka](settings),
    ...registry(settings),
    store,
    elasticsearch(settings),
  ]
  if (settings.serversOnly) return servers
  const names = servers.map((server) => server.name)
  const always = [...servers, ...feed(settings), ...stages(settings, names)]
  if (settings.light) return always
  const asked = [...always, ...spark(settings, names)]
  return [
    ...asked,
    ...airflow(
      settings,
      asked.map(({ name }) => name),
    ),
  ]
}

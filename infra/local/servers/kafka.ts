/** The brokers of the default profile: Kafka 3.9, one or three, with their metadata in ZooKeeper. */
import { loopback } from '../environment.ts'
import { requireJava } from '../install/java.ts'
import { installFromMaven } from '../install/maven.ts'
import { brokerIsReady } from '../probes/kafka.ts'
import { brokerIsForgotten } from '../probes/zookeeper.ts'
import { within } from '../ready.ts'
import { grantInKafka, grantsOf } from '../secure/grants.ts'
import type { Settings } from '../settings.ts'
import { kafkaWithZookeeper } from '../versions.ts'
import { log4j1, writeProperties } from './java-settings.ts'
import {
  brokerJava,
  brokerProperties,
  brokersOf,
  openListener,
  secureListeners,
  type Broker,
} from './kafka-settings.ts'
import type { Service } from './service.ts'

export function kafka(settings: Settings): Service[] {
  const brokers = brokersOf(settings)
  return brokers.map((broker) => {
    const one = service(settings, broker)
    // rights are those of the cluster, and given once all of it is there
    const isLast = broker === brokers.at(-1)
    return settings.secure && isLast
      ? { ...one, serving: () => within(60_000, () => grantInKafka(settings, grantsOf(settings))) }
      : one
  })
}

function service(settings: Settings, broker: Broker): Service {
  const { zookeeper } = settings.ports
  const { id, name, folder, port, internalPort } = broker
  const properties = {
    ...brokerProperties(settings, broker),
    ...(settings.secure ? secureListeners(settings, broker) : openListener(broker)),
    'broker.id': id,
    'zookeeper.connect': `${loopback}:${zookeeper}`,
    // a killed broker is forgotten this soon; the default of 18 s is for networks
    'zookeeper.session.timeout.ms': 6000,
  }
  let jars = ''
  return {
    name,
    needs: ['zookeeper'],
    address: `${loopback}:${port}`,
    ports: settings.secure ? [port, internalPort] : [port],
    ready: () => brokerIsReady(settings, broker),
    async install() {
      jars = await installFromMaven(settings, kafkaWithZookeeper)
    },
    async command() {
      await within(30_000, () => brokerIsForgotten(zookeeper, id))
      const config = writeProperties(folder, 'server.properties', properties)
      const logging = writeProperties(folder, 'log4j.properties', log4j1)
      return {
        program: requireJava(settings).program,
        args: [
          ...brokerJava(settings),
          `-Dlog4j.configuration=file:${logging}`,
          '-cp',
          `${jars}/*`,
          'kafka.Kafka',
          config,
        ],
      }
    },
  }
}

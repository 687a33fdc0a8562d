/** The broker of the default profile: Kafka 3.9, with its metadata in ZooKeeper. */
import { loopback } from '../environment.ts'
import { requireJava } from '../install/java.ts'
import { installFromMaven } from '../install/maven.ts'
import { brokerIsReady } from '../probes/kafka.ts'
import { brokerIsForgotten } from '../probes/zookeeper.ts'
import { within } from '../ready.ts'
import type { Settings } from '../settings.ts'
import { kafkaWithZookeeper } from '../versions.ts'
import { log4j1, writeProperties } from './java-settings.ts'
import { brokerId, brokerJava, brokerProperties, kafkaFolder } from './kafka-settings.ts'
import type { Service } from './service.ts'

export function kafka(settings: Settings): Service {
  const { kafka: port, zookeeper } = settings.ports
  const address = `${loopback}:${port}`
  const properties = {
    ...brokerProperties(settings),
    'broker.id': brokerId,
    listeners: `PLAINTEXT://${address}`,
    'zookeeper.connect': `${loopback}:${zookeeper}`,
    // a killed broker is forgotten this soon; the default of 18 s is for networks
    'zookeeper.session.timeout.ms': 6000,
  }
  let jars = ''
  return {
    name: 'kafka',
    needs: ['zookeeper'],
    address,
    ports: [port],
    ready: () => brokerIsReady(port),
    async install() {
      jars = await installFromMaven(settings, kafkaWithZookeeper)
    },
    async command() {
      await within(30_000, () => brokerIsForgotten(zookeeper, brokerId))
      const config = writeProperties(kafkaFolder(settings), 'server.properties', properties)
      const logging = writeProperties(kafkaFolder(settings), 'log4j.properties', log4j1)
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

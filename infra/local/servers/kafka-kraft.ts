/** The broker of the profile KAFKA=kraft: Kafka 4.1, broker and controller in one process, no ZooKeeper. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loopback } from '../environment.ts'
import { requireJava } from '../install/java.ts'
import { installFromMaven } from '../install/maven.ts'
import { brokerIsReady } from '../probes/kafka.ts'
import type { Settings } from '../settings.ts'
import { kafkaWithKraft } from '../versions.ts'
import { log4j2, writeProperties } from './java-settings.ts'
import { brokerJava, brokerProperties, brokersOf, type Broker } from './kafka-settings.ts'
import type { Service } from './service.ts'

export function kafkaKraft(settings: Settings): Service {
  const broker = brokersOf(settings)[0]!
  const { port, id, folder } = broker
  const { kafkaController } = settings.ports
  const controller = `${loopback}:${kafkaController}`
  const properties = {
    ...brokerProperties(settings, broker),
    'advertised.listeners': `PLAINTEXT://${loopback}:${port}`,
    'process.roles': 'broker,controller',
    'node.id': id,
    listeners: `PLAINTEXT://${loopback}:${port},CONTROLLER://${controller}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `${id}@${controller}`,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
  }
  let jars = ''
  return {
    name: 'kafka',
    needs: [],
    address: `${loopback}:${port}`,
    ports: [port, kafkaController],
    ready: () => brokerIsReady(settings, broker),
    async install() {
      jars = await installFromMaven(settings, kafkaWithKraft)
    },
    command() {
      const { program } = requireJava(settings)
      const config = writeProperties(folder, 'server.properties', properties)
      const logging = writeProperties(folder, 'log4j2.properties', log4j2)
      const java = [`-Dlog4j2.configurationFile=${logging}`, '-cp', `${jars}/*`]
      formatOnce(broker, config, program, java)
      return { program, args: [...brokerJava(settings), ...java, 'kafka.Kafka', config] }
    },
  }
}

/** KRaft wants to be told once, explicitly, that its empty log folder is meant to be empty. */
function formatOnce({ folder }: Broker, config: string, program: string, java: string[]): void {
  if (existsSync(join(folder, 'logs', 'meta.properties'))) return
  // a leading minus would be read as an option
  const clusterId = `d${randomBytes(16).toString('base64url').slice(1)}`
  execFileSync(program, [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config], {
    stdio: 'pipe',
  })
}

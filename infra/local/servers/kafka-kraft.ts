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
import { brokerId, brokerJava, brokerProperties, kafkaFolder } from './kafka-settings.ts'
import type { Service } from './service.ts'

export function kafkaKraft(settings: Settings): Service {
  const { kafka: port, kafkaController } = settings.ports
  const controller = `${loopback}:${kafkaController}`
  const properties = {
    ...brokerProperties(settings),
    'process.roles': 'broker,controller',
    'node.id': brokerId,
    listeners: `PLAINTEXT://${loopback}:${port},CONTROLLER://${controller}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `${brokerId}@${controller}`,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
  }
  let jars = ''
  return {
    name: 'kafka',
    needs: [],
    address: `${loopback}:${port}`,
    ports: [port, kafkaController],
    ready: () => brokerIsReady(port),
    async install() {
      jars = await installFromMaven(settings, kafkaWithKraft)
    },
    command() {
      const { program } = requireJava(settings)
      const config = writeProperties(kafkaFolder(settings), 'server.properties', properties)
      const logging = writeProperties(kafkaFolder(settings), 'log4j2.properties', log4j2)
      const java = [`-Dlog4j2.configurationFile=${logging}`, '-cp', `${jars}/*`]
      formatOnce(settings, config, program, java)
      return { program, args: [...brokerJava(settings), ...java, 'kafka.Kafka', config] }
    },
  }
}

/** KRaft wants to be told once, explicitly, that its empty log folder is meant to be empty. */
function formatOnce(settings: Settings, config: string, program: string, java: string[]): void {
  if (existsSync(join(kafkaFolder(settings), 'logs', 'meta.properties'))) return
  // a leading minus would be read as an option
  const clusterId = `d${randomBytes(16).toString('base64url').slice(1)}`
  execFileSync(program, [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config], {
    stdio: 'pipe',
  })
}

/** Kafka's own console consumer, as a third opinion on what a transaction made visible. */
import { join } from 'node:path'
import { requireJava } from '../../infra/local/install/java.ts'
import { installFromMaven } from '../../infra/local/install/maven.ts'
import { kafkaWithKraft, kafkaWithZookeeper } from '../../infra/local/versions.ts'
import { caFile, certificateOf } from '../../infra/local/secure/certificates.ts'
import { writeProperties } from '../../infra/local/servers/java-settings.ts'
import { brokersOf } from '../../infra/local/servers/kafka-settings.ts'
import { environment, runDir, settings } from '../support/stack.ts'

/** The command that prints lane and offset of every committed record of a topic, a line each, and then ends. */
export async function consoleConsumer(topic: string): Promise<string[]> {
  const pin = settings.kafka === 'kraft' ? kafkaWithKraft : kafkaWithZookeeper
  const jars = await installFromMaven(settings, pin)
  const show = { 'print.partition': true, 'print.offset': true, 'print.value': false }
  return [
    requireJava(settings).program,
    ...['-Xmx256m', '-cp', `${jars}/*`, 'org.apache.kafka.tools.consumer.ConsoleConsumer'],
    ...['--bootstrap-server', ...whereAndWho(), '--topic', topic, '--from-beginning'],
    ...['--isolation-level', 'read_committed', '--timeout-ms', '10000'],
    ...Object.entries(show).flatMap(([name, value]) => ['--property', `${name}=${value}`]),
  ]
}

/** To brokers that ask who comes, as the operator: by certificate, so that no password is written down. */
function whereAndWho(): string[] {
  if (!settings.secure) return [environment['KAFKA_BROKERS']!]
  const brokers = brokersOf(settings).map(({ internalPort }) => `127.0.0.1:${internalPort}`)
  const file = writeProperties(join(runDir, 'faults'), 'operator.properties', {
    'security.protocol': 'SSL',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': certificateOf(settings, 'admin').both,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile(settings),
  })
  return [brokers.join(), '--consumer.config', file]
}

/** Kafka's own console consumer, as a third opinion on what a transaction made visible. */
import { requireJava } from '../../infra/local/install/java.ts'
import { installFromMaven } from '../../infra/local/install/maven.ts'
import { kafkaWithKraft, kafkaWithZookeeper } from '../../infra/local/versions.ts'
import { environment, settings } from '../support/stack.ts'

/** The command that prints lane and offset of every committed record of a topic, a line each, and then ends. */
export async function consoleConsumer(topic: string): Promise<string[]> {
  const pin = settings.kafka === 'kraft' ? kafkaWithKraft : kafkaWithZookeeper
  const jars = await installFromMaven(settings, pin)
  const show = { 'print.partition': true, 'print.offset': true, 'print.value': false }
  return [
    requireJava(settings).program,
    ...['-Xmx256m', '-cp', `${jars}/*`, 'org.apache.kafka.tools.consumer.ConsoleConsumer'],
    ...['--bootstrap-server', environment['KAFKA_BROKERS']!, '--topic', topic, '--from-beginning'],
    ...['--isolation-level', 'read_committed', '--timeout-ms', '10000'],
    ...Object.entries(show).flatMap(([name, value]) => ['--property', `${name}=${value}`]),
  ]
}

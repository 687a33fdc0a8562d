import { readFileSync } from 'node:fs'
import { loopback } from '../environment.ts'
import { caFile, certificateOf } from '../secure/certificates.ts'
import type { Settings } from '../settings.ts'

/** What its listeners are, as far as a probe cares. */
interface Target {
  readonly port: number
  readonly internalPort: number
}

/**
 * Asks a broker for the cluster's metadata. A broker accepts connections some time before it can create topics: it can when it names
 * itself and a controller. The caller repeats, so the client does not, and says nothing.
 */
export async function brokerIsReady(
  settings: Pick<Settings, 'secure' | 'runDir'>,
  { port, internalPort }: Target,
): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs') // a command that asks no broker does not wait for it to load
  const admin = new Kafka({
    clientId: 'dsf.probe',
    ...(settings.secure
      ? { brokers: [`${loopback}:${internalPort}`], ssl: operatorTls(settings) }
      : { brokers: [`${loopback}:${port}`] }),
    connectionTimeout: 3000,
    requestTimeout: 3000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  }).admin()
  try {
    await admin.connect()
    const { brokers, controller } = await admin.describeCluster()
    if (brokers.length === 0 || controller === null)
      throw new Error(`the broker knows ${brokers.length} brokers and controller ${controller}`)
  } finally {
    await admin.disconnect()
  }
}

function operatorTls(settings: Pick<Settings, 'runDir'>) {
  const { cert, key } = certificateOf(settings, 'admin')
  return { ca: readFileSync(caFile(settings)), cert: readFileSync(cert), key: readFileSync(key) }
}

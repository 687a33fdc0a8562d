/** Broker settings that do not depend on who keeps the cluster's metadata. */
import { join } from 'node:path'
import { loopback } from '../environment.ts'
import { brokerPorts } from '../ports.ts'
import { caFile, certificateOf } from '../secure/certificates.ts'
import type { Settings } from '../settings.ts'
import { compilers, type Properties } from './java-settings.ts'

export interface Broker {
  readonly id: number
  /** of the service */
  readonly name: string
  readonly folder: string
  readonly port: number
  /** of SECURE=1: for other brokers and the operator, who come with a certificate */
  readonly internalPort: number
}

export const brokersOf = ({ dataDir, ports, brokers }: Settings): Broker[] =>
  brokerPorts(ports, brokers).map((own, i) => {
    const name = i === 0 ? 'kafka' : `kafka-${i + 1}`
    return { ...own, id: i + 1, name, folder: join(dataDir, name) }
  })

/** Three share the memory that one would have. */
export const brokerJava = (settings: Settings) => [
  ...compilers(settings),
  ...(settings.brokers > 1 ? ['-Xms256m', '-Xmx512m'] : ['-Xms512m', '-Xmx1g']),
]

export function brokerProperties(settings: Settings, { folder }: Broker): Properties {
  const replicas = settings.brokers
  const inSync = replicas > 1 ? replicas - 1 : 1
  return {
    'log.dirs': join(folder, 'logs'),
    // the stages create their topics with the lane count of the dataset: one made by accident would have the wrong one, for ever
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    // fewer files and a faster start than the 50 that a cluster wants
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.num.partitions': 10,
    // receipts travel in the metadata of committed offsets
    'offset.metadata.max.bytes': 16_384,
    'group.initial.rebalance.delay.ms': 0,
  }
}

export const openListener = ({ port }: Broker): Properties => ({
  listeners: `PLAINTEXT://${loopback}:${port}`,
  'advertised.listeners': `PLAINTEXT://${loopback}:${port}`,
})

/**
 * Programs come with a password, over TLS, and may do what an ACL allows. Brokers and the operator come to a listener of
 * their own with a certificate: so there is somebody who can make the first password. Certificates are PEM, in files.
 */
export function secureListeners(settings: Settings, { port, internalPort }: Broker): Properties {
  const listeners = `CLIENTS://${loopback}:${port},INTERNAL://${loopback}:${internalPort}`
  return {
    listeners,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': 'CLIENTS:SASL_SSL,INTERNAL:SSL',
    'inter.broker.listener.name': 'INTERNAL',
    'listener.name.internal.ssl.client.auth': 'required',
    'listener.name.clients.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.clients.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': certificateOf(settings, 'kafka').both,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile(settings),
    // the name of a certificate is that of a user
    'ssl.principal.mapping.rules': 'RULE:^CN=(.*)$/$1/',
    'authorizer.class.name': 'kafka.security.authorizer.AclAuthorizer',
    'allow.everyone.if.no.acl.found': false,
    'super.users': 'User:kafka;User:admin',
  }
}

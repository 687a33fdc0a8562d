import type { KafkaConfig, Mechanism, SASLOptions } from 'kafkajs'
import { FatalError } from '../health/failure.ts'
import type { KafkaSettings } from '../settings/kafka-variables.ts'
import { oauthMechanism } from './oauth-mechanism.ts'
import { kafkaTokens } from './kafka-token.ts'
import { secretOf } from '../settings/secret.ts'
import { liveTls } from '../settings/tls.ts'

/**
 * What kafkajs needs to be let in. It reads password, certificates and key at each connection, so a changed file counts from the next
 * one on.
 * @throws FatalError when variables do not fit together
 */
export function kafkaSecurity(config: KafkaSettings): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const { KAFKA_SECURITY_PROTOCOL: protocol } = config
  requireUse(config)
  return {
    ...(protocol.endsWith('SSL') ? { ssl: tlsOf(config) } : {}),
    ...(protocol.startsWith('SASL') ? { sasl: saslOf(config) } : {}),
  }
}

/** Who sets a password and no protocol must not talk in plain text without a word. */
function requireUse({ KAFKA_SECURITY_PROTOCOL: protocol, ...config }: KafkaSettings): void {
  const isUnused = (name: string) =>
    (/^KAFKA_(SASL|OAUTH)_/.test(name) && !protocol.startsWith('SASL')) ||
    (name.startsWith('KAFKA_SSL_') && !protocol.endsWith('SSL'))
  const unused = Object.entries(config as Record<string, unknown>).find(
    ([name, value]) => value !== undefined && isUnused(name),
  )
  if (unused)
    throw new FatalError(
      `${unused[0]} is set, and KAFKA_SECURITY_PROTOCOL is ${protocol}, which does not use it: leave it out, or set another protocol`,
    )
}

function tlsOf(config: KafkaSettings) {
  const { KAFKA_SSL_CA_FILE: ca, KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key } = config
  if ((cert === undefined) !== (key === undefined))
    throw new FatalError('KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE go together: set both or none')
  return liveTls({
    ca: ['KAFKA_SSL_CA_FILE', ca],
    cert: ['KAFKA_SSL_CERT_FILE', cert],
    key: ['KAFKA_SSL_KEY_FILE', key],
  })
}

function saslOf(config: KafkaSettings): SASLOptions | Mechanism {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username } = config
  if (mechanism === undefined)
    throw new FatalError(
      `KAFKA_SECURITY_PROTOCOL is ${config.KAFKA_SECURITY_PROTOCOL}: set KAFKA_SASL_MECHANISM, too`,
    )
  if (mechanism === 'OAUTHBEARER') {
    // the name is for our sentences
    const named = { username: config.KAFKA_OAUTH_CLIENT_ID }
    return { ...named, ...oauthMechanism(kafkaTokens(config)) }
  }
  const password = secretOf(config, 'KAFKA_SASL_PASSWORD')
  if (username === undefined || password === undefined)
    throw new FatalError(
      `KAFKA_SASL_MECHANISM is ${mechanism}: set KAFKA_SASL_USERNAME, and KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE`,
    )
  const known = {
    PLAIN: 'plain',
    'SCRAM-SHA-256': 'scram-sha-256',
    'SCRAM-SHA-512': 'scram-sha-512',
  } as const
  const user = { mechanism: known[mechanism] as 'plain', username }
  return Object.defineProperty(user, 'password', { enumerable: true, get: password.read }) as SASLOptions
}

import { z } from 'zod'
import { namePrefix, filePath, optional, serverUrl } from './variable-types.ts'

const number = (least: number) => z.coerce.number().int().min(least).optional()

/** How a Kafka is reached, and what we are called there. */
export const kafkaVariables = {
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) =>
      list
        .split(',')
        .map((broker) => broker.trim())
        .filter(Boolean),
    )
    .describe('host:port, with commas between'),
  KAFKA_SECURITY_PROTOCOL: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .default('PLAINTEXT')
    .describe('PLAINTEXT, SSL (which is TLS), SASL_PLAINTEXT or SASL_SSL'),
  KAFKA_SASL_MECHANISM: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
    .optional()
    .describe('of SASL: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER'),
  KAFKA_SASL_USERNAME: optional.describe('who we are, with PLAIN and SCRAM'),
  KAFKA_SASL_PASSWORD: optional.describe('and how we prove it'),
  KAFKA_SASL_PASSWORD_FILE: filePath.describe('a file with it'),
  KAFKA_SSL_CA_FILE: filePath.describe(
    "certificates of who signed the brokers'; else those that Node brings",
  ),
  KAFKA_SSL_CERT_FILE: filePath.describe('our own certificate, for brokers that ask for one'),
  KAFKA_SSL_KEY_FILE: filePath.describe('the key of our certificate'),
  KAFKA_OAUTH_TOKEN_URL: serverUrl.optional().describe('where OAUTHBEARER gets its tokens'),
  KAFKA_OAUTH_CLIENT_ID: optional.describe('who we are for who gives tokens'),
  KAFKA_OAUTH_CLIENT_SECRET: optional.describe('and how we prove it'),
  KAFKA_OAUTH_CLIENT_SECRET_FILE: filePath.describe('a file with it'),
  KAFKA_OAUTH_SCOPE: optional.describe('scopes that are asked for, with spaces between'),
  KAFKA_PREFIX: namePrefix.default('').describe('begins every name of a topic, group and transactional id'),
  KAFKA_CREATE_TOPICS: z
    .enum(['true', '1', 'false', '0'])
    .default('true')
    .transform((text) => text === 'true' || text === '1')
    .describe('whether a stage makes topics that are not there; if not, dsf topics list prints them'),
  KAFKA_REPLICATION_FACTOR: number(1).describe(
    "replicas of topics that a stage makes; else the brokers' default",
  ),
  KAFKA_MIN_INSYNC_REPLICAS: number(1).describe(
    'replicas of such a topic that must have a record before it counts',
  ),
}

export type KafkaSettings = z.infer<z.ZodObject<typeof kafkaVariables>>

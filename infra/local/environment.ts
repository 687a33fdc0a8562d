/** The environment that every stage reads: where the servers are, and what a run may read. */
import { delimiter, join } from 'node:path'
import { credentialsFor } from './credentials.ts'
import { brokerPorts } from './ports.ts'
import { caFile } from './secure/certificates.ts'
import { keyFile, userOf, type Holder, type KeyKind } from './secure/keys.ts'
import type { Settings } from './settings.ts'

export const loopback = '127.0.0.1'
export const bucket = 'dsf'

/** Handed to the stages as they are, when they are set. */
const passedOn = [
  'SIMULATE',
  'SESSION_TIMEOUT_MS',
  'ROWS_PER_TRANSACTION',
  'FETCHES_AT_ONCE',
  'PUBLISHES_AT_ONCE',
  'RUNS_KEPT',
  'RUNS_KEPT_DAYS',
  'LAG_EVERY_MS',
  'CRASH_AT',
  'HTTP_TOKEN_FILE',
  'SOURCE_SECRETS_DIR',
  'SOURCE_PROXY',
  'SOURCE_PROXY_FILE',
  'KAFKA_PREFIX',
  'KAFKA_CREATE_TOPICS',
  'KAFKA_REPLICATION_FACTOR',
  'KAFKA_MIN_INSYNC_REPLICAS',
  'SCHEMA_REGISTRY_PREFIX',
  'ELASTICSEARCH_INDEX_PREFIX',
]

export type StageEnvironment = Record<string, string>

/** `holder` says whose keys they are, where servers ask: a stage or job has its own, and this machine's tools are the operator. */
export function stageEnvironment(settings: Settings, holder: Holder = 'admin'): StageEnvironment {
  const { env, brokers } = settings
  return {
    ...addresses(settings),
    ...(settings.secure ? keysOf(settings, holder) : openStore(settings)),
    S3_BUCKET: bucket,
    ...(brokers > 1 ? { KAFKA_REPLICATION_FACTOR: String(brokers), KAFKA_MIN_INSYNC_REPLICAS: '2' } : {}),
    DATASETS_DIR: datasetsDirs(settings).join(delimiter),
    HTTP_HOST: loopback,
    HEALTH_HOST: loopback,
    LOG_LEVEL: env['LOG_LEVEL'] || 'info',
    // the feed server is on this machine, and on this machine a user may import any file of theirs
    SOURCE_ALLOW: env['SOURCE_ALLOW'] || '127.0.0.0/8',
    SOURCE_ROOTS: env['SOURCE_ROOTS'] || '/',
    ...Object.fromEntries(passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
  }
}

/** Folders of datasets, ours and the user's. */
export const datasetsDirs = ({ root, env }: Settings): string[] =>
  [join(root, 'datasets'), ...(env['DATASETS_DIR'] ?? '').split(delimiter)].filter(Boolean)

function addresses({ ports, secure, brokers }: Settings): StageEnvironment {
  const at = (port: number) => `${secure ? 'https' : 'http'}://${loopback}:${port}`
  return {
    KAFKA_BROKERS: brokerPorts(ports, brokers)
      .map(({ port }) => `${loopback}:${port}`)
      .join(),
    SCHEMA_REGISTRY_URL: `${at(ports.registry)}/apis/ccompat/v7`,
    S3_ENDPOINT: at(ports.s3),
    ELASTICSEARCH_URL: at(ports.elasticsearch),
  }
}

function openStore(settings: Settings): StageEnvironment {
  const { accessKey, secretKey } = credentialsFor(settings)
  return { S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey }
}

/** Every secret is a file, so that none stands in an environment or a list of processes. */
function keysOf(settings: Settings, holder: Holder): StageEnvironment {
  const file = (kind: KeyKind) => keyFile(settings, holder, kind)
  const ca = caFile(settings)
  return {
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: userOf(holder),
    KAFKA_SASL_PASSWORD_FILE: file('kafka-password'),
    KAFKA_SSL_CA_FILE: ca,
    SCHEMA_REGISTRY_USERNAME: userOf(holder),
    SCHEMA_REGISTRY_PASSWORD_FILE: file('registry-password'),
    SCHEMA_REGISTRY_CA_FILE: ca,
    ELASTICSEARCH_USERNAME: userOf(holder),
    ELASTICSEARCH_PASSWORD_FILE: file('elasticsearch-password'),
    ELASTICSEARCH_CA_FILE: ca,
    S3_ACCESS_KEY_FILE: file('s3-access-key'),
    S3_SECRET_KEY_FILE: file('s3-secret-key'),
    S3_CA_FILE: ca,
  }
}

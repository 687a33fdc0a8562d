/** The environment that every stage reads: where the servers are, and what a run may read. */
import { delimiter, join } from 'node:path'
import { credentialsFor } from './credentials.ts'
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

export function stageEnvironment(settings: Settings): StageEnvironment {
  const { ports, env } = settings
  const { accessKey, secretKey } = credentialsFor(settings)
  return {
    KAFKA_BROKERS: `${loopback}:${ports.kafka}`,
    SCHEMA_REGISTRY_URL: `http://${loopback}:${ports.registry}/apis/ccompat/v7`,
    S3_ENDPOINT: `http://${loopback}:${ports.s3}`,
    S3_ACCESS_KEY: accessKey,
    S3_SECRET_KEY: secretKey,
    S3_BUCKET: bucket,
    ELASTICSEARCH_URL: `http://${loopback}:${ports.elasticsearch}`,
    DATASETS_DIR: [join(settings.root, 'datasets'), env['DATASETS_DIR']].filter(Boolean).join(delimiter),
    HTTP_HOST: loopback,
    HEALTH_HOST: loopback,
    LOG_LEVEL: env['LOG_LEVEL'] || 'info',
    // the feed server is on this machine, and on this machine a user may import any file of theirs
    SOURCE_ALLOW: env['SOURCE_ALLOW'] || '127.0.0.0/8',
    SOURCE_ROOTS: env['SOURCE_ROOTS'] || '/',
    ...Object.fromEntries(passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
  }
}

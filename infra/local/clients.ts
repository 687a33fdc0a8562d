/**
 * How the clients of this machine's tools and tests come to the servers, by the variables of a stage: as the operator, or with the keys of
 * one program. They are not the stages' own clients. Files are read now; whom to trust is said by `trustOwnAuthority`.
 */
import { readFileSync } from 'node:fs'
import type { ClientOptions } from 'minio'
import { basicAuth } from './probes/http.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The value of a variable, or of the file that `<name>_FILE` names. */
function secretOf(env: Variables, name: string): string | undefined {
  const file = env[`${name}_FILE`]
  return env[name] ?? (file && readFileSync(file, 'utf8').trim())
}

/** As kafkajs takes them. */
interface KafkaOptions {
  brokers: string[]
  ssl?: { ca: Buffer }
  sasl?: { mechanism: 'scram-sha-512'; username: string; password: string }
}

export function kafkaOptions(env: Variables): KafkaOptions {
  const brokers = env['KAFKA_BROKERS']!.split(',')
  const password = secretOf(env, 'KAFKA_SASL_PASSWORD')
  if (password === undefined) return { brokers }
  const username = env['KAFKA_SASL_USERNAME']!
  return {
    brokers,
    ssl: { ca: readFileSync(env['KAFKA_SSL_CA_FILE']!) },
    sasl: { mechanism: 'scram-sha-512', username, password },
  }
}

export function registryOptions(env: Variables) {
  const host = env['SCHEMA_REGISTRY_URL']!
  const password = secretOf(env, 'SCHEMA_REGISTRY_PASSWORD')
  return password === undefined
    ? { host }
    : { host, auth: { username: env['SCHEMA_REGISTRY_USERNAME']!, password } }
}

export function storeOptions(env: Variables): ClientOptions {
  const { hostname, port, protocol } = new URL(env['S3_ENDPOINT']!)
  return {
    ...{ endPoint: hostname, port: Number(port), useSSL: protocol === 'https:' },
    ...{ region: 'us-east-1', pathStyle: true },
    accessKey: secretOf(env, 'S3_ACCESS_KEY')!,
    secretKey: secretOf(env, 'S3_SECRET_KEY')!,
  }
}

/** Asks Elasticsearch a path below its address. */
export type AskIndex = (path: string, init?: { method?: string; body?: object }) => Promise<Response>

export function openIndex(env: Variables): AskIndex {
  const url = env['ELASTICSEARCH_URL']!
  const password = secretOf(env, 'ELASTICSEARCH_PASSWORD')
  const key = secretOf(env, 'ELASTICSEARCH_API_KEY')
  const who: Record<string, string> = key
    ? { authorization: `ApiKey ${key}` }
    : password
      ? basicAuth(env['ELASTICSEARCH_USERNAME']!, password)
      : {}
  return (path, { method = 'POST', body } = {}) => {
    const json = body && { body: JSON.stringify(body) }
    const headers = { ...who, ...(body && { 'content-type': 'application/json' }) }
    return fetch(`${url}/${path}`, { method, headers, ...json })
  }
}

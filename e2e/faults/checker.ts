/** Our side of the checker: a Python process that shares no code and no client with the pipeline. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { kafkaOptions, registryOptions, storeOptions } from '../../infra/local/clients.ts'
import { stageEnvironment } from '../../infra/local/environment.ts'
import { installRequirements } from '../../infra/local/install/python-packages.ts'
import { basicAuth } from '../../infra/local/probes/http.ts'
import { caFile } from '../../infra/local/secure/certificates.ts'
import { operatorHeaders } from '../../infra/local/secure/elasticsearch.ts'
import type { Settings } from '../../infra/local/settings.ts'

export interface Violation {
  invariant: string
  topic?: string
  lane?: number
  offset?: number
  record: unknown
  /** every place where the record was found */
  path?: unknown[]
}

export interface Verdict {
  /** the first ones, in full */
  violations: Violation[]
  /** how many there are beside them */
  more: number
  /** records of transactions that were never committed, between ours */
  aborted: number
  objects: number
  documents: number
}

export interface Checker {
  /** takes the present history of these runs as the reference, and keeps it in a file */
  learn: (runs: string[], file: string) => Promise<Verdict>
  load: (file: string) => Promise<unknown>
  /** the beginning of a round */
  mark: () => Promise<unknown>
  /** judges everything since the mark as the history of one run */
  check: (run: string, expect: { refused?: number; poison?: number }) => Promise<Verdict>
  /** judges all rounds together */
  final: () => Promise<Verdict>
  /** compares a topic with what a command prints of it: Kafka's console consumer */
  witness: (kind: string, argv: string[]) => Promise<Verdict & { records: number }>
  close: () => Promise<void>
}

const folder = join(import.meta.dirname, 'checker')

/** @throws StackError when its packages cannot be had; its calls throw what it could not do */
export async function openChecker(settings: Settings, dataset: string, lanes: number): Promise<Checker> {
  const environment = await installRequirements(settings, 'checker', join(folder, 'requirements.txt'))
  // the cache outlives the tree, so Python must not leave compiled files in it
  const child = spawn(join(environment, 'bin/python'), ['-B', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // whom its clients of HTTP trust
    env: { ...process.env, ...(settings.secure ? { SSL_CERT_FILE: caFile(settings) } : {}) },
  })
  const ended = once(child, 'exit')
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const tell = (line: object) => child.stdin.write(`${JSON.stringify(line)}\n`)
  tell(serversOf(settings, dataset, lanes))

  async function ask<T>(command: string, given: object = {}): Promise<T> {
    tell({ command, ...given })
    const { value, done } = await answers.next()
    if (done) throw new Error(`the checker ended while it was asked to ${command}`)
    const answer = JSON.parse(value) as T & { error?: string }
    if (answer.error) throw new Error(`the checker could not ${command}: ${answer.error}`)
    return answer
  }

  return {
    learn: (runs, file) => ask('learn', { runs, file }),
    load: (file) => ask('load', { file }),
    mark: () => ask('mark'),
    check: (run, expect) => ask('check', { run, expect }),
    final: () => ask('final'),
    witness: (kind, argv) => ask('witness', { kind, argv }),
    close: async () => {
      child.stdin.end()
      await ended
    },
  }
}

/** The servers themselves: what stands between the stages and them is not for the checker. Keys go by its stdin. */
function serversOf(settings: Settings, dataset: string, lanes: number) {
  const env = stageEnvironment(settings)
  const { sasl } = kafkaOptions(env)
  const { host: registry, auth } = registryOptions(env)
  const { accessKey, secretKey, useSSL } = storeOptions(env)
  return {
    kafka: {
      'bootstrap.servers': env['KAFKA_BROKERS'],
      ...(sasl ? saslOptions(sasl, caFile(settings)) : {}),
    },
    registry,
    registry_headers: auth ? basicAuth(auth.username, auth.password) : {},
    s3: new URL(env['S3_ENDPOINT']!).host,
    access: accessKey,
    secret: secretKey,
    tls: useSSL,
    bucket: env['S3_BUCKET'],
    elasticsearch: env['ELASTICSEARCH_URL'],
    elasticsearch_headers: operatorHeaders(settings),
    dataset,
    lanes,
  }
}

/** In the words of librdkafka. */
const saslOptions = (sasl: NonNullable<ReturnType<typeof kafkaOptions>['sasl']>, ca: string) => ({
  'security.protocol': 'SASL_SSL',
  'ssl.ca.location': ca,
  'sasl.mechanism': 'SCRAM-SHA-512',
  'sasl.username': sasl.username,
  'sasl.password': sasl.password,
})

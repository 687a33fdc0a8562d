/** Who may do what on the servers of SECURE=1: for each program what the table of rights says (`dsf rights`), and nothing else. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  bucketPolicy,
  loadDatasets,
  programs,
  rightsOf,
  type KafkaRight,
  type Program,
  type Scope,
} from '@dsf/dataset'
import { bucket, datasetsDirs, loopback } from '../environment.ts'
import { StackError } from '../errors.ts'
import { installRequirements } from '../install/python-packages.ts'
import type { Settings } from '../settings.ts'
import { brokersOf } from '../servers/kafka-settings.ts'
import { caFile, certificateOf } from './certificates.ts'
import { keyFile } from './keys.ts'

type Role = NonNullable<ReturnType<typeof rightsOf>['role']>

/** A program that is not in a table has no rights there. */
export interface Grants {
  readonly kafka: ReadonlyMap<Program, readonly KafkaRight[]>
  readonly policies: ReadonlyMap<Program, object>
  readonly roles: ReadonlyMap<Program, Role>
}

/** For the datasets that are there now: Kafka tells topics apart by name, so one that comes later has no rights before the next `up`. */
export function grantsOf(
  settings: Settings,
  create = settings.env['KAFKA_CREATE_TOPICS'] !== 'false',
): Grants {
  const { KAFKA_PREFIX: prefix = '', ELASTICSEARCH_INDEX_PREFIX: indexPrefix = '' } = settings.env
  const datasets = [...loadDatasets(datasetsDirs(settings)).keys()]
  const scope: Scope = { datasets, prefix, indexPrefix, bucket, create }
  const each = <T>(of: (program: Program) => T | undefined): Map<Program, T> => {
    const found = programs.map((program) => [program, of(program)] as const)
    return new Map(found.filter((entry): entry is readonly [Program, T] => entry[1] !== undefined))
  }
  return {
    kafka: each((program) => rightsOf(program, scope).kafka),
    // of all datasets: a policy of MinIO has 20 KiB at most, and each program has them all
    policies: each((program) => bucketPolicy(program, { bucket, create })),
    roles: each((program) => rightsOf(program, scope).role),
  }
}

/** Makes the users of Kafka with their passwords, gives them these rights, and takes all others. */
export function grantInKafka(settings: Settings, { kafka }: Grants): Promise<void> {
  const { cert, key } = certificateOf(settings, 'admin')
  const acls = [...kafka].flatMap(([program, rights]) =>
    rights.flatMap(({ resource, name, pattern, operations }) =>
      operations.map((operation) => ({ principal: `User:${program}`, resource, name, pattern, operation })),
    ),
  )
  const users = Object.fromEntries(
    [...programs, 'admin' as const].map((name) => [name, keyFile(settings, name, 'kafka-password')]),
  )
  const brokers = brokersOf(settings).map(({ internalPort }) => `${loopback}:${internalPort}`)
  return grant(settings, 'kafka', {
    brokers: brokers.join(','),
    ca: caFile(settings),
    cert,
    key,
    users,
    acls,
  })
}

/** The same in MinIO. */
export function grantInMinio(settings: Settings, { policies }: Grants): Promise<void> {
  const key = (name: Program | 'admin') => ({
    access: keyFile(settings, name, 's3-access-key'),
    secret: keyFile(settings, name, 's3-secret-key'),
  })
  const users = [...policies].map(([name, policy]) => ({ name, ...key(name), policy }))
  const endpoint = `${loopback}:${settings.ports.s3}`
  return grant(settings, 'minio', { endpoint, ca: caFile(settings), admin: key('admin'), users })
}

/** Elasticsearch reads them from its folder of configuration, once a second: a change needs no restart. YAML, which JSON is. */
export function writeRoles(configFolder: string, { roles }: Grants): void {
  const lines = [...roles].map(([name, role]) => `${name}: ${JSON.stringify(role)}\n`)
  writeFileSync(join(configFolder, 'roles.yml'), lines.join(''))
}

/** What we have no client for in JavaScript is done by grant.py. Files of passwords are named, never their content. */
async function grant(settings: Settings, server: 'kafka' | 'minio', wanted: object): Promise<void> {
  const requirements = join(settings.root, 'e2e/faults/checker/requirements.txt')
  const python = join(await installRequirements(settings, 'checker', requirements), 'bin/python')
  const program = join(import.meta.dirname, 'grant.py')
  const child = spawn(python, ['-B', program, server], { stdio: ['pipe', 'ignore', 'pipe'] })
  const said = text(child.stderr)
  child.stdin.end(JSON.stringify(wanted))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code === 0) return
  throw new StackError(`The rights in ${server} could not be given: ${(await said).trim() || `exit ${code}`}`)
}

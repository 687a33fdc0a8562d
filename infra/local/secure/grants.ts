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
import { holders, keyFile, userOf, type Holder, type KeyKind } from './keys.ts'

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
  return grantsFor({ datasets, prefix, indexPrefix, bucket, create })
}

export function grantsFor(scope: Scope): Grants {
  const { bucket: name = bucket, create } = scope
  const each = <T>(of: (program: Program) => T | undefined): Map<Program, T> => {
    const found = programs.map((program) => [program, of(program)] as const)
    return new Map(found.filter((entry): entry is readonly [Program, T] => entry[1] !== undefined))
  }
  return {
    kafka: each((program) => rightsOf(program, scope).kafka),
    // of all datasets: a policy of MinIO has 20 KiB at most, and each program has them all
    policies: each((program) => bucketPolicy(program, { bucket: name, create })),
    roles: each((program) => rightsOf(program, scope).role),
  }
}

/** Where a secret of a program or the operator is read by who gives the rights. */
type FileOf = (holder: Holder, kind: KeyKind) => string

/** What grant.py is told of Kafka, where it comes to `brokers` as the operator. */
export function kafkaGrant({ kafka }: Grants, brokers: string, operator: Operator, fileOf: FileOf): object {
  const acls = [...kafka].flatMap(([program, rights]) =>
    rights.flatMap(({ resource, name, pattern, operations }) =>
      operations.map((operation) => ({
        principal: `User:${userOf(program)}`,
        resource,
        name,
        pattern,
        operation,
      })),
    ),
  )
  const users = Object.fromEntries(holders.map((name) => [userOf(name), fileOf(name, 'kafka-password')]))
  return { brokers, ...operator, users, acls }
}

/** Files: whom to trust, and who comes. */
interface Operator {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** What it is told of MinIO. */
export function minioGrant({ policies }: Grants, endpoint: string, ca: string, fileOf: FileOf): object {
  const key = (name: Holder) => ({
    access: fileOf(name, 's3-access-key'),
    secret: fileOf(name, 's3-secret-key'),
  })
  const users = [...policies].map(([name, policy]) => ({
    ...{ name: userOf(name), ...key(name) },
    policy,
  }))
  return { endpoint, ca, admin: key('admin'), users }
}

/** Makes the users of Kafka with their passwords, gives them these rights, and takes all others. */
export function grantInKafka(settings: Settings, grants: Grants): Promise<void> {
  const { cert, key } = certificateOf(settings, 'admin')
  const brokers = brokersOf(settings).map(({ internalPort }) => `${loopback}:${internalPort}`)
  const operator = { ca: caFile(settings), cert, key }
  return grant(settings, 'kafka', kafkaGrant(grants, brokers.join(','), operator, fileIn(settings)))
}

/** The same in MinIO. */
export function grantInMinio(settings: Settings, grants: Grants): Promise<void> {
  const endpoint = `${loopback}:${settings.ports.s3}`
  return grant(settings, 'minio', minioGrant(grants, endpoint, caFile(settings), fileIn(settings)))
}

const fileIn =
  (settings: Settings): FileOf =>
  (holder, kind) =>
    keyFile(settings, holder, kind)

/** Elasticsearch reads them from its folder of configuration, once a second: a change needs no restart. YAML, which JSON is. */
export const rolesFile = ({ roles }: Grants): string =>
  [...roles].map(([name, role]) => `${userOf(name)}: ${JSON.stringify(role)}\n`).join('')

export const writeRoles = (configFolder: string, grants: Grants): void =>
  writeFileSync(join(configFolder, 'roles.yml'), rolesFile(grants))

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

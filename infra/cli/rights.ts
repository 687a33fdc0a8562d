/** What a program may do on each server, in the words of that server: printed for who has the rights to give them. */
import { resolve } from 'node:path'
import {
  bucketPolicy,
  programs,
  requireDatasets,
  rightsOf,
  type KafkaRight,
  type Program,
  type Scope,
} from '@dsf/dataset'

export interface RightsOptions {
  /** a folder; without it the rights hold for all datasets that the prefix will ever have */
  datasets?: string
  prefix?: string
  'index-prefix'?: string
  bucket?: string
  /** User:<name> in Kafka; the program's name when it is left out */
  principal?: string
  create?: boolean
}

/** @throws Error that lists the programs */
export function programOf(name: string): Program {
  const found = programs.find((known) => known === name)
  if (!found) throw new Error(`"${name}" is no program: choose one of ${programs.join(', ')}`)
  return found
}

function scopeOf({ datasets, prefix, bucket, create, 'index-prefix': indexPrefix }: RightsOptions): Scope {
  const names = datasets ? requireDatasets(resolve(datasets)).map(({ name }) => name) : undefined
  return {
    ...{ datasets: names, prefix: prefix ?? '', indexPrefix: indexPrefix ?? '', bucket: bucket ?? 'dsf' },
    create: create ?? false,
  }
}

/** A right, and whose it is. */
type Granted = KafkaRight & { principal: string }

export function kafkaRights(program: Program, options: RightsOptions): { rights: Granted[] } {
  const principal = `User:${options.principal ?? program}`
  return { rights: rightsOf(program, scopeOf(options)).kafka.map((right) => ({ principal, ...right })) }
}

/** One call of Kafka's own tool a line. */
export const kafkaCommands = ({ rights }: { rights: Granted[] }): string =>
  rights.map((right) => `${aclCommand(right)}\n`).join('')

const aclCommand = ({ principal, resource, name, pattern, operations }: Granted) =>
  [
    'kafka-acls.sh --bootstrap-server "$KAFKA_BROKERS" --command-config admin.properties --add',
    `--allow-principal '${principal}' --${resource} '${name}' --resource-pattern-type ${pattern}`,
    ...operations.map((operation) => `--operation ${operation}`),
  ].join(' ')

export const policyOf = (program: Program, options: RightsOptions): object =>
  bucketPolicy(program, scopeOf(options)) ?? none(program, 'the object store')

export const roleOf = (program: Program, options: RightsOptions): object =>
  rightsOf(program, scopeOf(options)).role ?? none(program, 'Elasticsearch')

function none(program: Program, server: string): never {
  throw new Error(`${program} asks nothing of ${server}: it needs no rights there`)
}

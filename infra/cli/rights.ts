/** What a program may do on each server, in the words of that server: printed for who has the rights to give them. */
import { resolve } from 'node:path'
import {
  bucketPolicy,
  indexPrefixPattern,
  prefixPattern,
  programs,
  requireDatasets,
  rightsOf,
  type KafkaRight,
  type Program,
  type Scope,
} from '@dsf/dataset'
import { userOf } from '../local/secure/keys.ts'
import { named, quoted } from './words.ts'

export interface RightsOptions {
  /** a folder; without it the rights hold for all datasets that the prefix will ever have */
  datasets?: string
  prefix?: string
  'index-prefix'?: string
  bucket?: string
  /** User:<name> in Kafka; the program's name, with hyphens, when it is left out */
  principal?: string
  create?: boolean
}

/** By its own name, or by that of its user. @throws Error that lists the programs */
export function programOf(name: string): Program {
  const found = programs.find((known) => known === name || userOf(known) === name)
  if (!found) throw new Error(`"${name}" is no program: choose one of ${programs.join(', ')}`)
  return found
}

function scopeOf(options: RightsOptions): Scope {
  const { datasets, create = false } = options
  if (datasets === '')
    throw new Error('--datasets is empty: name a folder, or leave it out for rights of all datasets')
  const names =
    datasets === undefined ? undefined : requireDatasets(resolve(datasets)).map(({ name }) => name)
  return {
    datasets: names,
    prefix: named(options, 'prefix', prefixPattern, ''),
    indexPrefix: named(options, 'index-prefix', indexPrefixPattern, ''),
    bucket: named(options, 'bucket', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'dsf'),
    create,
  }
}

/** A right, and whose it is. */
type Granted = KafkaRight & { principal: string }

export function kafkaRights(program: Program, options: RightsOptions): { rights: Granted[] } {
  const name = options.principal ?? userOf(program)
  if (name === '') throw new Error('--principal is empty: leave it out for the name of the program')
  const principal = `User:${name}`
  const rights = rightsOf(program, scopeOf(options)).kafka
  if (rights.length === 0) none(program, 'Kafka')
  return { rights: rights.map((right) => ({ principal, ...right })) }
}

/** One call of Kafka's own tool a line. */
export const kafkaCommands = ({ rights }: { rights: Granted[] }): string =>
  rights.map((right) => `${aclCommand(right)}\n`).join('')

const aclCommand = ({ principal, resource, name, pattern, operations }: Granted) =>
  [
    'kafka-acls.sh --bootstrap-server "$KAFKA_BROKERS" --command-config admin.properties --add',
    `--allow-principal ${quoted(principal)} --${resource} ${quoted(name)} --resource-pattern-type ${pattern}`,
    ...operations.map((operation) => `--operation ${operation}`),
  ].join(' ')

export const policyOf = (program: Program, options: RightsOptions): object =>
  bucketPolicy(program, scopeOf(options)) ?? none(program, 'the object store')

export const roleOf = (program: Program, options: RightsOptions): object =>
  rightsOf(program, scopeOf(options)).role ?? none(program, 'Elasticsearch')

function none(program: Program, server: string): never {
  throw new Error(`${program} asks nothing of ${server}: it needs no rights there`)
}

/** What the user may choose, read from the environment in one place. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { StackError } from './errors.ts'
import { defaultPortBase, parsePortBase, portsFrom, type Ports } from './ports.ts'

const kafkas = ['zookeeper', 'kraft'] as const
const stores = ['minio', 'seaweedfs'] as const
const brokerCounts = ['1', '3'] as const

/** Kept in RUN_DIR from `up` to `down`, so that `make status` needs none of the variables that `make up` was given. */
interface Choice {
  readonly kafka: (typeof kafkas)[number]
  readonly store: (typeof stores)[number]
  /** servers that ask who comes, over TLS, each program with a key and rights of its own */
  readonly secure: boolean
  /** 1, or 3 with replicas on each */
  readonly brokers: number
  readonly portBase: number
}

export interface Settings extends Choice {
  readonly root: string
  readonly runDir: string
  /** One folder per combination of servers: offsets of one broker mean nothing to the objects and documents of another. */
  readonly dataDir: string
  readonly cacheDir: string
  readonly serversOnly: boolean
  /** without Airflow and the Spark jobs */
  readonly light: boolean
  readonly ports: Ports
  readonly env: NodeJS.ProcessEnv
}

export const repositoryRoot = resolve(import.meta.dirname, '../..')

export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const runDir = resolve(repositoryRoot, env['RUN_DIR'] || '.run')
  const choice = possible(readChoice(env, keptChoice(runDir)))
  return {
    ...choice,
    root: repositoryRoot,
    runDir,
    dataDir: join(runDir, 'data', profileOf(choice)),
    cacheDir: join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'data-stream-flow'),
    serversOnly: isOn(env['SERVERS_ONLY']),
    light: isOn(env['LIGHT']),
    ports: portsFrom(choice.portBase),
    env,
  }
}

const isOn = (value = '') => ['1', 'true'].includes(value)

/** Names a combination, as in its folder of data. */
const profileOf = ({ kafka, store, secure, brokers }: Choice): string =>
  [kafka, store, ...(secure ? ['secure'] : []), ...(brokers > 1 ? [`${brokers}-brokers`] : [])].join('-')

/** Of the other broker and the other store there is one way only: they keep us honest about the protocol. */
function possible(choice: Choice): Choice {
  const { kafka, store, secure, brokers } = choice
  if (secure && (kafka !== 'zookeeper' || store !== 'minio'))
    throw new StackError(
      `SECURE=1 is made of KAFKA=zookeeper and STORE=minio, not of KAFKA=${kafka} and STORE=${store}: leave both out.`,
    )
  if (brokers > 1 && kafka !== 'zookeeper')
    throw new StackError(`BROKERS=${brokers} needs KAFKA=zookeeper, not ${kafka}: leave KAFKA out.`)
  return choice
}

function readChoice(env: NodeJS.ProcessEnv, kept: Partial<Choice>): Choice {
  const said = (variable: string, before: string | number | boolean | undefined, otherwise: string) =>
    env[variable] || String(before ?? otherwise)
  return {
    kafka: oneOf('KAFKA', said('KAFKA', kept.kafka, 'zookeeper'), kafkas),
    store: oneOf('STORE', said('STORE', kept.store, 'minio'), stores),
    secure: isOn(said('SECURE', kept.secure, 'false')),
    brokers: Number(oneOf('BROKERS', said('BROKERS', kept.brokers, '1'), brokerCounts)),
    portBase: parsePortBase(said('PORT_BASE', kept.portBase, String(defaultPortBase))),
  }
}

function oneOf<T extends string>(variable: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value)
  if (found) return found
  throw new StackError(`${variable}=${value} is unknown: choose ${allowed.join(' or ')}.`)
}

export function keptChoice(runDir: string): Partial<Choice> {
  const file = choiceFile(runDir)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Choice) : {}
}

export function keepChoice({ runDir, kafka, store, secure, brokers, portBase }: Settings): void {
  keepPrivate(runDir)
  writeFileSync(choiceFile(runDir), `${JSON.stringify({ kafka, store, secure, brokers, portBase })}\n`)
}

/** The servers write what they store with the rights of a usual file, so nobody else may come into their folders. */
function keepPrivate(runDir: string): void {
  for (const folder of ['data', 'logs']) {
    mkdirSync(join(runDir, folder), { recursive: true })
    chmodSync(join(runDir, folder), 0o700)
  }
}

export function forgetChoice({ runDir }: Settings): void {
  rmSync(choiceFile(runDir), { force: true })
}

const choiceFile = (runDir: string) => join(runDir, 'stack.json')

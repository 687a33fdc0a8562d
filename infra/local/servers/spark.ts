/** The two Spark jobs, each a process with a session of its own: see docs/spark.md. */
import { hash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loopback, stageEnvironment } from '../environment.ts'
import { requireJava } from '../install/java.ts'
import type { Command } from '../processes/start.ts'
import { answersOk } from '../probes/http.ts'
import { pythonOf } from '../python.ts'
import type { Settings } from '../settings.ts'
import { waitsOf } from '../stage-waits.ts'
import type { Service } from './service.ts'

/** By the name of the service: whose rights it has, and its program. */
const programs = { 'csv-profile': 'csv_profile', trends: 'trends' } as const

export type SparkJob = keyof typeof programs
export const sparkJobs = Object.keys(programs) as SparkJob[]

export const sparkAddress = ({ ports }: Settings, name: SparkJob) => `http://${loopback}:${ports[name]}`

export function spark(settings: Settings, servers: readonly string[]): Service[] {
  return sparkJobs.map((name) => ({
    name,
    needs: servers,
    address: sparkAddress(settings, name),
    ports: [settings.ports[name]],
    variables: hash('md5', JSON.stringify([stageEnvironment(settings, programs[name]), choices(settings)])),
    ready: () => answersOk(`${sparkAddress(settings, name)}/health/ready`),
    waits: () => waitsOf(sparkAddress(settings, name)),
    install: async () => void (await pythonOf(settings, 'spark')),
    command: () => commandOf(settings, name),
  }))
}

async function commandOf(settings: Settings, name: SparkJob): Promise<Command> {
  const { program, env } = await pythonOf(settings, 'spark')
  // what one that was killed left; all that matters is in the store
  const scratch = join(settings.dataDir, 'spark', name)
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch, { recursive: true })
  return {
    program,
    args: [join(settings.root, 'spark', `${programs[name]}.py`)],
    env: {
      ...stageEnvironment(settings, programs[name]),
      ...env,
      ...choices(settings),
      HEALTH_PORT: String(settings.ports[name]),
      JAVA_HOME: requireJava(settings).home,
      SPARK_LOCAL_IP: loopback,
      SPARK_LOCAL_DIRS: scratch,
    },
  }
}

/** What the user may choose, handed on as it is. */
const choices = ({ env }: Settings): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ['SPARK_MASTER', 'SPARK_TRIGGER_SECONDS', 'SPARK_DATASETS'].flatMap((name) =>
      env[name] === undefined ? [] : [[name, env[name]]],
    ),
  )

/** node infra/local/python.ts <spark|airflow> <args…>: Python with the packages of one environment and our own packages. */
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { StackError } from './errors.ts'
import { installRequirements } from './install/python-packages.ts'
import { installFromMaven } from './install/maven.ts'
import { readSettings, type Settings } from './settings.ts'
import { sparkJars } from './versions.ts'

const environments = ['spark', 'airflow'] as const
export type PythonEnvironment = (typeof environments)[number]

/** Folders of our own packages: there is nothing to install of them. */
const packages = ['libs/dataset-py', 'libs/client-py', 'libs/connect-py', 'spark', 'batch', 'airflow']

export interface Python {
  readonly program: string
  readonly env: { PYTHONPATH: string; SPARK_JARS?: string }
}

/** Installs the environment when its requirements changed (that of Spark with its jars), and says how to start Python in it. */
export async function pythonOf(settings: Settings, name: PythonEnvironment): Promise<Python> {
  const file = join(settings.root, name, 'requirements.txt')
  const [folder, jars] = await Promise.all([
    installRequirements(settings, name, file),
    name === 'spark' ? installFromMaven(settings, sparkJars) : undefined,
  ])
  const path = packages.map((part) => join(settings.root, part)).join(delimiter)
  return { program: join(folder, 'bin/python'), env: { PYTHONPATH: path, ...(jars && { SPARK_JARS: jars }) } }
}

async function main([name, ...args]: string[]): Promise<number> {
  const known = environments.find((candidate) => candidate === name)
  if (!known) throw new StackError(`Unknown environment "${name}": choose ${environments.join(' or ')}.`)
  const { program, env } = await pythonOf(readSettings(), known)
  const { status } = spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  return status ?? 1
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof StackError)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exitCode = 1
  }
}

/** A standalone cluster of Spark on this machine: a master and two workers, from the jars of PySpark. */
import { spawn, type ChildProcess } from 'node:child_process'
import { globSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { loopback, stageEnvironment } from '../../infra/local/environment.ts'
import { requireJava } from '../../infra/local/install/java.ts'
import { pythonOf } from '../../infra/local/python.ts'
import { freePort } from './source-servers/server.ts'
import { runDir, settings } from './stack.ts'
import { until } from './until.ts'

export interface SparkCluster {
  /** What a job is started with, beside its own variables. */
  readonly variables: NodeJS.ProcessEnv
  /** How many cores of it the jobs have that run now: there is one a worker. */
  readonly cores: () => Promise<number>
  readonly end: () => void
}

const deploy = 'org.apache.spark.deploy'
const workers = ['worker-1', 'worker-2']

/** Returns when both workers have registered. */
export async function startSparkCluster(): Promise<SparkCluster> {
  const [port, page] = [await freePort(), await freePort()]
  const master = `spark://${loopback}:${port}`
  const home = await sparkHome()
  const start = (name: string, program: string, args: readonly string[]) => run(home, name, program, args)
  const at = ['--host', loopback]
  const children = [
    start('spark-master', `${deploy}.master.Master`, [...at, '--port', `${port}`, '--webui-port', `${page}`]),
    ...workers.map((name) => {
      const size = ['--cores', '1', '--memory', '800m', '--work-dir', join(runDir, 'spark', name)]
      return start(name, `${deploy}.worker.Worker`, [...at, '--webui-port', '0', ...size, master])
    }),
  ]
  const state = async () =>
    (await (await fetch(`http://${loopback}:${page}/json/`)).json()) as {
      aliveworkers: number
      activeapps: { cores: number }[]
    }
  const end = () => {
    for (const child of children) child.kill('SIGKILL')
  }
  try {
    await until('two workers', async () => (await state()).aliveworkers === workers.length, { seconds: 120 })
  } catch (error) {
    end()
    throw error
  }
  const submit = ['--conf spark.executor.memory=600m', '--conf spark.ui.enabled=false', 'pyspark-shell']
  return {
    variables: { SPARK_MASTER: master, PYSPARK_SUBMIT_ARGS: submit.join(' ') },
    cores: async () => (await state()).activeapps.reduce((sum, { cores }) => sum + cores, 0),
    end,
  }
}

function run(home: string, name: string, program: string, args: readonly string[]): ChildProcess {
  const { home: javaHome, program: java } = requireJava(settings)
  mkdirSync(join(runDir, 'spark', name), { recursive: true })
  const log = openSync(join(runDir, 'logs', `${name}.log`), 'a')
  const [core = ''] = globSync(join(home, 'jars', 'spark-core_*.jar'))
  // executors inherit the keys of the store from their worker: in an option they would be in the list of processes
  const { S3_ACCESS_KEY, S3_SECRET_KEY } = stageEnvironment(settings)
  return spawn(java, ['-Xmx256m', '-cp', join(home, 'jars', '*'), program, ...args], {
    env: {
      // else a worker looks for it where Spark was compiled
      SPARK_SCALA_VERSION: /spark-core_([\d.]+)-/.exec(core)?.[1],
      ...{ PATH: process.env['PATH'], SPARK_HOME: home, JAVA_HOME: javaHome, SPARK_LOCAL_IP: loopback },
      ...{ AWS_ACCESS_KEY_ID: S3_ACCESS_KEY, AWS_SECRET_ACCESS_KEY: S3_SECRET_KEY },
    },
    stdio: ['ignore', log, log],
  })
}

async function sparkHome(): Promise<string> {
  const { program } = await pythonOf(settings, 'spark')
  const [home] = globSync(join(program, '../../lib/python*/site-packages/pyspark'))
  if (!home) throw new Error(`no pyspark beside ${program}`)
  return home
}

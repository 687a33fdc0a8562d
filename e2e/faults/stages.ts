/** The five stages as processes that are started, frozen, ended and looked at, each perhaps with a second instance. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { logFile, startProcess } from '../../infra/local/processes/start.ts'
import { isAlive, readRecord, type ProcessRecord } from '../../infra/local/processes/record.ts'
import { servicesOf } from '../../infra/local/servers/catalogue.ts'
import { portsOf, stageNames, type StageName } from '../../infra/local/servers/stages.ts'
import { runDir, settings } from '../support/stack.ts'
import { withAdmin } from '../support/topics.ts'
import { until } from '../support/until.ts'

/** The shortest that a broker allows by default: a lost instance is missed soon, and rounds are short. */
export const sessionTimeoutMs = 6000

export interface Instance {
  stage: StageName
  /** of its process and log: the stage's own, with `-2` for a second instance */
  name: string
  ports: NodeJS.ProcessEnv
  /** of its health */
  url: string
  /** of its API, if it has one */
  api: string
}

export type Stages = ReturnType<typeof openStages>

const serviceOf = (stage: StageName) => servicesOf(settings).find(({ name }) => name === stage)!

/** `environment` is what each of them is told beside what the stack tells. */
export function openStages(environment: NodeJS.ProcessEnv) {
  const instanceOf = (stage: StageName, second = false): Instance => {
    const ports = portsOf(settings, stage, second ? 100 : 0)
    const at = (port = '') => `http://127.0.0.1:${port}`
    const name = second ? `${stage}-2` : stage
    return { stage, name, ports, url: at(ports.HEALTH_PORT), api: at(ports.HTTP_PORT) }
  }

  /** Starts an instance and resolves when its health answers, which is before it reads. */
  async function start(instance: Instance, env: NodeJS.ProcessEnv = {}): Promise<ProcessRecord> {
    const { stage, name, url, ports } = instance
    const command = await serviceOf(stage).command()
    const own = { ...ports, ...environment, ...env }
    const record = await startProcess(
      runDir,
      { name, address: url, needs: [] },
      { ...command, env: { ...command.env, ...own } },
    )
    await until(`${name} to answer`, async () => !isAlive(record) || (await answer(url, 'live')) !== 0, {
      seconds: 30,
      everyMs: 50,
    })
    return record
  }

  return {
    instanceOf,
    start,
    all: () => stageNames.map((stage) => instanceOf(stage)),
    install: () => serviceOf('ingestor').install(),

    /** True when it is ready to take work. */
    ready: async ({ url }: Instance) => (await answer(url, 'ready')) === 200,

    /** Ends it as an orchestrator does. @throws Error when it takes longer than an orchestrator would wait */
    async stop({ name }: Instance): Promise<void> {
      const record = readRecord(runDir, name)
      if (!record || !isAlive(record)) return
      process.kill(record.pid, 'SIGTERM')
      await until(`${name} to end`, () => !isAlive(record), { seconds: 30, everyMs: 20 })
    },

    /** Ends it without a word, or freezes it, or lets it go on. */
    signal({ name }: Instance, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
      const record = readRecord(runDir, name)
      if (record && isAlive(record)) process.kill(record.pid, signal)
    },

    isAlive: ({ name }: Instance): boolean => {
      const record = readRecord(runDir, name)
      return record !== undefined && isAlive(record)
    },

    /** The log of its present or last life. */
    logOf: ({ name }: Instance): string => readFileSync(logFile(runDir, name), 'utf8'),
  }
}

/** Status of a health question; 0 when nothing answers. */
export async function answer(url: string, question: 'live' | 'ready'): Promise<number> {
  try {
    const response = await fetch(`${url}/health/${question}`, { signal: AbortSignal.timeout(1000) })
    await response.body?.cancel()
    return response.status
  } catch {
    return 0
  }
}

/** Resolves when a stage's group has so many members and is at rest. */
export const membersOf = (stage: StageName, members: number): Promise<unknown> =>
  until(
    `${members} members in the group of ${stage}`,
    () =>
      withAdmin(async (admin) => {
        const { groups } = await admin.describeGroups([`dsf.${stage}`])
        return groups[0]!.state === 'Stable' && groups[0]!.members.length === members
      }),
    { seconds: 60, everyMs: 200 },
  )

export { sleep }

/** Our own five stages. Each is one process with the same environment and a port of its own for health, metrics and runs. */
import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loopback, stageEnvironment } from '../environment.ts'
import { StackError } from '../errors.ts'
import { nodeProgram } from '../install/node.ts'
import { runTool } from '../install/tool.ts'
import { answersOk } from '../probes/http.ts'
import type { Settings } from '../settings.ts'
import type { Service } from './service.ts'

export const stageNames = ['ingestor', 'cleaner', 'generator', 'sink-minio', 'indexer'] as const
/** A young generation that holds a transaction's records: they die there, and nobody copies them. Same as in each app's `start`. */
export const nodeFlags = ['--enable-source-maps', '--max-semi-space-size=64']

export type StageName = (typeof stageNames)[number]

export function stages(settings: Settings, servers: readonly string[]): Service[] {
  const build = once(() => buildStages(settings))
  return stageNames.map((name) => stage(settings, name, servers, build))
}

function stage(
  settings: Settings,
  name: StageName,
  needs: readonly string[],
  build: () => Promise<void>,
): Service {
  const port = settings.ports[name]
  const program = join(settings.root, 'apps', name, 'dist/main.js')
  return {
    name,
    needs,
    address: stageAddress(settings, name),
    ports: [port],
    variables: hash('md5', JSON.stringify(stageEnvironment(settings))),
    ready: () => answersOk(`${stageAddress(settings, name)}/health/ready`),
    standsStill: () => parkedIn(stageAddress(settings, name)),
    async install() {
      await build()
      if (!existsSync(program))
        throw new StackError(
          `${program} is missing after the build: is apps/${name} listed in tsconfig.json?`,
        )
    },
    command: () => ({
      program: nodeProgram(settings),
      args: [...nodeFlags, program],
      env: { ...stageEnvironment(settings), HTTP_PORT: String(port) },
      cwd: settings.root,
    }),
  }
}

/** A dataset that is parked leaves the stage, or the Spark job, ready (docs/adr/0015). */
export async function parkedIn(address: string): Promise<string | undefined> {
  const answer = await fetch(`${address}/health/ready`)
  const { parked = [] } = (await answer.json()) as { parked?: { dataset: string; reason: string }[] }
  return parked.map(({ dataset, reason }) => `${dataset} is parked: ${reason}`).join('; ') || undefined
}

export const stageAddress = (settings: Settings, name: StageName) =>
  `http://${loopback}:${settings.ports[name]}`

/** Incremental: a second when nothing changed. */
function buildStages(settings: Settings): Promise<void> {
  return runTool({
    name: 'build',
    what: 'compiling the stages',
    program: nodeProgram(settings),
    args: [
      join(settings.root, 'node_modules/typescript/bin/tsc'),
      '-b',
      ...stageNames.map((name) => `apps/${name}`),
    ],
    cwd: settings.root,
    log: join(settings.runDir, 'logs', 'build.log'),
    wayOut:
      'Mend what the compiler names, then run make up again. If node_modules is missing, run make install first.',
  })
}

function once(work: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined
  return () => (started ??= work())
}

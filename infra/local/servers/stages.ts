/** Our own five stages. Each is one process with the same environment, a port of its own for health and metrics, and perhaps one for an API. */
import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { flow, type StageName } from '@dsf/dataset'
import { loopback, stageEnvironment } from '../environment.ts'
import { StackError } from '../errors.ts'
import { nodeProgram } from '../install/node.ts'
import { runTool } from '../install/tool.ts'
import { answersOk } from '../probes/http.ts'
import type { Settings } from '../settings.ts'
import { waitsOf } from '../stage-waits.ts'
import type { Service } from './service.ts'

export const stageNames = Object.keys(flow) as StageName[]
/** With a young generation of 64 MiB each stage holds 40 to 150 MiB more, for 0 to 5 % less CPU (docs/performance.md). Same as in the Dockerfile and each app's `start`. */
export const nodeFlags = ['--enable-source-maps', '--max-semi-space-size=16']

export type { StageName }

/** The one with an API. */
export type ApiStage = 'ingestor'
const hasApi = (name: StageName): name is ApiStage => name === 'ingestor'

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
  const health = healthAddress(settings, name)
  const program = join(settings.root, 'apps', name, 'dist/main.js')
  return {
    name,
    needs,
    address: hasApi(name) ? stageAddress(settings, name) : health,
    ports: Object.values(portsOf(settings, name)).map(Number),
    variables: hash('md5', JSON.stringify(stageEnvironment(settings, name))),
    ready: () => answersOk(`${health}/health/ready`),
    waits: () => waitsOf(health),
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
      env: { ...stageEnvironment(settings, name), ...portsOf(settings, name) },
      cwd: settings.root,
    }),
  }
}

/** Where its API answers. */
export const stageAddress = (settings: Settings, name: ApiStage) =>
  `http://${loopback}:${settings.ports[name]}`

/** Where its health and metrics are. */
export const healthAddress = (settings: Settings, name: StageName) =>
  `http://${loopback}:${settings.ports[`${name}-health`]}`

/** Its ports by their variables; `shift` is the distance to those of another instance. */
export const portsOf = ({ ports }: Settings, name: StageName, shift = 0) => ({
  HEALTH_PORT: String(ports[`${name}-health`] + shift),
  ...(hasApi(name) ? { HTTP_PORT: String(ports[name] + shift) } : {}),
})

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

/** What a fault may touch: the stages, the servers, the published files, and the import that is on its way. */
import { readFileSync } from 'node:fs'
import { certificateOf, type Owner } from '../../infra/local/secure/certificates.ts'
import { stageEnvironment } from '../../infra/local/environment.ts'
import type { StageName } from '../../infra/local/servers/stages.ts'
import { isOver } from '../../infra/client/runs.ts'
import { startRun, type Run } from '../support/runs.ts'
import { settings } from '../support/stack.ts'
import { until } from '../support/until.ts'
import type { Random } from '../../infra/feed/random.ts'
import { openProxy, type Proxy, type Shown } from './proxy.ts'
import { openSource, type Source } from './source.ts'
import { answer, openStages, sessionTimeoutMs, type Instance, type Stages } from './stages.ts'

export const dataset = 'quakes-faults'
export const lanes = 2

export interface World {
  stages: Stages
  source: Source
  /** between the stages and the servers */
  store: Proxy
  index: Proxy
  close: () => Promise<void>
}

/** The import of a round, as a fault sees it. */
export interface Import {
  random: Random
  /** number of the round, which is also that of its file */
  number: number
  /** asks for the import until somebody has taken it; the same run however often it is asked for */
  begin: () => Promise<string>
  /** resolves when its receipts have come through */
  arrived: () => Promise<Run>
}

export async function openWorld(files: string, datasets: string): Promise<World> {
  const base = settings.portBase
  const env = stageEnvironment(settings)
  const store = await openProxy(base + 600, env['S3_ENDPOINT']!, shownBy('minio'))
  const index = await openProxy(base + 601, env['ELASTICSEARCH_URL']!, shownBy('elasticsearch'))
  const source = await openSource(files, base + 602)
  const stages = openStages({
    S3_ENDPOINT: store.url,
    ELASTICSEARCH_URL: index.url,
    DATASETS_DIR: datasets,
    SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    // small transactions: an import of a few seconds has many of them
    ROWS_PER_TRANSACTION: '200',
  })
  await stages.install()
  const close = async () => {
    for (const instance of everyInstance(stages)) await stages.stop(instance)
    await Promise.all([store.close(), index.close(), source.close()])
  }
  return { stages, source, store, index, close }
}

/** The certificate of the server behind it: it is for this machine, whatever the port. */
function shownBy(owner: Owner): Shown | undefined {
  if (!settings.secure) return undefined
  const { cert, key } = certificateOf(settings, owner)
  return { cert: readFileSync(cert), key: readFileSync(key) }
}

export const everyInstance = (stages: Stages): Instance[] =>
  stages.all().flatMap((instance) => [instance, stages.instanceOf(instance.stage, true)])

export function openImport(world: World, number: number, random: Random): Import {
  let runId: string | undefined
  return {
    random,
    number,
    begin: async () => {
      const ask = () => startRun(dataset, world.source.url(number), `round-${number}`)
      return (runId = await until(`the import of round ${number} to be taken`, ask, { seconds: 60 }))
    },
    arrived: () =>
      until(`the receipts of round ${number}`, () => receiptOf(world, runId!), { seconds: 120, everyMs: 50 }),
  }
}

/** The run once it is over; asked of both ingestors, because one may be frozen. */
async function receiptOf({ stages }: World, runId: string): Promise<Run | undefined> {
  const ask = async ({ api }: Instance) => {
    const answer = await fetch(`${api}/v1/runs/${runId}`, { signal: AbortSignal.timeout(1000) })
    const receipt = (await answer.json()) as Run
    return answer.ok && isOver(receipt) ? receipt : Promise.reject(new Error('not yet'))
  }
  return Promise.any([false, true].map((second) => ask(stages.instanceOf('ingestor', second)))).catch(
    () => undefined,
  )
}

/** Makes sure that each of the stages says that it is not ready, and that none says that it is stuck. */
export async function saysUnready({ stages }: World, ...names: StageName[]): Promise<void> {
  for (const { name, url } of names.map((name) => stages.instanceOf(name))) {
    await until(`${name} to say that it is not ready`, async () => (await answer(url, 'ready')) === 503, {
      seconds: 20,
      everyMs: 100,
    })
    if ((await answer(url, 'live')) !== 200)
      throw new Error(`${name} waits, and says of itself that it is stuck`)
  }
}

/** Starts what does not run, as an orchestrator does, and waits until everything is ready; returns what had ended. */
export async function allReady({ stages }: World): Promise<string[]> {
  const ended = stages.all().filter((instance) => !stages.isAlive(instance))
  for (const instance of ended) await stages.start(instance)
  for (const instance of stages.all())
    await until(`${instance.name} to be ready`, () => stages.ready(instance), { seconds: 90, everyMs: 50 })
  return ended.map(({ name }) => name)
}

/** An instance with other variables in place of the one that runs. */
export async function restart(
  { stages }: World,
  stage: StageName,
  env: NodeJS.ProcessEnv = {},
): Promise<Instance> {
  const instance = stages.instanceOf(stage)
  await stages.stop(instance)
  await stages.start(instance, env)
  return instance
}

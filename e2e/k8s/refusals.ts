/** A server refuses a stage. Its pod is not ready and says why; mended, the same pod becomes ready, without a restart. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rightsFolder } from '../../infra/k8s-check/generate.ts'
import { kubectl } from '../../infra/k8s-local/command.ts'
import { namespace } from '../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../infra/k8s-local/settings.ts'
import { readKey } from '../../infra/local/secure/keys.ts'
import { say, seconds } from '../../infra/local/say.ts'
import { until } from '../support/until.ts'
import { createTopic, deleteTopic } from './topics.ts'

interface Refusal {
  readonly name: string
  /** One that is read at the start only is followed by a restart, which here always comes. */
  readonly cause: (settings: ClusterSettings) => Promise<unknown>
  readonly sentence: RegExp
  readonly mend: (settings: ClusterSettings) => Promise<unknown>
}

const stage = 'cleaner'
const here = ['-n', namespace]
const dataset = 'seattle-weather'

const refusals: readonly Refusal[] = [
  {
    name: 'a wrong password of Kafka',
    cause: (settings) => changeSecret(settings, { 'kafka-password': 'wrong' }),
    sentence: /SASL SCRAM SHA512 authentication failed|Authentication failed/,
    mend: (settings) =>
      changeSecret(settings, { 'kafka-password': readKey(settings, stage, 'kafka-password') }),
  },
  {
    name: 'a wrong password of the registry',
    cause: (settings) => changeSecret(settings, { 'registry-password': 'wrong' }),
    sentence: /registry.*(401|Unauthorized)/i,
    mend: (settings) =>
      changeSecret(settings, { 'registry-password': readKey(settings, stage, 'registry-password') }),
  },
  {
    name: 'an authority that did not sign the certificates',
    cause: (settings) =>
      changeSecret(settings, { 'kafka-ca.crt': certificate(join(settings.config, 'ca.crt')) }),
    sentence: /certificate/,
    mend: (settings) =>
      changeSecret(settings, { 'kafka-ca.crt': certificate(join(settings.runDir, 'secure/tls/ca.crt')) }),
  },
  {
    name: 'a right that is missing',
    cause: (settings) => giveRights(settings, (line) => !isReadOf(line, stage, `${dataset}.raw`)),
    sentence: new RegExp(`Kafka does not let .*Read.* the topic ${dataset}\\.raw`),
    mend: (settings) => giveRights(settings, () => true),
  },
  {
    name: 'a topic that is missing, and may not be made',
    cause: async (settings) => {
      await deleteTopic(settings, `${dataset}.quarantine`)
      await kubectl(settings, [...here, 'set', 'env', `deployment/${stage}`, 'KAFKA_CREATE_TOPICS=false'])
    },
    sentence: new RegExp(`KAFKA_CREATE_TOPICS is false: ${dataset}\\.quarantine`),
    mend: (settings) => createTopic(settings, dataset, 'quarantine'),
  },
]

/** Resolves with a sentence for each that did not go as it should. */
export async function refuseAll(settings: ClusterSettings): Promise<string[]> {
  const faults: string[] = []
  for (const refusal of refusals) {
    try {
      await refuse(settings, refusal)
    } catch (error) {
      faults.push(`${refusal.name}: ${(error as Error).message}`)
    }
  }
  return faults
}

async function refuse(settings: ClusterSettings, { name, cause, sentence, mend }: Refusal): Promise<void> {
  const start = Date.now()
  await cause(settings)
  await kubectl(settings, [...here, 'rollout', 'restart', `deployment/${stage}`])
  const pod = await until(`a pod that says ${sentence}`, () => refusedPod(settings, sentence), {
    ...{ seconds: 240, everyMs: 1000 },
  })
  say('refused', `${name}: after ${seconds(start)} ${pod.name} is not ready: ${pod.said}`)
  const mended = Date.now()
  await mend(settings)
  const after = await until(`${pod.name} to be ready`, () => readyPod(settings, pod.name), {
    ...{ seconds: 240, everyMs: 1000 },
  })
  if (after.restarts !== pod.restarts)
    throw new Error(`${pod.name} was restarted ${after.restarts - pod.restarts} times`)
  say('mended', `${name}: the same process is ready ${seconds(mended)} after it was mended`)
}

interface Pod {
  readonly name: string
  readonly ready: boolean
  readonly restarts: number
}

async function pods(settings: ClusterSettings): Promise<Pod[]> {
  const json = await kubectl(settings, [
    ...here,
    'get',
    'pods',
    '-l',
    `app.kubernetes.io/name=${stage}`,
    '-o',
    'json',
  ])
  const { items } = JSON.parse(json) as {
    items: {
      metadata: { name: string; deletionTimestamp?: string }
      status: { containerStatuses?: { ready: boolean; restartCount: number }[] }
    }[]
  }
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata: { name }, status: { containerStatuses: [one] = [] } }) => ({
      ...{ name, ready: one?.ready ?? false, restarts: one?.restartCount ?? 0 },
    }))
}

async function refusedPod(settings: ClusterSettings, sentence: RegExp) {
  for (const pod of (await pods(settings)).filter(({ ready }) => !ready)) {
    const log = await kubectl(settings, [...here, 'logs', pod.name])
    const said = log.split('\n').find((line) => sentence.test(line))
    if (said !== undefined) return { ...pod, said }
  }
  return undefined
}

const readyPod = async (settings: ClusterSettings, wanted: string) =>
  (await pods(settings)).find(({ name, ready }) => name === wanted && ready)

const certificate = (file: string) => readFileSync(file, 'utf8')

const changeSecret = (settings: ClusterSettings, stringData: Record<string, string>) =>
  kubectl(settings, [...here, 'patch', 'secret', stage, '-p', JSON.stringify({ stringData })])

const isReadOf = (line: string, program: string, topic: string) =>
  ['principal":"User:' + program, `name":"${topic}`, 'operation":"Read'].every((word) =>
    line.includes(`"${word}"`),
  )

/** Those of the overlay that pass. The last right of the file has no comma behind it, and is none of these. */
async function giveRights(settings: ClusterSettings, passes: (line: string) => boolean): Promise<void> {
  const file = readFileSync(join(settings.root, rightsFolder, 'kafka.json'), 'utf8')
  const data = { 'kafka.json': file.split('\n').filter(passes).join('\n') }
  await kubectl(settings, [...here, 'patch', 'configmap', 'rights', '-p', JSON.stringify({ data })])
}
